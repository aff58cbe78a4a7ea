// Every answer of a Google Cloud Storage to every kind of operation, cut at each of its bytes: what comes in two pieces is what comes in
// one; what ends too early is asked for again, or is an error, and never a success that is not true.
#include "http/pool.hpp"
#include "support/sanitized.hpp"
#include "support/streams.hpp"

#include <sluice/sluice.hpp>
#include <sluice/testing/world_gcs.hpp>

#include <doctest/doctest.h>

#include <functional>
#include <string>
#include <vector>

using namespace sluice;
using namespace sluice::testing;
using sluice::test::every_nth;
using sluice::test::pattern;

namespace {

using store_pointer = std::shared_ptr<object_store>;

std::string shown(object_meta const& object) { return std::string(object.key) + ' ' + std::to_string(object.size) + ' ' + object.etag; }

/// Which generation it is depends on how often it was written.
std::string written(put_result const& done) { return done.etag.empty() || done.version.empty() ? "nothing" : "written"; }

awaitable<std::string> head(store_pointer store) {
    object_meta const found = co_await store->head("here/a");
    co_return shown(found);
}

awaitable<std::string> get(store_pointer store) {
    body_reader body = co_await store->get("here/a");
    std::vector<std::byte> into(1000);
    std::size_t const n = co_await body.read_all(into);
    co_return std::string(reinterpret_cast<char const*>(into.data()), n);
}

awaitable<std::string> read(store_pointer store) {
    byte_range const fifty = byte_range::bounded(7, 50);
    std::vector<std::byte> into(100);
    read_result const got = co_await store->read("here/a", fifty, into);
    co_return std::string(reinterpret_cast<char const*>(into.data()), got.range.length);
}

awaitable<std::string> list(store_pointer store) {
    list_options options;
    options.delimiter = "/";
    list_page const page = co_await store->list("", options);
    std::string all;
    for (object_meta const& one : page.objects) all += shown(one) + '\n';
    for (std::string const& one : page.prefixes) all += one + '\n';
    co_return all;
}

awaitable<std::string> put(store_pointer store) {
    put_result const done = co_await store->put("k", payload("new"));
    co_return written(done);
}

awaitable<std::string> create(store_pointer store) {
    put_options options;
    options.create_only = true;
    put_result const done = co_await store->put("k", payload("new"), options);
    co_return written(done);
}

awaitable<std::string> in_parts(store_pointer store) {
    upload to = co_await store->create_upload("k");
    part_place const first{1, 0};
    co_await to.write(first, payload("new"));
    put_result const done = co_await to.complete();
    co_return written(done);
}

awaitable<std::string> by_session(store_pointer store) {
    put_result const done = co_await store->put("k", payload(pattern(2000)));
    co_return written(done);
}

awaitable<std::string> copy(store_pointer store) {
    copied const done = co_await store->copy("here/a", "k");
    co_return written(done.put);
}

awaitable<std::string> remove(store_pointer store) {
    std::vector<object_key> const keys{"here/a", "b", "nowhere"};
    remove_report const done = co_await store->remove(keys);
    co_return std::to_string(done.removed) + " of " + std::to_string(done.removed + done.failed.size());
}

awaitable<std::string> get_nothing(store_pointer store) {
    body_reader body = co_await store->get("nowhere");
    co_return "an object";
}

struct operation {
    char const* name;
    awaitable<std::string> (*run)(store_pointer);
};
constexpr std::uint64_t stride = 5 * every_nth;  // bytes from one end to the next
constexpr operation operations[] = {{"head", head},
                                    {"get", get},
                                    {"read", read},
                                    {"list", list},
                                    {"put", put},
                                    {"create", create},
                                    {"session", by_session},
                                    {"in parts", in_parts},
                                    {"copy", copy},
                                    {"remove", remove},
                                    {"get nothing", get_nothing}};

/// What one run came to, and what it left on the server.
struct outcome {
    std::string told, left;
    std::uint64_t answered = 0, sessions = 0;
    bool operator==(outcome const& other) const { return told == other.told && left == other.left && sessions == other.sessions; }
};

outcome run_cut(operation const& what, std::uint64_t const at, mishap const then, unsigned const attempts) {
    world_options options;
    options.split = false;
    options.jitter = std::chrono::nanoseconds(0);
    world w(1, options);
    w.expect_failure();
    world_gcs gcs = serve_gcs(w);
    gcs.put("bucket", "here/a", pattern(300));
    gcs.put("bucket", "b", "b");
    w.cut(at, then);
    gcs_settings settings = gcs.settings();
    settings.resumable_above = 1000;
    settings.retry.max_attempts = attempts;
    store_pointer store = make_gcs_store(settings);
    outcome came;
    try {
        w.run([&]() -> awaitable<void> { came.told = co_await what.run(store); });
    } catch (error const& e) {
        came.told = "error: " + std::string(to_string(e.reason()));
    }
    store.reset();
    CHECK(w.settle());
    CHECK(w.counts().alarms == 0);
    http::pool_core::counts const pool = http::pool::of(w.context().get_executor()).count();
    CHECK(pool.open == pool.idle);
    CHECK(w.counts().connections == pool.idle);
    came.answered = w.counts().answered;
    came.left = gcs.get("bucket", "k").value_or("none") + ", " + std::to_string(gcs.object_count()) + " objects";
    came.sessions = gcs.sessions_open();
    return came;
}

}  // namespace

