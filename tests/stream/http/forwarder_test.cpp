// Plain http through a proxy that forwards it.
#include "story.hpp"
#include "support/co_test.hpp"
#include "support/says.hpp"

#include <sluice/testing/script_server.hpp>

using namespace sluice;
using namespace sluice::test;
using testing::received_request, testing::script_server, testing::scripted_reply;

namespace {

net::origin behind(std::uint16_t proxy, std::string const& no_proxy = {}) {
    network_options options;
    options.http_proxy = "http://user:canary@127.0.0.1:" + std::to_string(proxy);
    options.no_proxy = no_proxy;
    net::origin to;
    to.host = "service.example";
    to.port = 9000;
    to.route = net::choose_route(options, to.host, to.port, false).value();
    return to;
}

http::request to_service() {
    http::request r;
    r.target = "/b/k%20?x=1";
    r.headers.add("Host", "service.example:9000");
    return r;
}

}  // namespace

CO_TEST("forwarder: the proxy gets the whole URL and its authorization, and the connection serves again") {
    script_server proxy([](received_request const&) { return scripted_reply::ok("abc"); });
    net::origin const to = behind(proxy.port());
    http::request const what = to_service();
    http::send_options const how;
    for (int i = 0; i < 3; ++i) {
        seen const out = co_await exchange_once(&to, &what, &how);
        CHECK(out.body == "abc");
    }
    REQUIRE(proxy.requests().size() == 3);
    for (received_request const& r : proxy.requests()) {
        CHECK(r.target == "http://service.example:9000/b/k%20?x=1");
        CHECK(r.header("Host") == "service.example:9000");
        CHECK(r.header("Proxy-Authorization") == "Basic dXNlcjpjYW5hcnk=");
        CHECK(r.connection == 1);
    }
}

CO_TEST("forwarder: a proxy that wants other credentials is told from a service that does") {
    script_server proxy([](received_request const&) { return scripted_reply::status(407, "who?"); });
    net::origin const to = behind(proxy.port());
    http::request const what = to_service();
    http::send_options const how;
    seen const out = co_await exchange_once(&to, &what, &how);
    REQUIRE(out.failed_with(errc::unauthenticated));
    CHECK(says(*out.why, "the proxy 127.0.0.1:" + std::to_string(proxy.port()) + " wants other credentials (HTTP 407)"));
    CHECK(out.text().find("canary") == std::string::npos);
}

TEST_CASE("forwarder: a host that is exempt has no route") { CHECK(behind(1, "service.example:9000").route == nullptr); }
