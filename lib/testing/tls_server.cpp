#include "testing/channel.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

#include <stdexcept>

namespace sluice::inline v0::testing {
namespace {

struct pem_deleter {
    void operator()(BIO* bio) const noexcept { BIO_free(bio); }
    void operator()(X509* certificate) const noexcept { X509_free(certificate); }
    void operator()(EVP_PKEY* key) const noexcept { EVP_PKEY_free(key); }
};
template <typename T>
using owned = std::unique_ptr<T, pem_deleter>;

owned<BIO> reader(std::string const& text) { return owned<BIO>(BIO_new_mem_buf(text.data(), static_cast<int>(text.size()))); }

bool use_chain(SSL_CTX* const context, std::string const& pem) {
    auto const bio = reader(pem);
    owned<X509> const own(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
    if (!own || SSL_CTX_use_certificate(context, own.get()) != 1) return false;
    while (X509* const next = PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr))
        if (SSL_CTX_add0_chain_cert(context, next) != 1) {
            X509_free(next);
            return false;
        }
    ERR_clear_error();
    return true;
}

}  // namespace

void tls_deleter::operator()(ssl_ctx_st* const context) const noexcept { SSL_CTX_free(context); }
void tls_deleter::operator()(ssl_st* const session) const noexcept { SSL_free(session); }

tls_context_ptr make_tls_server(std::string const& certificate_pem, std::string const& key_pem) {
    tls_context_ptr context(SSL_CTX_new(TLS_server_method()));
    if (!context) throw std::runtime_error("cannot make a TLS context");
    SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
    SSL_CTX_set_mode(context.get(), SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    if (!use_chain(context.get(), certificate_pem)) throw std::invalid_argument("the server's certificate PEM does not load");
    auto const bio = reader(key_pem);
    owned<EVP_PKEY> const key(PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr));
    if (!key || SSL_CTX_use_PrivateKey(context.get(), key.get()) != 1 || SSL_CTX_check_private_key(context.get()) != 1)
        throw std::invalid_argument("the server's key PEM does not load or does not fit the certificate");
    return context;
}

}  // namespace sluice::inline v0::testing
