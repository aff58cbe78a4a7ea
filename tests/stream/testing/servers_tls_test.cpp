#include <sluice/testing/s3_server.hpp>
#include <sluice/testing/script_server.hpp>

#include "stream/testing/s3_client.hpp"
#include "support/certificates.hpp"

#include <doctest/doctest.h>
#include <openssl/ssl.h>

#include <memory>
#include <stdexcept>

using namespace sluice;

namespace {

/// A TLS client on a raw socket that verifies the server's certificate against itself as the only authority.
class tls_client {
public:
    tls_client(std::uint16_t port, test::identity const& server, int version) : socket_(port), context_(SSL_CTX_new(TLS_client_method())) {
        SSL_CTX_set_min_proto_version(context_.get(), version);
        SSL_CTX_set_max_proto_version(context_.get(), version);
        SSL_CTX_set_verify(context_.get(), SSL_VERIFY_PEER, nullptr);
        X509_STORE_add_cert(SSL_CTX_get_cert_store(context_.get()), server.certificate.get());
        session_.reset(SSL_new(context_.get()));
        SSL_set1_host(session_.get(), "localhost");
        SSL_set_fd(session_.get(), socket_.descriptor());
        if (SSL_connect(session_.get()) != 1) throw std::runtime_error("no handshake");
    }

    void send(std::string_view data) { SSL_write(session_.get(), data.data(), static_cast<int>(data.size())); }

    std::string rest() {
        std::string all;
        char bytes[4096];
        for (int got; (got = SSL_read(session_.get(), bytes, sizeof bytes)) > 0;) all.append(bytes, static_cast<std::size_t>(got));
        return all;
    }
    bool told_the_end() const { return (SSL_get_shutdown(session_.get()) & SSL_RECEIVED_SHUTDOWN) != 0; }

private:
    test::raw_client socket_;
    std::unique_ptr<SSL_CTX, test::openssl_free<SSL_CTX, SSL_CTX_free>> context_;
    std::unique_ptr<SSL, test::openssl_free<SSL, SSL_free>> session_;
};

constexpr int versions[] = {TLS1_2_VERSION, TLS1_3_VERSION};

}  // namespace

TEST_CASE("script_server speaks TLS, with and without close_notify at the end") {
    auto const own = test::make_certificate(test::certificate_wish("DNS:localhost"));
    testing::script_server server({}, own.certificate_pem(), own.key_pem());
    CHECK(server.endpoint() == "https://localhost:" + std::to_string(server.port()));
    for (int const version : versions) {
        for (bool const truncate : {false, true}) {
            testing::scripted_reply reply(std::string(100'000, 'r'));
            reply.close = !truncate;
            reply.truncate = truncate;
            server.push(reply);
            tls_client client(server.port(), own, version);
            client.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
            CHECK(client.rest() == reply.pieces[0]);
            CHECK(client.told_the_end() == !truncate);
        }
    }
    CHECK_THROWS(tls_client(server.port(), own, TLS1_1_VERSION));
    CHECK(server.errors().empty());
}

TEST_CASE("s3_server serves a signed object over TLS") {
    auto const own = test::make_certificate(test::certificate_wish("DNS:localhost"));
    testing::s3_server_options options;
    options.certificate_pem = own.certificate_pem();
    options.key_pem = own.key_pem();
    testing::s3_server server(options);
    std::string const data(1'000'000, 'd');
    server.put("bucket", "k", data);
    for (int const version : versions) {
        tls_client client(server.port(), own, version);
        test::s3_call call("GET", "/bucket/k");
        call.host = "localhost";
        std::string request = call.text();
        client.send(request.insert(request.size() - 2, "Connection: close\r\n"));
        auto const answer = client.rest();
        CHECK(answer.starts_with("HTTP/1.1 200 OK\r\n"));
        CHECK(answer.ends_with("\r\n\r\n" + data));
        CHECK(client.told_the_end());
    }
}

TEST_CASE("servers refuse PEM texts that do not load or belong together") {
    auto const one = test::make_certificate(test::certificate_wish("DNS:localhost"));
    auto const two = test::make_certificate(test::certificate_wish("DNS:localhost"));
    CHECK_THROWS_AS(testing::script_server({}, "garbage", one.key_pem()), std::invalid_argument);
    CHECK_THROWS_AS(testing::script_server({}, one.certificate_pem(), two.key_pem()), std::invalid_argument);
    CHECK_THROWS_AS(testing::script_server({}, one.certificate_pem(), ""), std::invalid_argument);
}
