#include "support/co_test.hpp"
#include "support/says.hpp"
#include "support/streams.hpp"
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

namespace {

/// Both files of a client certificate, and a configuration that shows it.
struct client_certificate {
    explicit client_certificate(identity const& issuer)
        : who(test::make_certificate(certificate_wish(), &issuer)),
          certificate(who.certificate_pem()),
          key(who.key_pem()) {}

    net::tls_settings settings(std::string const& ca_file) const {
        net::tls_settings s;
        s.ca_file = ca_file;
        s.certificate_file = certificate.path();
        s.key_file = key.path();
        return s;
    }

    identity who;
    test::temporary_file certificate, key;
};

awaitable<std::string> first_words(std::uint16_t port, context_ptr context) {
    stream_result done = co_await handshake(port, std::move(context), "localhost");
    if (!done) co_return std::string(to_string(done.error().reason())) + ": " + done.error().info().detail;
    test::received const got = co_await test::read_up_to(done.value().get(), 5);
    co_return got.data;
}

test::tls_behaviour wanting(identity const& authority, int version) {
    test::tls_behaviour how;
    how.lowest = how.highest = version;
    how.wants = &authority;
    return how;
}

}  // namespace

CO_TEST("tls: a peer that wants a client certificate gets the one of the settings, by TLS 1.2 and 1.3") {
    identity const authority = test::make_authority();
    identity const server = test::make_certificate(certificate_wish("DNS:localhost"), &authority);
    test::temporary_file const ca(authority.certificate_pem());
    client_certificate const own(authority);
    for (int const version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
        tls_peer peer(
            server, [](SSL* c) { test::send_all(c, "hello"); }, wanting(authority, version));
        context_ptr const context = net::tls_context::make(own.settings(ca.path())).value();
        std::string const got = co_await first_words(peer.port(), context);
        CHECK(got == "hello");
    }
}

CO_TEST("tls: without a client certificate, or with one of another authority, nothing is read from a peer that wants one") {
    identity const authority = test::make_authority(), other = test::make_authority();
    identity const server = test::make_certificate(certificate_wish("DNS:localhost"), &authority);
    test::temporary_file const ca(authority.certificate_pem());
    client_certificate const wrong(other);
    net::tls_settings none;
    none.ca_file = ca.path();
    for (net::tls_settings const& settings : {none, wrong.settings(ca.path())}) {
        // By TLS 1.3 a client hears of it only when it reads.
        tls_peer peer(
            server, [](SSL* c) { test::send_all(c, "hello"); }, wanting(authority, TLS1_2_VERSION));
        context_ptr const context = net::tls_context::make(settings).value();
        std::string const got = co_await first_words(peer.port(), context);
        CHECK(got.starts_with("untrusted peer: "));
        CHECK_MESSAGE(got.find("wants a client certificate") != std::string::npos, got);
    }
}

TEST_CASE("tls: a client certificate that cannot be used is refused at once, and no password is told or asked for") {
    identity const authority = test::make_authority();
    client_certificate const one(authority), two(authority);
    auto const complaint = [](net::tls_settings const& s) {
        result<context_ptr> const made = net::tls_context::make(s);
        if (made) return std::string("none");
        CHECK(made.error().reason() == errc::invalid_argument);
        return made.error().info().detail;
    };
    net::tls_settings s = one.settings({});
    CHECK(complaint(s) == "none");
    s.key_file = two.key.path();
    CHECK(complaint(s).find("client key") == 0);
    s.key_file = "/nonexistent/key.pem";
    CHECK(complaint(s).find("/nonexistent/key.pem") != std::string::npos);
    s = one.settings({});
    s.certificate_file = "/nonexistent/certificate.pem";
    CHECK(complaint(s).find("client certificate \"/nonexistent/certificate.pem\"") == 0);
    s.certificate_file.clear();
    CHECK(complaint(s).find("there is no certificate for it") != std::string::npos);

    test::temporary_file const locked(test::encrypted_key_pem(one.who, "right"));
    s = one.settings({});
    s.key_file = locked.path();
    CHECK(complaint(s).find("client key") == 0);
    s.key_password = "CANARY";
    CHECK(complaint(s).find("client key") == 0);
    CHECK(complaint(s).find("CANARY") == std::string::npos);
    s.key_password = "right";
    CHECK(complaint(s) == "none");
}
