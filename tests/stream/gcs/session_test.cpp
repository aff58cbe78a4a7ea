// Resumable uploads: whatever goes wrong at whatever step, they go on where the service says it is, or leave nothing.
#include "stream/gcs/fixture.hpp"

#include <sluice/async/task_group.hpp>

#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <vector>

using namespace sluice;
using namespace sluice::test;
using sluice::testing::service_fault;
using sluice::testing::service_request_view;

namespace {

constexpr std::size_t chunk = 256 * 1024;
constexpr std::size_t size = 3 * chunk + 1000;  // four chunks

using faults = std::vector<std::optional<service_fault>>;

/// Puts an object by a session while these faults befall its chunks, and sees that it is whole.
void put_through(faults const& wanted, bool const by_source, std::string const& name) {
    gcs_world w;
    w.faults("PUT", wanted);
    std::shared_ptr<object_store> const store = w.store();
    errc const failed = w.run([&]() -> awaitable<void> {
        payload data = by_source ? from_source(size) : payload(pattern(size));
        put_result const done = co_await store->put("k", std::move(data));
        CHECK_FALSE(done.version.empty());
    });
    CHECK_MESSAGE(failed == errc{}, name, w.what);
    CHECK_MESSAGE((w.gcs.get("bucket", "k") == pattern(size)), name);
    CHECK_MESSAGE(w.gcs.sessions_open() == 0, name);
    CHECK_MESSAGE(w.gcs.object_count() == 1, name);
}

}  // namespace

TEST_CASE("gcs sessions: an object is whole, from memory and from a source") {
    for (bool const by_source : {false, true}) put_through({}, by_source, by_source ? "source" : "memory");
}

TEST_CASE("gcs sessions: each request fails in every way, and the upload goes on where the service is") {
    struct row {
        char const* name;
        service_fault fault;
    };
    row const rows[] = {{"500", refusing(500, "backendError")},      {"503", refusing(503, "backendError")},
                        {"429", refusing(429, "rateLimitExceeded")}, {"403 of a quota", refusing(403, "quotaExceeded")},
                        {"408", refusing(408, "requestTimeout")},    {"401", refusing(401, "authError")},
                        {"a lost answer", losing_answer()},          {"nothing of a chunk came", half_kept(0)},
                        {"half of a chunk came", half_kept(chunk)}};
    for (row const& r : rows) {
        if (r.fault.status == 401) continue;  // a fixed token cannot be renewed: see "token" below
        for (std::size_t at = 0; at < 4; ++at) {
            faults wanted(at);
            wanted.push_back(r.fault);
            put_through(wanted, at % 2 == 0, std::string(r.name) + " at " + std::to_string(at));
            wanted.push_back(r.fault);  // the question how far it is fails as well
            put_through(wanted, at % 2 == 1, std::string(r.name) + " twice at " + std::to_string(at));
        }
    }
}

TEST_CASE("gcs sessions: chunks that are kept in part go on behind that part") {
    gcs_world w;
    gcs_settings settings = w.settings();
    settings.chunk_size = 4 * chunk;
    w.faults("PUT", {half_kept(chunk + 5), std::nullopt, half_kept(chunk)});
    std::shared_ptr<object_store> const store = make_gcs_store(settings);
    std::vector<int> statuses;
    errc const failed = w.run([&]() -> awaitable<void> {
        put_options options;
        options.on_attempt = [&](attempt const& a) { statuses.push_back(a.status); };
        co_await store->put("k", from_source(size), options);
    });
    CHECK(failed == errc{});
    CHECK((w.gcs.get("bucket", "k") == pattern(size)));
    CHECK(statuses == std::vector<int>{200, 0, 308, 0, 308, 200});
}

TEST_CASE("gcs sessions: one that is gone begins anew") {
    for (int const status : {404, 410})
        for (std::size_t at = 0; at < 4; ++at) {
            faults wanted(at);
            wanted.push_back(refusing(status, "gone"));
            gcs_world w;
            w.faults("PUT", wanted);
            std::shared_ptr<object_store> const store = w.store();
            errc const failed = w.run([&]() -> awaitable<void> { co_await store->put("k", from_source(size)); });
            CHECK_MESSAGE(failed == errc{}, status, at, w.what);
            CHECK((w.gcs.get("bucket", "k") == pattern(size)));
        }
}

