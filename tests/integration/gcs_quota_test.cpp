// Google Cloud Storage wants less, or wants to be paid: quotas are waited for in the service's time, bills are told.
#include "integration/gcs_calls.hpp"

#include <string>
#include <string_view>

using namespace sluice;
using namespace sluice::test;
using testing::service_fault, testing::service_request_view;
using namespace std::chrono_literals;

namespace {

struct quota {
    int status;
    char const* reason;
    char const* advice;
};
constexpr quota quotas[] = {{429, "rateLimitExceeded", "slow down"},
                            {403, "rateLimitExceeded", "slow down"},
                            {403, "userRateLimitExceeded", "one user"},
                            {403, "quotaExceeded", "the project's quota is used up"}};

/// A world in which every request from `first` on, `count` of them, meets a quota.
struct quota_world : gcs_world {
    explicit quota_world(quota const& what, std::uint64_t first = 1, std::uint64_t count = UINT64_MAX, std::string retry_after = {}) {
        gcs.put("bucket", "there", "content of what is there");
        service_fault fault = refusing(what.status, what.reason);
        if (!retry_after.empty()) fault.headers.emplace_back("Retry-After", retry_after);
        gcs.on_request([fault, first, count](service_request_view const& r) -> std::optional<service_fault> {
            return r.number >= first && r.number - first < count ? std::optional(fault) : std::nullopt;
        });
    }
};

/// The longest that `tries` attempts pause in all.
std::chrono::nanoseconds longest_pauses(retry_policy const& policy, unsigned const tries) {
    std::chrono::nanoseconds all{0}, next = policy.base;
    for (unsigned n = 1; n < tries; ++n, next *= 2) all += std::min(next, policy.cap);
    return all;
}

}  // namespace

TEST_CASE("gcs quotas: each is waited for with back-off, by every call, and then all is well") {
    for (quota const& q : quotas)
        for (gcs_call const& what : gcs_calls) {
            quota_world w(q, 1, 3);
            store_pointer const store = w.store();
            CHECK_MESSAGE(w.run([&] { return what.run(store); }) == errc{}, q.reason, what.name, w.what);
            // Three pauses of up to 0.1, 0.2 and 0.4 s, of the world's time.
            CHECK_MESSAGE(w.world.elapsed() > 10ms, what.name);
            CHECK_MESSAGE(w.world.elapsed() < longest_pauses(retry_policy(), 4) + 200ms, what.name);
        }
}

TEST_CASE("gcs quotas: one that lasts is throttled after the last attempt, and says what it is") {
    for (quota const& q : quotas)
        for (gcs_call const& what : gcs_calls) {
            quota_world w(q);
            store_pointer const store = w.store();
            errc const failed = w.run([&] { return what.run(store); });
            unsigned const most = retry_policy().max_attempts;
            CHECK_MESSAGE(w.gcs.counts().requests == most, what.name);
            CHECK_MESSAGE(w.world.elapsed() < longest_pauses(retry_policy(), most) + 1s, what.name);
            if (what.run == remove_it) continue;  // whose report holds it
            CHECK_MESSAGE(failed == errc::throttled, q.reason, what.name, w.what);
            CHECK_MESSAGE(says(w.failed, q.advice), w.what);
            CHECK(w.failed.service_code == q.reason);
            CHECK(w.failed.status == q.status);
            CHECK(w.failed.attempts == most);
        }
}

TEST_CASE("gcs quotas: the pause that the service asks for is made") {
    for (quota const& q : quotas) {
        quota_world w(q, 1, 2, "7");
        store_pointer const store = w.store();
        CHECK(w.run([&] { return put_it(store); }) == errc{});
        CHECK(w.world.elapsed() >= 14s);
        CHECK(w.world.elapsed() < 15s);
    }
}

TEST_CASE("gcs quotas: the time limit of a call ends the waiting") {
    quota_world w(quotas[3], 1, UINT64_MAX, "30");
    gcs_settings settings = w.settings();
    settings.timeouts.operation = 10s;
    store_pointer const store = make_gcs_store(settings);
    CHECK(w.run([&] { return put_it(store); }) == errc::throttled);
    CHECK(w.world.elapsed() <= 10s);
}

TEST_CASE("gcs quotas: a conditional write that was turned away is sent again, since it was not applied") {
    for (quota const& q : quotas) {
        quota_world w(q, 1, 2);
        store_pointer const store = w.store();
        CHECK(w.run([&]() -> awaitable<void> {
            put_options create;
            create.create_only = true;
            co_await store->put("k", payload("x"), create);
        }) == errc{});
        CHECK(w.gcs.get("bucket", "k") == "x");
        CHECK(w.gcs.counts().requests == 3);
    }
}

TEST_CASE("gcs quotas: one in the middle of an upload and of a download does not begin them anew") {
    quota_world up(quotas[1], 3, 2);  // of begin and three chunks the second chunk
    store_pointer const store = up.store();
    CHECK(up.run([&]() -> awaitable<void> { co_await store->put("k", from_source(700'000)); }) == errc{});
    CHECK((up.gcs.get("bucket", "k") == pattern(700'000)));
    CHECK(up.gcs.counts().body_bytes < 700'000 + 2 * 256 * 1024 + 10'000);
    gcs_world down;
    down.gcs.put("bucket", "k", pattern(5000));
    std::vector<std::string> ranges;
    down.gcs.on_request([&](service_request_view const& r) -> std::optional<service_fault> {
        ranges.push_back(r.range);
        if (r.number == 2) return refusing(429, "rateLimitExceeded");
        service_fault fault;
        if (r.number == 1) fault.cut_body_after = 3000;
        return fault;
    });
    store_pointer const from = down.store();
    CHECK(down.run([&]() -> awaitable<void> {
        std::string const got = co_await content_of(from, "k");
        CHECK((got == pattern(5000)));
    }) == errc{});
    REQUIRE(ranges.size() == 3);
    CHECK(ranges[1] == "bytes=3000-4999");
    CHECK(ranges[2] == ranges[1]);
}

TEST_CASE("gcs bills: a bucket whose requester pays says whom to name, by every call, and takes it from the settings") {
    for (gcs_call const& what : gcs_calls) {
        testing::gcs_server_options options;
        options.user_project = "payer";
        gcs_world w(options);
        w.gcs.put("bucket", "there", "content of what is there");
        store_pointer const without = w.store();
        errc const failed = w.run([&] { return what.run(without); });
        CHECK_MESSAGE(w.gcs.counts().requests == 1, what.name);
        bool const by_report = what.run == remove_it;
        CHECK_MESSAGE((by_report || failed == errc::invalid_argument), what.name, w.what);
        if (!by_report) CHECK(w.failed.service_code == "UserProjectMissing");
        if (!by_report) CHECK_MESSAGE(says(w.failed, "gcs_settings::user_project"), w.what);
        gcs_settings settings = w.settings();
        settings.user_project = "payer";
        store_pointer const store = make_gcs_store(settings);
        CHECK_MESSAGE(w.run([&] { return what.run(store); }) == errc{}, what.name, w.what);
    }
}

TEST_CASE("gcs bills: a project without billing, and one whose payer is not allowed, are denied at once") {
    for (char const* const reason : {"accountDisabled", "userProjectAccessDenied"}) {
        gcs_world w;
        w.gcs.on_request([reason](service_request_view const&) { return std::optional(refusing(403, reason)); });
        store_pointer const store = w.store();
        CHECK(w.run([&] { return put_it(store); }) == errc::permission_denied);
        CHECK(w.failed.service_code == reason);
        CHECK(w.gcs.counts().requests == 1);
    }
}
