// Services that want to see a certificate of whoever asks.
#include "stream/s3/fixture.hpp"
#include "support/tls_peer.hpp"

#include <functional>

using namespace sluice;
using namespace sluice::test;

namespace {

/// Answers each request of a connection with an object of four bytes.
void serve_object(SSL* connection) {
    std::string head;
    for (std::string c = receive(connection, 1); !c.empty(); c = receive(connection, 1)) {
        head += c;
        if (!head.ends_with("\r\n\r\n")) continue;
        send_all(connection,
                 "HTTP/1.1 200 OK\r\nETag: \"e1\"\r\nContent-Length: 4\r\n\r\n" + std::string(head.starts_with("HEAD") ? "" : "data"));
        head.clear();
    }
}

/// A CA, the service's certificate, and what of it a client knows.
struct guarded {
    guarded() {}
    identity authority = make_authority();
    identity service = make_certificate(certificate_wish("DNS:localhost"), &authority);
    temporary_file ca = temporary_file(authority.certificate_pem());

    tls_behaviour behaviour(int version) const {
        tls_behaviour how;
        how.lowest = how.highest = version;
        how.connections = 10;
        how.wants = &authority;
        return how;
    }
    s3_settings settings(tls_peer const& peer) const {
        s3_settings s = quick_settings("https://localhost:" + std::to_string(peer.port()));
        s.ca_file = ca.path();
        return s;
    }
};

/// Both files of a certificate.
struct shown {
    explicit shown(identity const& issuer, std::chrono::hours until = std::chrono::hours(24)) : who(make(issuer, until)) {}
    static identity make(identity const& issuer, std::chrono::hours until) {
        certificate_wish wish;
        wish.from = std::chrono::hours(-48);
        wish.until = until;
        return make_certificate(wish, &issuer);
    }
    void to(s3_settings& settings) const {
        settings.certificate_file = certificate.path();
        settings.key_file = key.path();
    }
    identity who;
    temporary_file certificate = temporary_file(who.certificate_pem()), key = temporary_file(who.key_pem());
};

}  // namespace

CO_TEST("client certificate: a store that has the right one is served, by TLS 1.2 and 1.3, over one connection") {
    guarded const here;
    shown const right(here.authority);
    for (int const version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
        tls_behaviour how = here.behaviour(version);
        how.connections = 1;
        tls_peer peer(here.service, &serve_object, how);
        s3_settings settings = here.settings(peer);
        right.to(settings);
        auto const store = make_s3_store(settings);
        object_meta const meta = co_await store->head("k");
        CHECK(meta.size == 4);
        poisoned into(10);
        co_await store->read("k", byte_range::whole(), into.span());
        CHECK(into.text(4) == "data");
    }
}

CO_TEST("client certificate: without one, with a stranger's or an expired one, a store says at once what is wrong") {
    guarded const here;
    identity const elsewhere = make_authority();
    shown const strangers(elsewhere), expired(here.authority, std::chrono::hours(-24));
    for (int const version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
        for (shown const* const one : std::initializer_list<shown const*>{nullptr, &strangers, &expired}) {
            tls_peer peer(here.service, &serve_object, here.behaviour(version));
            s3_settings settings = here.settings(peer);
            if (one != nullptr) one->to(settings);
            auto const store = make_s3_store(settings);
            put_options once;
            once.create_only = true;
            error const small = co_await error_of(store->head("k"));
            error const large = co_await error_of(store->put("k", payload(pattern(8 << 20)), once));
            for (error const& e : {small, large}) {
                std::string const what = std::to_string(version) + ' ' + e.what();
                CHECK_MESSAGE(e.reason() == errc::untrusted_peer, what);
                CHECK_MESSAGE(contains(what, "wants a client certificate"), what);
                CHECK_MESSAGE(contains(what, "certificate_file"), what);
                CHECK_MESSAGE(e.info().attempts <= 1, what);
            }
        }
    }
}
