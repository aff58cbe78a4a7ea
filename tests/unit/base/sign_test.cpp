// Signatures of RSA keys are looked at by OpenSSL, with the other half of the key.
#include "base/sign.hpp"

#include "support/certificates.hpp"

#include <doctest/doctest.h>

#include <openssl/evp.h>
#include <openssl/pkcs12.h>
#include <openssl/rsa.h>

#include <string>

using namespace sluice;
using namespace sluice::test;
using base::rsa_padding, base::signing_key;

namespace {

identity rsa_identity(int const bits = 2048) {
    certificate_wish wish;
    wish.rsa_bits = bits;
    return make_certificate(wish);
}

bool verifies(EVP_PKEY* const key, std::string const& text, std::string const& signature, rsa_padding const padding) {
    EVP_MD_CTX* const context = EVP_MD_CTX_new();
    EVP_PKEY_CTX* of_key = nullptr;
    EVP_DigestVerifyInit(context, &of_key, EVP_sha256(), nullptr, key);
    if (padding == rsa_padding::pss) {
        EVP_PKEY_CTX_set_rsa_padding(of_key, RSA_PKCS1_PSS_PADDING);
        EVP_PKEY_CTX_set_rsa_pss_saltlen(of_key, RSA_PSS_SALTLEN_DIGEST);
    }
    bool const good = EVP_DigestVerify(context, reinterpret_cast<unsigned char const*>(signature.data()), signature.size(),
                                       reinterpret_cast<unsigned char const*>(text.data()), text.size()) == 1;
    EVP_MD_CTX_free(context);
    return good;
}

std::string pkcs12_of(identity const& who, std::string const& password, bool const with_certificate = true) {
    PKCS12* const bag =
        PKCS12_create(password.c_str(), "name", who.key.get(), with_certificate ? who.certificate.get() : nullptr, nullptr, 0, 0, 0, 0, 0);
    unsigned char* data = nullptr;
    int const size = i2d_PKCS12(bag, &data);
    std::string text(reinterpret_cast<char const*>(data), static_cast<std::size_t>(size));
    OPENSSL_free(data);
    PKCS12_free(bag);
    return text;
}

std::string complaint(auto const& found) {
    if (found) return "none";
    CHECK(found.error().reason() == errc::invalid_argument);
    return found.error().info().detail;
}

sluice::base::sha256_digest thumbprint_of(identity const& who) {
    unsigned char* data = nullptr;
    int const size = i2d_X509(who.certificate.get(), &data);
    auto const digest = base::sha256(std::string_view(reinterpret_cast<char const*>(data), static_cast<std::size_t>(size)));
    OPENSSL_free(data);
    return digest;
}

}  // namespace

TEST_CASE("sign: what is signed by either padding verifies by that, and by no other text or padding") {
    identity const who = rsa_identity();
    signing_key const key = signing_key::from_pem(who.key_pem()).value();
    for (rsa_padding const padding : {rsa_padding::pkcs1, rsa_padding::pss}) {
        std::string const signature = key.sign("a text", padding).value();
        CHECK(signature.size() == 256);
        CHECK(verifies(who.key.get(), "a text", signature, padding));
        CHECK_FALSE(verifies(who.key.get(), "another", signature, padding));
        CHECK_FALSE(verifies(who.key.get(), "a text", signature, padding == rsa_padding::pss ? rsa_padding::pkcs1 : rsa_padding::pss));
    }
    signing_key const copy = key;
    CHECK(copy.sign("").value() == key.sign("").value());
}

TEST_CASE("sign: keys under a password, and texts that hold no key that can be used") {
    identity const who = rsa_identity();
    std::string const sealed = encrypted_key_pem(who, "open sesame");
    CHECK(signing_key::from_pem(sealed, "open sesame").has_value());
    std::string const none = "there is no private key in PEM, or its password is another";
    CHECK(complaint(signing_key::from_pem(sealed, "other")) == none);
    CHECK(complaint(signing_key::from_pem(sealed)) == none);
    CHECK(complaint(signing_key::from_pem(sealed, std::string(5000, 'x'))) == none);
    CHECK(complaint(signing_key::from_pem("")) == none);
    CHECK(complaint(signing_key::from_pem("CANARY")) == none);
    CHECK(complaint(signing_key::from_pem(who.key_pem().substr(0, 500))) == none);
    CHECK(complaint(signing_key::from_pem(make_certificate(certificate_wish()).key_pem())) == "the private key is none of RSA");
    std::string damaged = who.key_pem();
    std::size_t const in_its_modulus = 120;
    for (std::size_t at = in_its_modulus; at < in_its_modulus + 8; ++at)
        if (damaged[at] != '\n') damaged[at] = damaged[at] == 'A' ? 'B' : 'A';
    CHECK(complaint(signing_key::from_pem(damaged)) == "the private key is broken: what it signs is not what its other half verifies");
    CHECK(complaint(signing_key::from_pem(rsa_identity(1024).key_pem())) == "the private key is shorter than 2048 bits");
}

TEST_CASE("sign: a key with its certificate, in PEM in any order and among others, or in PKCS#12") {
    identity const who = rsa_identity(), other = rsa_identity();
    for (std::string const& text : {who.key_pem() + who.certificate_pem(), who.certificate_pem() + who.key_pem(),
                                    other.certificate_pem() + who.certificate_pem() + who.key_pem(), pkcs12_of(who, "")}) {
        auto const found = base::read_identity(text);
        REQUIRE(found.has_value());
        CHECK(found->thumbprint == thumbprint_of(who));
        CHECK(verifies(who.key.get(), "x", found->key.sign("x").value(), rsa_padding::pkcs1));
    }
    CHECK(base::read_identity(pkcs12_of(who, "secret"), "secret").value().thumbprint == thumbprint_of(who));
    CHECK(base::read_identity(encrypted_key_pem(who, "pw") + who.certificate_pem(), "pw").has_value());
    CHECK(complaint(base::read_identity(pkcs12_of(who, "secret"), "wrong")).starts_with("the PKCS#12 file cannot be opened"));
    CHECK(complaint(base::read_identity(pkcs12_of(who, "", false))) == "there is no certificate for the private key");
    CHECK(complaint(base::read_identity(who.key_pem())) == "there is no certificate for the private key");
    CHECK(complaint(base::read_identity(who.key_pem() + other.certificate_pem())) == "there is no certificate for the private key");
    CHECK(complaint(base::read_identity(who.certificate_pem())).starts_with("there is no private key"));
    CHECK(complaint(base::read_identity("")).starts_with("there is no private key"));
}