TEST_CASE("gcs cut: an answer that comes in two pieces is the same answer, wherever it is cut in two") {
    std::uint64_t cuts = 0;
    for (operation const& what : operations) {
        outcome const whole = run_cut(what, 0, mishap::none, 1);
        for (std::uint64_t at = 1; at < whole.answered; at += every_nth, ++cuts) {
            outcome const came = run_cut(what, at, mishap::none, 1);
            CHECK_MESSAGE(came == whole, std::string(what.name) << ", cut at " << at << ": " << came.told << ", " << came.left);
        }
    }
    MESSAGE(cuts << " cuts");
}

TEST_CASE("gcs cut: an answer that ends too early is asked for again, wherever that is") {
    constexpr std::uint64_t begun = 400;  // bytes of the answer that begins a session, and some more
    std::uint64_t cuts = 0;
    for (operation const& what : operations) {
        outcome const whole = run_cut(what, 0, mishap::none, 1);
        for (mishap const then : {mishap::end, mishap::reset}) {
            for (std::uint64_t at = 1; at < whole.answered; at += stride, ++cuts) {
                outcome came = run_cut(what, at, then, 8);
                if (what.run == by_session && at < begun) came.sessions = 0;  // whose place was lost: nobody can cancel it
                CHECK_MESSAGE(came == whole, std::string(what.name)
                                                 << ", " << to_string(then) << " at " << at << ": " << came.told << ", " << came.left);
            }
        }
    }
    MESSAGE(cuts << " cuts");
}

TEST_CASE("gcs cut: an answer that ends too early and may not be asked for again is an error that fits, or is not missed") {
    std::uint64_t cuts = 0;
    for (operation const& what : operations) {
        outcome const whole = run_cut(what, 0, mishap::none, 1);
        for (mishap const then : {mishap::end, mishap::reset}) {
            for (std::uint64_t at = 1; at < whole.answered; at += stride, ++cuts) {
                outcome const came = run_cut(what, at, then, 1);
                // Temporary parts that cannot be removed are left behind.
                bool const left = what.run == in_parts && came.told == whole.told && came.left == "new, 4 objects";
                bool const error =
                    came.told == "error: connection lost" || came.told == "error: truncated" || came.told == "error: outcome unknown";
                CHECK_MESSAGE((error || left || came == whole),
                              std::string(what.name) << ", " << to_string(then) << " at " << at << ": " << came.told << ", " << came.left);
            }
        }
    }
    MESSAGE(cuts << " cuts");
}
