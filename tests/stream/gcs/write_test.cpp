// Puts in one request, copies and removals while requests fail.
#include "stream/gcs/fixture.hpp"

#include <optional>
#include <vector>

using namespace sluice;
using namespace sluice::test;
using sluice::testing::gcs_server_options;
using sluice::testing::service_fault;

TEST_CASE("gcs writes: a put is sent again where that does no harm") {
    service_fault flip;
    flip.flip_received = 400;
    for (service_fault const& fault : {refusing(503, "backendError"), refusing(429, "rateLimitExceeded"),
                                       refusing(403, "userRateLimitExceeded"), losing_answer(), flip}) {
        gcs_world w;
        w.faults("POST", {fault});
        std::shared_ptr<object_store> const store = w.store();
        errc const failed = w.run([&]() -> awaitable<void> { co_await store->put("k", payload(pattern(1000))); });
        CHECK_MESSAGE(failed == errc{}, w.what);
        CHECK((w.gcs.get("bucket", "k") == pattern(1000)));
    }
}

TEST_CASE("gcs writes: a quota that stays used up is throttled, and says so") {
    gcs_world w;
    w.faults("POST", std::vector<std::optional<service_fault>>(50, refusing(403, "quotaExceeded")));
    std::shared_ptr<object_store> const store = w.store();
    CHECK(w.run([&]() -> awaitable<void> { co_await store->put("k", payload("x")); }) == errc::throttled);
    CHECK(w.failed.service_code == "quotaExceeded");
    CHECK(w.failed.attempts > 1);
    CHECK(w.failed.detail.find("quota") != std::string::npos);
}

TEST_CASE("gcs writes: a create-only put whose answer was lost knows its own object from another's") {
    gcs_world w;
    std::shared_ptr<object_store> const store = w.store();
    put_options create;
    create.create_only = true;
    w.faults("POST", {losing_answer()});
    CHECK(w.run([&]() -> awaitable<void> {
        put_result const done = co_await store->put("k", payload("mine"), create);
        object_meta const about = co_await store->head("k");
        CHECK(about.etag == done.etag);
        CHECK(about.attributes.metadata.empty());
    }) == errc{});
    w.gcs.put("bucket", "other", "theirs");
    service_fault unheard = refusing(500, "backendError");
    w.faults("POST", {unheard});
    CHECK(w.run([&]() -> awaitable<void> { co_await store->put("other", payload("mine"), create); }) == errc::ambiguous);
    w.faults("POST", {});
    CHECK(w.run([&]() -> awaitable<void> { co_await store->put("other", payload("mine"), create); }) == errc::already_exists);
    CHECK(w.gcs.get("bucket", "other") == "theirs");
}

TEST_CASE("gcs writes: who pays is named with every request, and missing is said") {
    gcs_server_options options;
    options.user_project = "payer";
    gcs_world w(options);
    std::shared_ptr<object_store> const without = w.store();
    CHECK(w.run([&]() -> awaitable<void> { co_await without->put("k", payload("x")); }) == errc::invalid_argument);
    CHECK(w.failed.service_code == "UserProjectMissing");
    CHECK(w.failed.detail.find("user_project") != std::string::npos);
    gcs_settings settings = w.settings();
    settings.user_project = "payer";
    std::shared_ptr<object_store> const store = make_gcs_store(settings);
    CHECK(w.run([&]() -> awaitable<void> {
        co_await store->put("k", from_source(400'000));
        upload parts = co_await store->create_upload("parts");
        co_await parts.write({1, 0}, payload("x"));
        co_await parts.complete();
        co_await store->copy("k", "copy");
        co_await store->list("");
        co_await store->remove(std::vector<object_key>(1, "k"));
    }) == errc{});
}

TEST_CASE("gcs writes: a copy in many steps is whole, and one whose source changes is an error") {
    gcs_server_options options;
    options.rewrite_limit = 1u << 20;
    gcs_world w(options);
    std::string const data = pattern((3u << 20) + 17);
    w.gcs.put("bucket", "from", data);
    std::shared_ptr<object_store> const store = w.store();
    w.faults("POST", {std::nullopt, refusing(503, "backendError"), std::nullopt, losing_answer()});
    std::uint64_t last = 0;
    CHECK(w.run([&]() -> awaitable<void> {
        store_copy_options how;
        how.report = [&](std::uint64_t done, std::uint64_t total) {
            CHECK(done >= last);
            CHECK(total == data.size());
            last = done;
        };
        co_await store->copy("from", "to", how);
    }) == errc{});
    CHECK(last == data.size());
    CHECK((w.gcs.get("bucket", "to") == data));
    unsigned posts = 0;
    w.gcs.on_request([&](testing::service_request_view const& r) -> std::optional<service_fault> {
        if (r.method == "POST" && ++posts == 2) w.gcs.put("bucket", "from", "another");
        return std::nullopt;
    });
    CHECK(w.run([&]() -> awaitable<void> { co_await store->copy("from", "again"); }) == errc::precondition_failed);
    CHECK_FALSE(w.gcs.get("bucket", "again").has_value());
}

TEST_CASE("gcs writes: a removal tells what was denied, and goes on with the rest") {
    gcs_world w;
    std::vector<object_key> keys;
    for (int i = 0; i < 50; ++i) {
        keys.push_back("k" + std::to_string(i));
        w.gcs.put("bucket", keys.back(), "x");
    }
    keys.push_back("never was");
    w.gcs.on_request([](testing::service_request_view const& r) -> std::optional<service_fault> {
        if (r.key == "k7") return refusing(403, "forbidden");
        if (r.key == "k8" && r.number % 2 == 0) return refusing(503, "backendError");
        return std::nullopt;
    });
    std::shared_ptr<object_store> const store = w.store();
    CHECK(w.run([&]() -> awaitable<void> {
        remove_report const report = co_await store->remove(keys);
        CHECK(report.removed == 50);
        REQUIRE(report.failed.size() == 1);
        CHECK(report.failed[0].key == "k7");
        CHECK(report.failed[0].code == "forbidden");
    }) == errc{});
    CHECK(w.gcs.object_count() == 1);
    gcs_settings elsewhere = w.settings();
    elsewhere.bucket = "nowhere";
    std::shared_ptr<object_store> const none = make_gcs_store(elsewhere);
    CHECK(w.run([&]() -> awaitable<void> { co_await none->remove(std::vector<object_key>(2, "k")); }) == errc::not_found);
}

TEST_CASE("gcs writes: what is kept under a customer's key is read, copied and composed with it, and by nobody else") {
    gcs_world w;
    gcs_settings settings = w.settings();
    std::shared_ptr<object_store> const store = make_gcs_store(settings);
    // A key goes through TLS only.
    CHECK(w.run([&]() -> awaitable<void> {
        put_options under;
        under.keeping.key = customer_key(std::string(32, 'k'));
        co_await store->put("k", payload("secret"), under);
    }) == errc::invalid_argument);
    CHECK(w.gcs.counts().requests == 0);
}

TEST_CASE("gcs writes: a copy onto itself whose answer was lost is known again, though its source is gone") {
    gcs_world w;
    w.gcs.put("bucket", "k", "data");
    std::shared_ptr<object_store> const store = w.store();
    w.faults("POST", {losing_answer()});
    CHECK(w.run([&]() -> awaitable<void> {
        copied const done = co_await store->copy("k", "k");
        object_meta const about = co_await store->head("k");
        CHECK(about.etag == done.put.etag);
        CHECK(about.version != done.object.version);
        CHECK(about.attributes.metadata.empty());
    }) == errc{});
    CHECK(w.gcs.get("bucket", "k") == "data");
}
