// Every answer of an S3 to every kind of operation, cut at each of its bytes: what comes in two pieces is what comes in one; what ends too
// early is asked for again, or is an error, and never a success that is not true.
#include "http/pool.hpp"
#include "support/sanitized.hpp"
#include "support/streams.hpp"

#include <sluice/sluice.hpp>
#include <sluice/testing/world.hpp>

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
    co_return done.etag;
}

awaitable<std::string> create(store_pointer store) {
    put_options options;
    options.create_only = true;
    put_result const done = co_await store->put("k", payload("new"), options);
    co_return done.etag;
}

awaitable<std::string> begin_parts(store_pointer store) {
    upload to = co_await store->create_upload("k");
    co_return "begun";
}

awaitable<std::string> in_parts(store_pointer store) {
    upload to = co_await store->create_upload("k");
    part_place const first{1, 0};
    co_await to.write(first, payload("new"));
    put_result const done = co_await to.complete();
    co_return done.etag;
}

awaitable<std::string> copy(store_pointer store) {
    copied const done = co_await store->copy("here/a", "k");
    co_return done.put.etag;
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
constexpr operation operations[] = {
    {"head", head},     {"get", get},           {"read", read}, {"list", list},     {"put", put},
    {"create", create}, {"in parts", in_parts}, {"copy", copy}, {"remove", remove}, {"get nothing", get_nothing}};

/// What one run came to, and what it left on the server.
struct outcome {
    std::string told, left;
    std::uint64_t answered = 0, uploads = 0;
    bool operator==(outcome const& other) const { return told == other.told && left == other.left && uploads == other.uploads; }
};

outcome run_cut(operation const& what, std::uint64_t const at, mishap const then, unsigned const attempts) {
    world_options options;
    options.split = false;
    options.jitter = std::chrono::nanoseconds(0);
    world w(1, options);
    w.expect_failure();
    world_s3 s3 = w.serve_s3();
    s3.put("bucket", "here/a", pattern(300));
    s3.put("bucket", "b", "b");
    w.cut(at, then);
    s3_settings settings = s3.settings();
    settings.retry.max_attempts = attempts;
    store_pointer store = make_s3_store(settings);
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
    came.left = s3.get("bucket", "k").value_or("none") + ", " + std::to_string(s3.object_count()) + " objects";
    came.uploads = s3.uploads_open();
    return came;
}

}  // namespace

TEST_CASE("cut: an answer that comes in two pieces is the same answer, wherever it is cut") {
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

TEST_CASE("cut: an answer that ends too early is asked for again, wherever that is") {
    std::uint64_t const begun = run_cut({"begin", begin_parts}, 0, mishap::none, 1).answered;
    std::uint64_t cuts = 0;
    for (operation const& what : operations) {
        outcome const whole = run_cut(what, 0, mishap::none, 1);
        for (mishap const then : {mishap::end, mishap::reset}) {
            for (std::uint64_t at = 1; at < whole.answered; at += stride, ++cuts) {
                outcome came = run_cut(what, at, then, 8);
                if (what.run == in_parts && at < begun) came.uploads -= 1;  // whose id was lost: nobody can abort it
                CHECK_MESSAGE(came == whole, std::string(what.name)
                                                 << ", " << to_string(then) << " at " << at << ": " << came.told << ", " << came.left);
            }
        }
    }
    MESSAGE(cuts << " cuts");
}

TEST_CASE("cut: an answer that ends too early and may not be asked for again is an error that fits, or is not missed") {
    std::uint64_t cuts = 0;
    for (operation const& what : operations) {
        outcome const whole = run_cut(what, 0, mishap::none, 1);
        for (mishap const then : {mishap::end, mishap::reset}) {
            for (std::uint64_t at = 1; at < whole.answered; at += stride, ++cuts) {
                outcome const came = run_cut(what, at, then, 1);
                bool const error =
                    came.told == "error: connection lost" || came.told == "error: truncated" || came.told == "error: outcome unknown";
                CHECK_MESSAGE((error || came == whole),
                              std::string(what.name) << ", " << to_string(then) << " at " << at << ": " << came.told << ", " << came.left);
            }
        }
    }
    MESSAGE(cuts << " cuts");
}
