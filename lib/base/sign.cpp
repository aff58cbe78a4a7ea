#include "base/sign.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <algorithm>
#include <cstring>
#include <utility>

namespace sluice::inline v0::base {

namespace {

template <class T, void (*release)(T*)>
struct releases {
    void operator()(T* p) const noexcept { release(p); }
};
using bio_pointer = std::unique_ptr<BIO, releases<BIO, BIO_free_all>>;
using key_pointer = std::unique_ptr<EVP_PKEY, releases<EVP_PKEY, EVP_PKEY_free>>;
using certificate_pointer = std::unique_ptr<X509, releases<X509, X509_free>>;
using digest_context = std::unique_ptr<EVP_MD_CTX, releases<EVP_MD_CTX, EVP_MD_CTX_free>>;
using pkcs12_pointer = std::unique_ptr<PKCS12, releases<PKCS12, PKCS12_free>>;

constexpr int least_bits = 2048;

failure unusable(std::string why) {
    ERR_clear_error();
    return {errc::invalid_argument, std::move(why)};
}

bio_pointer reading(std::string_view const text) { return bio_pointer(BIO_new_mem_buf(text.data(), static_cast<int>(text.size()))); }

/// Never asks at a terminal, as OpenSSL would.
int give_password(char* const into, int const size, int, void* const password) {
    std::string const& text = *static_cast<std::string const*>(password);
    if (text.size() > static_cast<std::size_t>(size)) return -1;
    std::memcpy(into, text.data(), text.size());
    return static_cast<int>(text.size());
}

key_pointer key_in_pem(std::string_view const pem, std::string password) {
    bio_pointer const from = reading(pem);
    key_pointer key(PEM_read_bio_PrivateKey(from.get(), nullptr, give_password, &password));
    wipe(password);
    return key;
}

sha256_digest thumbprint_of(X509 const& certificate) {
    sha256_digest digest{};
    unsigned size = 0;
    X509_digest(&certificate, EVP_sha256(), reinterpret_cast<unsigned char*>(digest.data()), &size);
    return digest;
}

certificate_pointer certificate_for(EVP_PKEY& key, std::string_view const pem) {
    bio_pointer const from = reading(pem);
    for (;;) {
        certificate_pointer one(PEM_read_bio_X509(from.get(), nullptr, nullptr, nullptr));
        if (!one || X509_check_private_key(one.get(), &key) == 1) return one;
    }
}

}  // namespace

struct signing_key::native {
    key_pointer key;
};

signing_key::signing_key(std::shared_ptr<native const> n) noexcept : native_(std::move(n)) {}

/// Makes the public types of OpenSSL's.
struct key_reader {
    static result<signing_key> checked(key_pointer key) {
        if (!key) return unusable("there is no private key in PEM, or its password is another");
        if (EVP_PKEY_get_base_id(key.get()) != EVP_PKEY_RSA) return unusable("the private key is none of RSA");
        if (EVP_PKEY_get_bits(key.get()) < least_bits) return unusable("the private key is shorter than 2048 bits");
        auto made = std::make_shared<signing_key::native>();
        made->key = std::move(key);
        signing_key whole(std::move(made));
        if (!signs(whole)) return unusable("the private key is broken: what it signs is not what its other half verifies");
        return whole;
    }

    /// A text that was damaged on its way may still be read as a key.
    static bool signs(signing_key const& key) {
        constexpr std::string_view text = "a trial";
        auto const signature = key.sign(text);
        digest_context const context(EVP_MD_CTX_new());
        return signature && EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, key.native_->key.get()) == 1 &&
               EVP_DigestVerify(context.get(), reinterpret_cast<unsigned char const*>(signature->data()), signature->size(),
                                reinterpret_cast<unsigned char const*>(text.data()), text.size()) == 1;
    }

    static result<signing_identity> together(key_pointer key, certificate_pointer certificate) {
        auto usable = checked(std::move(key));
        if (!usable) return usable.error();
        if (!certificate) return unusable("there is no certificate for the private key");
        return signing_identity{*std::move(usable), thumbprint_of(*certificate)};
    }

    static result<signing_identity> of_pkcs12(PKCS12& bag, std::string const& password) {
        EVP_PKEY* key = nullptr;
        X509* certificate = nullptr;
        if (PKCS12_parse(&bag, password.c_str(), &key, &certificate, nullptr) != 1)
            return unusable(
                "the PKCS#12 file cannot be opened: its password is another, or its cipher is one that OpenSSL does not take any more");
        return together(key_pointer(key), certificate_pointer(certificate));
    }
};

result<signing_key> signing_key::from_pem(std::string_view const pem, std::string const& password) {
    auto made = key_reader::checked(key_in_pem(pem, password));
    ERR_clear_error();
    return made;
}

result<std::string> signing_key::sign(std::string_view const text, rsa_padding const padding) const {
    digest_context const context(EVP_MD_CTX_new());
    EVP_PKEY_CTX* of_key = nullptr;
    bool good = EVP_DigestSignInit(context.get(), &of_key, EVP_sha256(), nullptr, native_->key.get()) == 1;
    if (good && padding == rsa_padding::pss)
        good = EVP_PKEY_CTX_set_rsa_padding(of_key, RSA_PKCS1_PSS_PADDING) == 1 &&
               EVP_PKEY_CTX_set_rsa_pss_saltlen(of_key, RSA_PSS_SALTLEN_DIGEST) == 1;
    auto const* const bytes = reinterpret_cast<unsigned char const*>(text.data());
    std::size_t size = 0;
    good = good && EVP_DigestSign(context.get(), nullptr, &size, bytes, text.size()) == 1;
    std::string signature(size, '\0');
    good = good && EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size, bytes, text.size()) == 1;
    if (!good) return unusable("the private key does not sign");
    signature.resize(size);
    return signature;
}

result<signing_identity> read_identity(std::string_view const text, std::string const& password) {
    bio_pointer const from = reading(text);
    pkcs12_pointer const bag(d2i_PKCS12_bio(from.get(), nullptr));
    if (bag) return key_reader::of_pkcs12(*bag, password);
    key_pointer key = key_in_pem(text, password);
    certificate_pointer certificate = key ? certificate_for(*key, text) : nullptr;
    auto made = key_reader::together(std::move(key), std::move(certificate));
    ERR_clear_error();
    return made;
}

}  // namespace sluice::inline v0::base
