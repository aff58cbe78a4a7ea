// A context that goes: its connections go with it, whoever still holds a response.
#include "story.hpp"

#include <sluice/testing/script_server.hpp>

#include <doctest/doctest.h>

#include <thread>

using namespace sluice;
using namespace sluice::test;
using namespace std::chrono_literals;

namespace {

/// Answers that have not been read.
std::vector<http::response> answers(stage& s, int count) {
    std::vector<http::response> held;
    for (int i = 0; i < count; ++i) s.net.serve({script::request(), script::deliver(ok("0123456789"))});
    s.play([&]() -> awaitable<void> {
        for (int i = 0; i < count; ++i) {
            result<http::response> answer = co_await http::send(&s.to, &s.get, &s.how);
            REQUIRE(answer.has_value());
            held.push_back(std::move(*answer));
        }
    });
    return held;
}

}  // namespace

TEST_CASE("shutdown: the streams of responses that are held are let go, the responses remain") {
    stage s;
    std::vector<http::response> held = answers(s, 3);
    held.pop_back();
    CHECK(s.net.connections[2]->closed);
    CHECK_FALSE(s.net.connections[0]->closed);
    s.here.reset();
    for (auto const& log : s.net.connections) CHECK(log->closed);
    CHECK(held[0].head().status == 200);
    CHECK(held[0].delivered() == 0);
    CHECK_FALSE(held[0].ended());
    held.clear();
}

TEST_CASE("shutdown: idle connections and those on their way to a waiter are closed as well") {
    stage s;
    s.how.pool.max_connections = 2;
    for (int i = 0; i < 2; ++i) s.net.serve({script::request(), script::deliver(ok("abc"))});
    trip const& first = s.depart(s.get, s.how);
    trip const& second = s.depart(s.get, s.how);
    trip const& waits = s.depart(s.get, s.how);
    while (!(first.over() || second.over())) s.here->step();
    CHECK_FALSE(waits.over());
    s.here.reset();
    for (auto const& log : s.net.connections) CHECK(log->closed);
}

TEST_CASE("shutdown: a response may be dropped on another thread while its context goes") {
    for (int round = 0; round < 50; ++round) {
        stage s;
        std::vector<http::response> held = answers(s, 8);
        std::thread other([&] { held.clear(); });
        s.here.reset();
        other.join();
        for (auto const& log : s.net.connections) CHECK(log->closed);
    }
}

TEST_CASE("shutdown: the sockets are closed, too") {
    testing::script_server server([](testing::received_request const&) { return testing::scripted_reply::ok("0123456789"); });
    std::vector<http::response> held;
    {
        world w;
        net::origin to;
        to.host = "127.0.0.1";
        to.port = server.port();
        http::request const get = request_of("GET");
        http::send_options const how;
        started one(w.context.get_executor(), [&]() -> awaitable<void> {
            for (int i = 0; i < 3; ++i) {
                result<http::response> answer = co_await http::send(&to, &get, &how);
                REQUIRE(answer.has_value());
                held.push_back(std::move(*answer));
            }
            std::vector<std::byte> into(10);
            result<std::size_t> const got = co_await held[0].read_all(into);
            CHECK(got.has_value());
        });
        w.context.run();
        CHECK(one.result() == "ok");
        CHECK(http::pool::of(w.context.get_executor()).count().idle == 1);
        CHECK(server.connections_open() == 3);
    }
    CHECK(server.wait_until_closed(5s));
    held.clear();
}