TEST_CASE("gcs sessions: all of them expire in the middle, and the upload begins anew") {
    gcs_world w;
    std::shared_ptr<object_store> const store = w.store();
    unsigned puts = 0;
    w.gcs.on_request([&](service_request_view const& r) -> std::optional<service_fault> {
        if (r.method == "PUT" && ++puts == 3) w.gcs.expire_sessions();
        return std::nullopt;
    });
    errc const failed = w.run([&]() -> awaitable<void> { co_await store->put("k", payload(pattern(size))); });
    CHECK_MESSAGE(failed == errc{}, w.what);
    CHECK((w.gcs.get("bucket", "k") == pattern(size)));
}

TEST_CASE("gcs sessions: a service that forgets every session is given up") {
    gcs_world w;
    w.faults("PUT", faults(50, refusing(410, "gone")));
    std::shared_ptr<object_store> const store = w.store();
    CHECK(w.run([&]() -> awaitable<void> { co_await store->put("k", from_source(size)); }) == errc::not_found);
    CHECK(w.failed.status == 410);
    CHECK_FALSE(w.gcs.get("bucket", "k").has_value());
}

TEST_CASE("gcs sessions: a service that keeps nothing is given up, and the session is cancelled") {
    gcs_world w;
    service_fault nothing;
    nothing.keep_only = 0;
    w.faults("PUT", faults(50, nothing));
    std::shared_ptr<object_store> const store = w.store();
    CHECK(w.run([&]() -> awaitable<void> { co_await store->put("k", from_source(size)); }) == errc::server);
    CHECK(w.gcs.sessions_open() == 0);
    CHECK(w.gcs.object_count() == 0);
}

TEST_CASE("gcs sessions: a service that has more than was sent has it from somebody else, and the session is cancelled") {
    gcs_world w;
    service_fault more;
    more.status = 308;
    more.headers.emplace_back("Range", "bytes=0-" + std::to_string(2 * chunk));
    w.faults("PUT", {more});
    std::shared_ptr<object_store> const store = w.store();
    CHECK(w.run([&]() -> awaitable<void> { co_await store->put("k", from_source(size)); }) == errc::protocol);
    CHECK(w.gcs.sessions_open() == 0);
    CHECK(w.gcs.object_count() == 0);
}

TEST_CASE("gcs sessions: what is refused for good cancels the session") {
    gcs_world w;
    w.faults("PUT", {std::nullopt, refusing(403, "forbidden")});
    std::shared_ptr<object_store> const store = w.store();
    CHECK(w.run([&]() -> awaitable<void> { co_await store->put("k", from_source(size)); }) == errc::permission_denied);
    CHECK(w.gcs.sessions_open() == 0);
    CHECK(w.failed.operation == "put");
    CHECK(w.failed.uri == "gs://bucket/k");
}

TEST_CASE("gcs sessions: a cancel at each step leaves no session and no object, or the whole one") {
    for (std::uint64_t at = 0;; ++at) {
        gcs_world w;
        std::shared_ptr<object_store> const store = w.store();
        bool cancelled = false, known = false;  // whether the answer has come that tells where the session is
        w.gcs.on_request([&](service_request_view const& r) -> std::optional<service_fault> {
            known = known || r.method == "PUT";
            return std::nullopt;
        });
        w.world.on_step([&](testing::world_step const& step) {
            if (cancelled || step.number != at) return testing::mishap::none;
            cancelled = true;
            return testing::mishap::cancel;
        });
        errc const failed = w.run([&]() -> awaitable<void> { co_await store->put("k", from_source(size)); });
        CHECK(w.world.settle());
        CHECK((failed == errc{} || failed == errc::cancelled));
        CHECK_MESSAGE((w.gcs.sessions_open() == 0 || !known), at);
        if (auto const there = w.gcs.get("bucket", "k")) CHECK((*there == pattern(size)));
        if (!cancelled) break;
    }
}

