#include "support/certificates.hpp"

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include <unistd.h>

namespace sluice::test {

namespace {

void must(bool good, char const* what) {
    if (good) return;
    std::fprintf(stderr, "%s: %s\n", what, ERR_reason_error_string(ERR_peek_error()));
    std::abort();
}

using bio_ptr = std::unique_ptr<BIO, openssl_free<BIO, BIO_free_all>>;

std::string text_of(bio_ptr const& out) {
    char* data = nullptr;
    long const size = BIO_get_mem_data(out.get(), &data);
    return {data, static_cast<std::size_t>(size)};
}

void extend(X509* certificate, X509* issuer, int what, std::string const& value) {
    X509V3_CTX context{};
    X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
    X509_EXTENSION* const e = X509V3_EXT_conf_nid(nullptr, &context, what, value.c_str());
    must(e != nullptr && X509_add_ext(certificate, e, -1) == 1, value.c_str());
    X509_EXTENSION_free(e);
}

long seconds(std::chrono::hours span) { return static_cast<long>(std::chrono::seconds(span).count()); }

}  // namespace

std::string identity::certificate_pem() const {
    bio_ptr const out(BIO_new(BIO_s_mem()));
    PEM_write_bio_X509(out.get(), certificate.get());
    return text_of(out);
}

std::string identity::key_pem() const {
    bio_ptr const out(BIO_new(BIO_s_mem()));
    PEM_write_bio_PrivateKey(out.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
    return text_of(out);
}

std::string encrypted_key_pem(identity const& who, std::string const& password) {
    bio_ptr const out(BIO_new(BIO_s_mem()));
    PEM_write_bio_PKCS8PrivateKey(out.get(), who.key.get(), EVP_aes_256_cbc(), password.data(), static_cast<int>(password.size()), nullptr,
                                  nullptr);
    return text_of(out);
}

identity make_certificate(certificate_wish const& wish, identity const* issuer) {
    identity made;
    made.key.reset(wish.rsa_bits == 0 ? EVP_EC_gen("P-256") : EVP_RSA_gen(static_cast<unsigned>(wish.rsa_bits)));
    made.certificate.reset(X509_new());
    X509* const c = made.certificate.get();
    X509* const by = issuer == nullptr ? c : issuer->certificate.get();
    X509_set_version(c, X509_VERSION_3);
    std::uint32_t serial = 0;
    RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof serial);
    ASN1_INTEGER_set_uint64(X509_get_serialNumber(c), serial);
    X509_gmtime_adj(X509_getm_notBefore(c), seconds(wish.from));
    X509_gmtime_adj(X509_getm_notAfter(c), seconds(wish.until));
    X509_NAME* const name = X509_get_subject_name(c);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<unsigned char const*>(wish.common_name.c_str()), -1, -1, 0);
    X509_set_issuer_name(c, X509_get_subject_name(by));
    X509_set_pubkey(c, made.key.get());
    extend(c, by, NID_basic_constraints, wish.authority ? "critical,CA:TRUE" : "critical,CA:FALSE");
    extend(c, by, NID_subject_key_identifier, "hash");
    if (!wish.names.empty()) extend(c, by, NID_subject_alt_name, wish.names);
    if (!wish.constraints.empty()) extend(c, by, NID_name_constraints, wish.constraints);
    EVP_MD const* const digest = wish.sha1 ? EVP_sha1() : EVP_sha256();
    must(X509_sign(c, issuer == nullptr ? made.key.get() : issuer->key.get(), digest) > 0, "X509_sign");
    return made;
}

identity make_authority() {
    certificate_wish wish;
    wish.common_name = "sluice test CA";
    wish.authority = true;
    return make_certificate(wish);
}

temporary_file::temporary_file(std::string const& content) {
    path_ = (std::filesystem::temp_directory_path() / "sluice-test-XXXXXX").string();
    int const fd = ::mkstemp(path_.data());
    must(fd >= 0 && ::write(fd, content.data(), content.size()) == static_cast<ssize_t>(content.size()), "temporary file");
    ::close(fd);
}

temporary_file::~temporary_file() { ::unlink(path_.c_str()); }

}  // namespace sluice::test
