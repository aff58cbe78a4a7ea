#include "support/co_test.hpp"
#include "support/says.hpp"
#include "support/tls_peer.hpp"
#include "support/tls_world.hpp"

using namespace sluice;
using namespace std::chrono_literals;
using test::certificate_wish;
using test::handshake;
using test::identity;
using test::says;
using test::tls_peer;
using test::trusting_the_system;

namespace {

using context_ptr = std::shared_ptr<net::tls_context const>;
using stream_result = result<std::unique_ptr<net::stream>>;

certificate_wish lasting(std::string names, std::chrono::hours from, std::chrono::hours until) {
    certificate_wish wish(std::move(names));
    wish.from = from;
    wish.until = until;
    return wish;
}

}  // namespace

CO_TEST("tls: a certificate must be for the host that was meant") {
    struct row {
        char const* names;
        char const* host;
        bool good;
    };
    row const rows[] = {
        {"DNS:localhost", "localhost", true},
        {"DNS:localhost", "LocalHost", true},
        {"DNS:localhost", "localhost.", true},
        {"DNS:localhost", "127.0.0.1", false},
        {"DNS:other.example", "localhost", false},
        {"IP:127.0.0.1", "127.0.0.1", true},
        {"IP:127.0.0.1", "localhost", false},
        {"IP:127.0.0.2", "127.0.0.1", false},
        {"DNS:127.0.0.1", "127.0.0.1", false},
        {"IP:::1", "::1", true},
        {"DNS:*.s3.example", "bucket.s3.example", true},
        {"DNS:*.s3.example", "a.b.s3.example", false},
        {"DNS:*.s3.example", "s3.example", false},
        {"DNS:b*.s3.example", "bucket.s3.example", false},
        {"DNS:s3.example,DNS:*.s3.example", "s3.example", true},
        {"", "sluice test", false},  // it is the common name: no longer counts
    };
    identity const authority = test::make_authority();
    context_ptr const context = test::trusting(authority);
    for (row const& r : rows) {
        identity const who = test::make_certificate(certificate_wish(r.names), &authority);
        tls_peer server(who, nullptr);
        stream_result const s = co_await handshake(server.port(), context, r.host);
        CHECK_MESSAGE(s.has_value() == r.good, r.names, " asked as ", r.host);
        if (s.has_value()) continue;
        CHECK_MESSAGE(s.error().reason() == errc::untrusted_peer, r.names, " asked as ", r.host);
        CHECK(says(s.error(), std::string("the certificate is not for \"") + r.host + "\" but for "));
    }
}

CO_TEST("tls: a wrong host is told with the names the certificate has") {
    identity const authority = test::make_authority();
    certificate_wish const wish("DNS:a.example,IP:10.1.2.3,IP:::2");
    identity const who = test::make_certificate(wish, &authority);
    tls_peer server(who, nullptr);
    stream_result const s = co_await handshake(server.port(), test::trusting(authority), "localhost");
    REQUIRE(s.has_error());
    CHECK(says(s.error(), "a.example, 10.1.2.3, ::2"));
}

CO_TEST("tls: an expired certificate, and one that is not valid yet, are refused in words; a good one passes") {
    struct row {
        std::chrono::hours from, until;
        char const* words;  // null: passes
    };
    row const rows[] = {{-48h, -24h, "the certificate expired on "}, {24h, 48h, "not valid before "}, {-1h, 24h, nullptr}};
    identity const authority = test::make_authority();
    context_ptr const context = test::trusting(authority);
    for (row const& r : rows) {
        identity const who = test::make_certificate(lasting("DNS:localhost", r.from, r.until), &authority);
        tls_peer server(who, nullptr);
        stream_result const s = co_await handshake(server.port(), context, "localhost");
        CHECK(s.has_value() == (r.words == nullptr));
        if (s.has_value()) continue;
        CHECK(s.error().reason() == errc::untrusted_peer);
        CHECK(says(s.error(), r.words));
        CHECK(says(s.error(), "clock"));
    }
}

CO_TEST("tls: without its CA the very same server is not trusted, and the error says what to set") {
    identity const authority = test::make_authority();
    identity const stranger = test::make_authority();
    identity const who = test::make_certificate(certificate_wish("DNS:localhost"), &authority);
    identity const self_signed = test::make_certificate(certificate_wish("DNS:localhost"));
    struct row {
        identity const* server;
        context_ptr context;
        bool good;
    };
    std::vector<row> const rows{{&who, test::trusting(authority), true},
                                {&who, test::trusting(stranger), false},
                                {&who, trusting_the_system(), false},
                                {&self_signed, test::trusting(authority), false},
                                {&self_signed, test::trusting(self_signed), true}};
    for (row const& r : rows) {
        tls_peer server(*r.server, nullptr);
        stream_result const s = co_await handshake(server.port(), r.context, "localhost");
        CHECK(s.has_value() == r.good);
        if (s.has_value()) continue;
        CHECK(s.error().reason() == errc::untrusted_peer);
        CHECK(says(s.error(), "set ca_file or AWS_CA_BUNDLE"));
    }
}

CO_TEST("tls: a certificate that may not sign signs nothing") {
    identity const authority = test::make_authority();
    identity const leaf = test::make_certificate(certificate_wish("DNS:leaf.example"), &authority);
    identity const forged = test::make_certificate(certificate_wish("DNS:localhost"), &leaf);
    tls_peer server(forged, nullptr);
    stream_result const s = co_await handshake(server.port(), test::trusting(leaf), "localhost");
    REQUIRE(s.has_error());
    CHECK(s.error().reason() == errc::untrusted_peer);
}
