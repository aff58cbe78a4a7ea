// Which connection serves which request: reuse, limits of number and time, and what becomes of connections nobody needs.
#include "story.hpp"

#include <doctest/doctest.h>

using namespace sluice;
using namespace sluice::test;
using namespace std::chrono_literals;

namespace {

/// A connection that answers so many requests.
connection_script answers(int count) {
    connection_script s;
    for (int i = 0; i < count; ++i) s.reads.insert(s.reads.end(), {script::request(), script::deliver(ok("abc"))});
    return s;
}

/// Gets `count` answers side by side, then reads them, the first first. So many connections are idle afterwards.
void open_connections(stage& s, int count) {
    s.play([&]() -> awaitable<void> {
        std::vector<http::response> held;
        for (int i = 0; i < count; ++i) {
            result<http::response> answer = co_await http::send(&s.to, &s.get, &s.how);
            REQUIRE(answer.has_value());
            held.push_back(std::move(*answer));
        }
        std::vector<std::byte> into(3);
        for (http::response& r : held) {
            result<std::size_t> const got = co_await r.read_all(into);
            REQUIRE(got.has_value());
        }
    });
}

std::vector<bool> closed(stage const& s) {
    std::vector<bool> all;
    for (auto const& log : s.net.connections) all.push_back(log->closed);
    return all;
}

}  // namespace

TEST_CASE("pool: the connection that came back last is lent first") {
    stage s;
    for (int i = 0; i < 3; ++i) s.net.serve(answers(10));
    open_connections(s, 3);
    REQUIRE(s.counts().idle == 3);
    std::size_t const before = s.last().written.size();
    for (int i = 0; i < 5; ++i) CHECK(s.send(s.get).body == "abc");
    CHECK(s.last().written.size() == 6 * before);
    CHECK(s.net.connections[0]->written.size() == before);
    CHECK(s.counts().opened == 3);
    CHECK(s.counts().reused == 5);
    CHECK(s.counts().idle == 3);
}

TEST_CASE("pool: connections idle for too long are closed with a farewell, younger ones serve") {
    stage s;
    s.how.pool.idle_limit = 20s;
    for (int i = 0; i < 3; ++i) s.net.serve(answers(10));
    open_connections(s, 3);
    s.here->time->advance(15s);
    CHECK(s.send(s.get).body == "abc");  // the last
    s.here->time->advance(6s);
    CHECK(s.send(s.get).body == "abc");
    CHECK(closed(s) == std::vector<bool>{true, true, false});
    CHECK(s.net.connections[0]->farewell);
    CHECK(s.counts().open == 1);
}

TEST_CASE("pool: a connection too old is closed when it comes back, and not lent again") {
    for (bool const in_use : {true, false}) {
        stage s;
        s.how.pool.age_limit = 60s;
        s.how.pool.idle_limit = 0s;
        s.net.serve({script::request(), script::deliver(ok("abc")), script::request(), script::pause(2s), script::deliver(ok("abc"))});
        s.net.serve(answers(1));
        open_connections(s, 1);
        s.here->time->advance(in_use ? 59s : 61s);
        CHECK(s.send(s.get).body == "abc");
        CHECK(s.net.connections[0]->closed);
        CHECK(s.counts().opened == (in_use ? 1 : 2));
    }
}

TEST_CASE("pool: of more idle connections than allowed the oldest go") {
    stage s;
    s.how.pool.max_idle = 2;
    for (int i = 0; i < 4; ++i) s.net.serve(answers(10));
    open_connections(s, 4);
    CHECK(closed(s) == std::vector<bool>{true, true, false, false});
    CHECK(s.counts().idle == 2);
    CHECK(s.counts().open == 2);
}

TEST_CASE("pool: what the server closed or said unasked while a connection was idle is noticed before it is used") {
    script_step const nothing_good[] = {script::end(), script::cut(), script::deliver("HTTP/1.1 408 Request Timeout\r\n\r\n"),
                                        script::deliver(ok("not yours")), script::deliver("\r\n")};
    for (script_step const& unasked : nothing_good) {
        for (std::string_view const method : {"GET", "PUT"}) {
            stage s;
            connection_script first = answers(1);
            first.reads.push_back(unasked);  // after the last read of the answer before it
            s.net.serve(first);
            s.net.serve(answers(1));
            s.how.replayable = false;  // it is not a matter of trying again
            open_connections(s, 1);
            REQUIRE(s.counts().idle == 1);
            if (method == "GET") s.here->time->advance(20us);
            seen const out = s.send(request_of(method));
            CHECK(out.body == "abc");
            CHECK(s.net.connections[0]->closed);
            CHECK(s.counts().opened == 2);
            CHECK(s.counts().reused == 0);
        }
    }
}

TEST_CASE("pool: two origins have two pools") {
    stage s;
    s.how.pool.max_connections = 1;
    s.net.serve(answers(3));
    s.net.serve(answers(3));
    CHECK(s.send(s.get).body == "abc");
    s.to = scripted_origin("127.0.0.2");
    CHECK(s.send(s.get).body == "abc");
    CHECK(s.counts().open == 2);
    CHECK(s.counts().origins == 2);
    s.to = scripted_origin();
    CHECK(s.send(s.get).body == "abc");
    CHECK(s.counts().reused == 1);
}

TEST_CASE("pool: an origin nobody asks for again is forgotten, its connections closed") {
    stage s;
    s.how.pool.idle_limit = 20s;
    s.net.serve(answers(3));
    CHECK(s.send(s.get).body == "abc");
    s.to = scripted_origin("127.0.0.2");
    s.net.serve(answers(100));
    for (int i = 0; i < 10; ++i) {
        s.here->time->advance(5s);
        CHECK(s.send(s.get).body == "abc");
    }
    CHECK(closed(s) == std::vector<bool>{true, false});
    CHECK(s.net.connections[0]->farewell);
    CHECK(s.counts().origins == 1);
    CHECK(s.counts().opened == 2);  // what was counted there still counts
    CHECK(s.counts().reused == 9);
}

TEST_CASE("pool: an origin somebody uses is not forgotten, however long that takes") {
    stage s;
    s.net.serve(answers(1));
    s.play([&]() -> awaitable<void> {
        result<http::response> held = co_await http::send(&s.to, &s.get, &s.how);
        REQUIRE(held.has_value());
        net::origin const other = scripted_origin("127.0.0.2");
        for (int i = 0; i < 10; ++i) {
            s.net.serve(answers(1));
            s.here->time->advance(1h);
            seen const out = co_await exchange_once(&other, &s.get, &s.how);
            CHECK(out.body == "abc");
        }
        std::vector<std::byte> into(3);
        result<std::size_t> const got = co_await held->read_all(into);
        CHECK(got.has_value());
    });
    CHECK(s.counts().origins == 2);
}
