#include "support/tls_peer.hpp"

#include <openssl/err.h>

#include <array>
#include <utility>

namespace sluice::test {

tls_behaviour tls_behaviour::lax() {
    tls_behaviour how;
    how.weak = true;
    return how;
}

tls_peer::tls_peer(identity const& who, std::function<void(SSL*)> script, tls_behaviour how)
    : context_(SSL_CTX_new(TLS_server_method())),
      script_(std::move(script)),
      peer_([this](int fd) { serve(fd); }, how.connections, false) {
    SSL_CTX* const c = context_.get();
    if (how.weak || how.highest < TLS1_2_VERSION) SSL_CTX_set_security_level(c, 0);
    SSL_CTX_use_certificate(c, who.certificate.get());
    SSL_CTX_use_PrivateKey(c, who.key.get());
    SSL_CTX_set_min_proto_version(c, how.lowest);
    SSL_CTX_set_max_proto_version(c, how.highest);
    if (how.wants != nullptr) {
        SSL_CTX_set_verify(c, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
        X509_STORE_add_cert(SSL_CTX_get_cert_store(c), how.wants->certificate.get());
    }
    peer_.start();
}

tls_peer::~tls_peer() = default;

void tls_peer::serve(int fd) {
    std::unique_ptr<SSL, openssl_free<SSL, SSL_free>> const ssl(SSL_new(context_.get()));
    SSL_set_fd(ssl.get(), fd);
    if (SSL_accept(ssl.get()) != 1)
        hold(fd);  // so that our alert is not lost to a reset
    else if (script_)
        script_(ssl.get());
    else
        hold(ssl.get());
    ERR_clear_error();
}

void send_all(SSL* to, std::string const& data) {
    std::size_t sent = 0;
    SSL_write_ex(to, data.data(), data.size(), &sent);
}

std::string receive(SSL* from, std::size_t size) {
    std::string data(size, '\0');
    std::size_t got = 0;
    for (std::size_t n = 0; got < size && SSL_read_ex(from, data.data() + got, size - got, &n) == 1;) got += n;
    data.resize(got);
    return data;
}

void hold(SSL* connection) {
    std::array<char, 4096> waste{};
    std::size_t n = 0;
    while (SSL_read_ex(connection, waste.data(), waste.size(), &n) == 1) {
    }
}

}  // namespace sluice::test