TEST_CASE("gcs sessions: a source whose bytes change on their way is found out, and what was stored is removed") {
    gcs_world w;
    service_fault flip;
    flip.flip_received = 77;
    w.faults("PUT", {std::nullopt, flip});
    std::shared_ptr<object_store> const store = w.store();
    CHECK(w.run([&]() -> awaitable<void> { co_await store->put("k", from_source(size)); }) == errc::checksum_mismatch);
    CHECK(w.gcs.object_count() == 0);
}

TEST_CASE("gcs sessions: a create-only put whose last answer was lost finds its own object") {
    gcs_world w;
    w.faults("PUT", {std::nullopt, std::nullopt, std::nullopt, losing_answer(), refusing(410, "gone")});
    std::shared_ptr<object_store> const store = w.store();
    put_options create;
    create.create_only = true;
    errc failed = w.run([&]() -> awaitable<void> { co_await store->put("k", from_source(size), create); });
    CHECK_MESSAGE(failed == errc{}, w.what);
    failed = w.run([&]() -> awaitable<void> { co_await store->put("k", from_source(size), create); });
    CHECK(failed == errc::already_exists);
    CHECK(w.gcs.sessions_open() == 0);
}

TEST_CASE("gcs sessions: bug 14: after a failure it is asked how much is there before anything is sent again (google-cloud-cpp#2980)") {
    gcs_world w;
    w.faults("PUT", {std::nullopt, half_kept(0), std::nullopt, losing_answer()});
    std::shared_ptr<object_store> const store = w.store();
    std::vector<int> statuses;
    CHECK(w.run([&]() -> awaitable<void> {
        put_options options;
        options.on_attempt = [&](attempt const& a) { statuses.push_back(a.status); };
        co_await store->put("k", from_source(size), options);
    }) == errc{});
    CHECK((w.gcs.get("bucket", "k") == pattern(size)));
    // Begin, a chunk, one that is lost, the question; again; the last two chunks.
    CHECK(statuses == std::vector<int>{200, 308, 0, 308, 0, 308, 308, 200});
    // Nothing was sent twice but the chunk of which nothing came.
    CHECK(w.gcs.counts().body_bytes < size + chunk + 1000);
}

TEST_CASE("gcs sessions: bug 14: uploads of one key have a session each (google-cloud-cpp#3280)") {
    gcs_world w;
    std::set<std::string> sessions;
    w.gcs.on_request([&](service_request_view const& r) -> std::optional<service_fault> {
        std::size_t const id = r.query.find("upload_id=");
        if (id != r.query.npos) sessions.insert(r.query.substr(id));
        return std::nullopt;
    });
    std::shared_ptr<object_store> const store = w.store();
    CHECK(w.run([&]() -> awaitable<void> {
        auto const both = [&](async::task_group& group) -> awaitable<void> {
            for (std::size_t const more : {std::size_t{0}, std::size_t{1000}})
                group.spawn([&store, more]() -> awaitable<void> { co_await store->put("k", from_source(size + more)); });
            co_return;
        };
        co_await async::with_task_group(both);
    }) == errc{});
    CHECK(sessions.size() == 2);
    std::string const there = w.gcs.get("bucket", "k").value_or("nothing");
    CHECK((there == pattern(size) || there == pattern(size + 1000)));
    CHECK(w.gcs.sessions_open() == 0);
}

TEST_CASE("gcs sessions: whoever has turned off that cancels throw still has it off after an upload that failed") {
    for (bool const throwing : {false, true}) {
        gcs_world w;
        w.faults("PUT", {std::nullopt, refusing(403, "forbidden")});
        std::shared_ptr<object_store> const store = w.store();
        errc failed{};
        bool after = !throwing;
        w.run([&]() -> awaitable<void> {
            co_await boost::asio::this_coro::throw_if_cancelled(throwing);
            try {
                co_await store->put("k", from_source(size));
            } catch (error const& e) {
                failed = e.reason();
            }
            after = co_await boost::asio::this_coro::throw_if_cancelled();
        });
        CHECK(failed == errc::permission_denied);
        CHECK(after == throwing);
        CHECK(w.gcs.sessions_open() == 0);
    }
}
