// Uploads in parts: temporary objects that are composed in a tree, and leave nothing behind.
#include "stream/gcs/fixture.hpp"

#include <optional>
#include <utility>
#include <vector>

using namespace sluice;
using namespace sluice::test;
using sluice::testing::service_fault;
using sluice::testing::service_request_view;

namespace {

awaitable<void> write_parts(upload to, std::uint32_t count, std::size_t size) {
    for (std::uint32_t n = count; n > 0; --n) co_await to.write({n, (n - 1) * size}, payload(pattern(size, n)));
}

std::string whole(std::uint32_t count, std::size_t size) {
    std::string all;
    for (std::uint32_t n = 1; n <= count; ++n) all += pattern(size, n);
    return all;
}

/// Uploads `count` parts; how many requests composed something.
unsigned compose(std::uint32_t count) {
    gcs_world w;
    unsigned composes = 0;
    w.gcs.on_request([&](service_request_view const& r) -> std::optional<service_fault> {
        if (r.method == "POST" && r.query.find("uploadType") == std::string::npos) ++composes;
        return std::nullopt;
    });
    std::shared_ptr<object_store> const store = w.store();
    CHECK(w.run([&]() -> awaitable<void> {
        upload to = co_await store->create_upload("k");
        co_await write_parts(to, count, 100);
        co_await to.complete();
    }) == errc{});
    CHECK((w.gcs.get("bucket", "k") == whole(count, 100)));
    CHECK(w.gcs.object_count() == 1);
    return composes;
}

}  // namespace

TEST_CASE("gcs uploads: 32 parts are one compose, more are a tree") {
    CHECK(compose(1) == 1);
    CHECK(compose(32) == 1);
    CHECK(compose(33) == 3);
    CHECK(compose(64) == 3);
    CHECK(compose(1025) == 33 + 2 + 1);
}

TEST_CASE("gcs uploads: requests fail on the way, and the object is whole") {
    for (service_fault const& fault : {refusing(503, "backendError"), losing_answer(), refusing(429, "rateLimitExceeded")}) {
        gcs_world w;
        w.gcs.on_request([fault](service_request_view const& r) -> std::optional<service_fault> {
            return r.number % 3 == 1 ? std::optional(fault) : std::nullopt;
        });
        std::shared_ptr<object_store> const store = w.store();
        CHECK(w.run([&]() -> awaitable<void> {
            upload to = co_await store->create_upload("k");
            co_await write_parts(to, 40, 50);
            co_await to.complete();
        }) == errc{});
        CHECK((w.gcs.get("bucket", "k") == whole(40, 50)));
        CHECK(w.gcs.object_count() == 1);
    }
}

TEST_CASE("gcs uploads: large parts are resumable uploads themselves") {
    gcs_world w;
    std::shared_ptr<object_store> const store = w.store();
    w.faults("PUT", {half_kept(0), std::nullopt, losing_answer()});
    CHECK(w.run([&]() -> awaitable<void> {
        upload to = co_await store->create_upload("k");
        co_await to.write({1, 0}, from_source(600'000));
        co_await to.write({2, 600'000}, payload("tail"));
        co_await to.complete();
    }) == errc{});
    CHECK((w.gcs.get("bucket", "k") == pattern(600'000) + "tail"));
    CHECK(w.gcs.object_count() == 1);
}

TEST_CASE("gcs uploads: parts that cannot be removed are left, and the object is there") {
    gcs_world w;
    std::shared_ptr<object_store> const store = w.store();
    w.gcs.on_request([](service_request_view const& r) -> std::optional<service_fault> {
        return r.method == "DELETE" ? std::optional(refusing(403, "forbidden")) : std::nullopt;
    });
    CHECK(w.run([&]() -> awaitable<void> {
        upload to = co_await store->create_upload("k");
        co_await write_parts(to, 3, 10);
        co_await to.complete();
        list_page const page = co_await store->list("");
        CHECK(page.objects.size() == 1);
        list_page const hidden = co_await store->list(".sluice-parts/");
        CHECK(hidden.objects.size() == 3);
    }) == errc{});
    CHECK(w.run([&]() -> awaitable<void> {
        upload to = co_await store->create_upload("k2");
        co_await write_parts(to, 3, 10);
        co_await to.abort();
    }) == errc::permission_denied);
    CHECK(w.failed.operation == "abort upload");
}

TEST_CASE("gcs uploads: a part that was replaced by another in the meantime is an error") {
    gcs_world w;
    std::shared_ptr<object_store> const store = w.store();
    CHECK(w.run([&]() -> awaitable<void> {
        upload to = co_await store->create_upload("k");
        co_await write_parts(to, 2, 10);
        w.gcs.put("bucket", ".sluice-parts/" + to.id() + "/00001-0", "somebody's");
        co_await to.complete();
    }) == errc::not_found);
    CHECK_FALSE(w.gcs.get("bucket", "k").has_value());
}

TEST_CASE("gcs uploads: without a prefix for parts there are none") {
    gcs_world w;
    gcs_settings settings = w.settings();
    settings.parts_prefix.clear();
    std::shared_ptr<object_store> const store = make_gcs_store(settings);
    CHECK_FALSE(store->can().uploads);
    CHECK(w.run([&]() -> awaitable<void> { co_await store->create_upload("k"); }) == errc::unsupported);
    CHECK(w.gcs.counts().requests == 0);
}

TEST_CASE("gcs uploads: a cancel while the parts of what is complete are removed leaves none of them: found by the loops") {
    for (char const* const victim : {"GET", "DELETE"}) {
        gcs_world w;
        std::shared_ptr<object_store> const store = w.store();
        bool cancelled = false;
        w.gcs.on_request([&](service_request_view const& r) -> std::optional<service_fault> {
            if (r.method == victim && !std::exchange(cancelled, true)) w.world.cancel();
            return std::nullopt;
        });
        errc const failed = w.run([&]() -> awaitable<void> {
            upload to = co_await store->create_upload("k");
            co_await write_parts(to, 3, 100);
            co_await to.complete();
        });
        CHECK((failed == errc{} || failed == errc::cancelled));
        CHECK(cancelled);
        CHECK(w.world.settle());
        CHECK((w.gcs.get("bucket", "k") == whole(3, 100)));
        CHECK(w.gcs.object_count() == 1);
    }
}
