// Waiting for a place in the pool: first come, first served, each with its limits; and what becomes of the place of one who leaves.
#include "story.hpp"
#include "support/says.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace sluice;
using namespace sluice::test;
using namespace std::chrono_literals;

namespace {

/// One place, which the test holds: a response that has not been read.
struct full_pool : stage {
    full_pool() {
        how.pool.max_connections = 1;
        how.limits.pool_wait = 60s;
        connection_script script;
        for (int i = 0; i < 20; ++i) script.reads.insert(script.reads.end(), {script::request(), script::deliver(ok("abc"))});
        net.serve(script);
        play([this]() -> awaitable<void> {
            result<http::response> answer = co_await http::send(&to, &get, &how);
            held = std::move(*answer);
        });
    }

    trip& ask(http::send_options const& with) {
        trip& t = depart(get, with);
        here->settle();
        return t;
    }
    trip& ask() { return ask(how); }

    /// Reads the answer held, so that its connection is free.
    void give_back() {
        start([this]() -> awaitable<void> {
            std::vector<std::byte> into(3);
            result<std::size_t> const got = co_await held.read_all(into);
            CHECK(got.has_value());
        });
    }

    http::response held;
};

std::vector<bool> over(std::initializer_list<trip const*> trips) {
    std::vector<bool> all;
    for (trip const* t : trips) all.push_back(t->over());
    return all;
}

using yes_no = std::vector<bool>;

}  // namespace

TEST_CASE("pool wait: a place goes to who came first") {
    full_pool s;
    trip& a = s.ask();
    trip& b = s.ask();
    trip& c = s.ask();
    CHECK(s.counts().waiting == 3);
    std::vector<trip const*> order;
    s.give_back();
    while (s.here->step())
        for (trip const* t : {&a, &b, &c})
            if (t->over() && std::find(order.begin(), order.end(), t) == order.end()) order.push_back(t);
    CHECK(order == std::vector<trip const*>{&a, &b, &c});
    for (trip const* t : order) CHECK(t->out.body == "abc");
    CHECK(s.counts().opened == 1);
    CHECK(s.counts().reused == 3);
    CHECK(s.counts().idle == 1);
}

TEST_CASE("pool wait: who comes later does not overtake") {
    full_pool s;
    trip& waits = s.ask();
    s.give_back();
    while (s.counts().waiting == 1 && !waits.over()) {
        if (!s.held.ended()) {
            s.here->step();
            continue;
        }
        // Given back and granted, but he who waits has not run yet.
        CHECK_FALSE(http::pool::of(s.executor()).take(s.to, s.how.pool));
        s.here->step();
    }
    s.here->finish();
    CHECK(waits.out.body == "abc");
}

TEST_CASE("pool wait: each has a limit of his own, and it is named") {
    full_pool s;
    http::send_options short_wait = s.how, short_life = s.how;
    short_wait.limits.pool_wait = 5s;
    short_life.deadline = s.here->time->now() + 7s;
    trip& a = s.ask(short_wait);
    trip& b = s.ask();
    trip& c = s.ask(short_life);
    s.here->time->advance(5s);
    s.here->settle();
    CHECK(over({&a, &b, &c}) == yes_no{true, false, false});
    REQUIRE(a.out.failed_with(errc::timed_out));
    CHECK(says(*a.out.why, "no connection to 127.0.0.1:1 became free within 5 s (limit timeouts.pool_wait)"));
    CHECK(says(*a.out.why, "all 1 (pool_options.max_connections) are in use"));
    CHECK_FALSE(a.out.why->sent());
    s.here->time->advance(2s);
    s.here->settle();
    CHECK(over({&a, &b, &c}) == yes_no{true, false, true});
    REQUIRE(c.out.failed_with(errc::timed_out));
    CHECK(says(*c.out.why, "before the operation's deadline"));
    CHECK(s.counts().waiting == 1);
    s.give_back();
    s.here->finish();
    CHECK(b.out.body == "abc");
    CHECK(s.counts().waiting == 0);
}

TEST_CASE("pool wait: one who is cancelled leaves the line") {
    full_pool s;
    trip& a = s.ask();
    trip& b = s.ask();
    a.run->cancel();
    s.here->settle();
    CHECK(a.run->cancelled());
    CHECK(s.counts().waiting == 1);
    s.give_back();
    s.here->finish();
    CHECK(b.out.body == "abc");
    CHECK(s.counts().opened == 1);
}

TEST_CASE("pool wait: the grant of one who is cancelled meanwhile goes on to the next") {
    // Given back, closed, or closed by its age: whatever is granted.
    for (std::string_view const what : {"given back", "dropped", "too old"}) {
        for (int steps = 0; steps < 6; ++steps) {
            CAPTURE(what);
            CAPTURE(steps);
            full_pool s;
            connection_script another = {script::request(), script::deliver(ok("abc")), script::request(), script::deliver(ok("abc"))};
            s.net.serve(another);
            s.net.serve(another);
            if (what == "too old") s.here->time->advance(1h);
            trip& a = s.ask();
            trip& b = s.ask();
            if (what == "dropped")
                s.held = http::response();
            else
                s.give_back();
            for (int i = 0; i < steps; ++i) s.here->step();
            a.run->cancel();
            s.here->finish();
            CHECK((a.run->cancelled() || a.out.body == "abc"));
            CHECK(b.out.text() == "");
            CHECK(b.out.body == "abc");
            CHECK(s.counts().waiting == 0);
            CHECK(s.counts().open == s.counts().idle);
        }
    }
}

TEST_CASE("pool wait: a connection granted is asked whether it is still quiet") {
    for (script_step const& meanwhile : {script::end(), script::deliver(ok("not yours"))}) {
        stage s;
        s.how.pool.max_connections = 1;
        s.how.replayable = false;
        s.net.serve({script::request(), script::deliver(ok("abc")), meanwhile});
        s.net.serve({script::request(), script::deliver(ok("def"))});
        trip& first = s.depart(s.get, s.how);
        trip& second = s.depart(s.get, s.how);
        while (!first.over()) s.here->step();
        s.here->time->advance(1ms);  // the context was busy
        s.here->finish();
        CHECK(first.out.body == "abc");
        CHECK(second.out.body == "def");
        CHECK(s.counts().opened == 2);
        CHECK(s.counts().reused == 0);
    }
}

TEST_CASE("pool wait: when a dial fails the place goes to the next") {
    stage s;
    s.how.pool.max_connections = 1;
    connection_script refused;
    refused.refused = true;
    s.net.serve(refused);
    s.net.serve({script::request(), script::deliver(ok("abc"))});
    trip& first = s.depart(s.get, s.how);
    trip& second = s.depart(s.get, s.how);
    s.here->finish();
    CHECK(first.out.failed_with(errc::unreachable));
    CHECK_FALSE(first.out.why->sent());
    CHECK(second.out.body == "abc");
    CHECK(s.counts().idle == 1);
}
