#pragma once

#include <openssl/ssl.h>

#include <chrono>
#include <memory>
#include <string>

namespace sluice::test {

template <class T, void (*f)(T*)>
struct openssl_free {
    void operator()(T* p) const noexcept { f(p); }
};
using x509_ptr = std::unique_ptr<X509, openssl_free<X509, X509_free>>;
using key_ptr = std::unique_ptr<EVP_PKEY, openssl_free<EVP_PKEY, EVP_PKEY_free>>;

/// A certificate with its key.
struct identity {
    x509_ptr certificate;
    key_ptr key;

    std::string certificate_pem() const;
    std::string key_pem() const;
};

/// What a certificate is to say.
struct certificate_wish {
    certificate_wish() {}
    explicit certificate_wish(std::string alternative_names) : names(std::move(alternative_names)) {}
    std::string common_name = "sluice test";
    std::string names;  ///< "DNS:localhost,IP:127.0.0.1"; empty: no such extension
    std::chrono::hours from{-1}, until{24};
    bool authority = false;
    std::string constraints;  ///< of an authority: "permitted;DNS:.example"
    int rsa_bits = 0;         ///< 0: a P-256 key
    bool sha1 = false;        ///< signed by way of SHA-1
};

/// A certificate signed by `issuer`, by itself when null.
identity make_certificate(certificate_wish const& wish, identity const* issuer = nullptr);

/// The key, in PEM, under a password.
std::string encrypted_key_pem(identity const& who, std::string const& password);

/// A CA of its own for a test.
identity make_authority();

/// A file in the temporary directory, deleted with the object.
class temporary_file {
public:
    explicit temporary_file(std::string const& content);
    ~temporary_file();
    temporary_file(temporary_file const&) = delete;
    temporary_file& operator=(temporary_file const&) = delete;
    std::string const& path() const noexcept { return path_; }

private:
    std::string path_;
};

}  // namespace sluice::test
