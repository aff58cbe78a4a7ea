// What a scripted stream does not show: http over real sockets, against a server of scripts.
#include "http/request_head.hpp"
#include "story.hpp"
#include "support/co_test.hpp"
#include "support/gate.hpp"
#include "support/peer.hpp"

#include <sluice/testing/script_server.hpp>

#include <boost/asio/this_coro.hpp>

#include <atomic>
#include <deque>

using namespace sluice;
using namespace sluice::test;
using namespace std::chrono_literals;
using testing::script_server, testing::scripted_reply;

namespace {

net::origin at(std::uint16_t port) {
    net::origin to;
    to.host = "127.0.0.1";
    to.port = port;
    return to;
}

std::string const large(8 << 20, 'p');

http::request large_put() {
    http::request r = request_of("PUT");
    r.body = payload(large);
    return r;
}

std::size_t head_size(http::request const& what) {
    std::string head;
    REQUIRE_FALSE(http::format_head(what, head));
    return head.size();
}

awaitable<http::pool_core::counts> pool_counts() {
    boost::asio::any_io_executor const executor = co_await boost::asio::this_coro::executor;
    co_return http::pool::of(executor).count();
}

}  // namespace

CO_TEST("sockets: a large request arrives as it was, and the connection serves again") {
    std::atomic<int> right = 0;
    script_server server([&](testing::received_request const& r) {
        if (r.body == large) ++right;
        return scripted_reply::ok("abc");
    });
    net::origin const to = at(server.port());
    http::request const put = large_put();
    http::send_options const how;
    for (int i = 0; i < 3; ++i) {
        seen const out = co_await exchange_once(&to, &put, &how);
        CHECK(out.body == "abc");
    }
    CHECK(right == 3);
    CHECK(server.connections_accepted() == 1);
    CHECK(server.errors().empty());
}

CO_TEST("sockets: a refusal before the body is read is the answer, also when the server then resets") {
    for (bool const reset : {false, true}) {
        script_server server;
        net::origin const to = at(server.port());
        http::request const put = large_put();
        http::send_options const how;
        for (int i = 0; i < 20; ++i) {
            scripted_reply refusal = scripted_reply::status(403, "no!");
            refusal.answer_before_body = true;
            refusal.close = !reset;
            refusal.reset = reset;
            server.push(refusal);
            seen const out = co_await exchange_once(&to, &put, &how);
            CHECK(out.text() == "");
            CHECK(out.status == 403);
            CHECK(out.body == "no!");
        }
        http::pool_core::counts const after = co_await pool_counts();
        CHECK(after.open == after.idle);  // the system may have taken all of the request
        CHECK(server.connections_accepted() == 20);
    }
}

CO_TEST("sockets: a server that closes after each answer without saying so is no error") {
    for (bool const reset : {false, true}) {
        script_server server([&](testing::received_request const&) {
            scripted_reply r = scripted_reply::ok("abc");
            r.close = !reset;
            r.reset = reset;
            return r;
        });
        net::origin const to = at(server.port());
        http::request const get = request_of("GET");
        http::send_options const how;
        for (int i = 0; i < 200; ++i) {
            seen const out = co_await exchange_once(&to, &get, &how);
            CHECK(out.text() == "");
            CHECK(out.body == "abc");
        }
        CHECK(server.errors().empty());
    }
}

CO_TEST("sockets: an answer nobody asked for is not taken for the next one's") {
    std::atomic<int> connections = 0;
    std::deque<gate> said(11);  // on each connection
    std::size_t const request = head_size(request_of("PUT"));
    peer server(
        [&](int fd) {
            int const number = ++connections;
            while (receive(fd, request).size() == request) {
                send_all(fd, ok(std::to_string(number)));
                send_all(fd, ok("unasked"));  // over loopback it is there when the call returns
                said[static_cast<std::size_t>(number)].open();
            }
        },
        10);
    net::origin const to = at(server.port());
    http::request const put = request_of("PUT");
    http::send_options const how;
    for (int i = 1; i <= 10; ++i) {
        seen const out = co_await exchange_once(&to, &put, &how);
        CHECK(out.body == std::to_string(i));
        said[static_cast<std::size_t>(i)].pass();
    }
}

CO_TEST("sockets: silence ends with the limit, and the connection is gone") {
    script_server server;
    scripted_reply late = scripted_reply::ok("abc");
    late.first_pause = 60s;
    server.push(late);
    net::origin const to = at(server.port());
    http::request const get = request_of("GET");
    http::send_options how;
    how.limits.first_byte = 20ms;
    seen const out = co_await exchange_once(&to, &get, &how);
    CHECK(out.failed_with(errc::timed_out));
    CHECK(out.why->sent());
    http::pool_core::counts const after = co_await pool_counts();
    CHECK(after.open == 0);
}
