// The low-level functions, deprecated in OpenSSL 3 in favour of EVP: they cannot fail, need no allocation, and their state is a plain
// value, so a signing key is two arrays copied under a lock. EVP with a fetched digest costs 50 ns more for each hash, 150 ns a signature.
#define OPENSSL_SUPPRESS_DEPRECATED

#include "base/hash.hpp"

#include <openssl/crypto.h>
#include <openssl/md5.h>
#include <openssl/sha.h>

#include <algorithm>

namespace sluice::inline v0::base {

namespace {

constexpr std::size_t block_size = SHA256_CBLOCK;

sha256_digest finish(SHA256_CTX& context) noexcept {
    sha256_digest digest;
    SHA256_Final(reinterpret_cast<unsigned char*>(digest.data()), &context);
    return digest;
}

/// The state after one block: the key, filled up with `pad`.
std::array<std::uint32_t, 8> chain_of(std::span<std::byte const> const key, std::byte const pad) noexcept {
    std::array<std::byte, block_size> block;
    block.fill(pad);
    for (std::size_t i = 0; i < key.size(); ++i) block[i] ^= key[i];
    SHA256_CTX context;
    SHA256_Init(&context);
    SHA256_Update(&context, block.data(), block.size());
    std::array<std::uint32_t, 8> chain;
    std::ranges::copy(context.h, chain.begin());
    OPENSSL_cleanse(block.data(), block.size());
    OPENSSL_cleanse(&context, sizeof context);
    return chain;
}

SHA256_CTX continued(std::array<std::uint32_t, 8> const& chain) noexcept {
    SHA256_CTX context;
    SHA256_Init(&context);
    std::ranges::copy(chain, context.h);
    context.Nl = block_size * 8;  // bits hashed so far
    return context;
}

}  // namespace

sha256_digest sha256(std::span<std::byte const> const data) noexcept {
    SHA256_CTX context;
    SHA256_Init(&context);
    SHA256_Update(&context, data.data(), data.size());
    return finish(context);
}

sha256_digest sha256(std::string_view const text) noexcept { return sha256(std::as_bytes(std::span(text))); }

md5_digest md5(std::span<std::byte const> const data) noexcept {
    MD5_CTX context;
    MD5_Init(&context);
    MD5_Update(&context, data.data(), data.size());
    md5_digest digest;
    MD5_Final(reinterpret_cast<unsigned char*>(digest.data()), &context);
    return digest;
}

struct sha_stream::state {
    kind which = kind::sha256;
    SHA_CTX sha1;
    SHA256_CTX sha256;
    MD5_CTX md5;
};

sha_stream::sha_stream(kind const which) : state_(std::make_unique<state>()) {
    state_->which = which;
    SHA1_Init(&state_->sha1);
    SHA256_Init(&state_->sha256);
    MD5_Init(&state_->md5);
}

sha_stream::sha_stream(sha_stream&&) noexcept = default;
sha_stream& sha_stream::operator=(sha_stream&&) noexcept = default;
sha_stream::~sha_stream() = default;

void sha_stream::update(std::span<std::byte const> const data) noexcept {
    if (state_->which == kind::sha1)
        SHA1_Update(&state_->sha1, data.data(), data.size());
    else if (state_->which == kind::md5)
        MD5_Update(&state_->md5, data.data(), data.size());
    else
        SHA256_Update(&state_->sha256, data.data(), data.size());
}

sha256_digest sha_stream::finish_sha256() noexcept { return base::finish(state_->sha256); }

std::string sha_stream::finish() {
    if (state_->which == kind::sha256) return base64_encode(finish_sha256());
    if (state_->which == kind::md5) {
        md5_digest digest{};
        MD5_Final(reinterpret_cast<unsigned char*>(digest.data()), &state_->md5);
        return base64_encode(digest);
    }
    std::array<std::byte, SHA_DIGEST_LENGTH> digest{};
    SHA1_Final(reinterpret_cast<unsigned char*>(digest.data()), &state_->sha1);
    return base64_encode(digest);
}

std::array<std::byte, 20> sha1(std::string_view const text) noexcept {
    SHA_CTX context;
    SHA1_Init(&context);
    SHA1_Update(&context, text.data(), text.size());
    std::array<std::byte, 20> digest;
    SHA1_Final(reinterpret_cast<unsigned char*>(digest.data()), &context);
    return digest;
}

hmac_key::hmac_key(std::span<std::byte const> key) noexcept {
    sha256_digest shortened;
    if (key.size() > block_size) {
        shortened = sha256(key);
        key = shortened;
    }
    inner_ = chain_of(key, std::byte{0x36});
    outer_ = chain_of(key, std::byte{0x5c});
}

hmac_key::~hmac_key() {
    OPENSSL_cleanse(inner_.data(), sizeof inner_);
    OPENSSL_cleanse(outer_.data(), sizeof outer_);
}

sha256_digest hmac_key::sign(std::string_view const text) const noexcept {
    SHA256_CTX context = continued(inner_);
    SHA256_Update(&context, text.data(), text.size());
    sha256_digest const inside = finish(context);
    context = continued(outer_);
    SHA256_Update(&context, inside.data(), inside.size());
    return finish(context);
}

sha256_digest hmac_sha256(std::span<std::byte const> const key, std::string_view const text) noexcept { return hmac_key(key).sign(text); }

void wipe(std::string& secret) noexcept {
    secret.resize(secret.capacity());  // never allocates
    OPENSSL_cleanse(secret.data(), secret.size());
    secret.clear();
}

void append_hex(std::string& to, std::span<std::byte const> const data) {
    constexpr char digits[] = "0123456789abcdef";
    std::size_t at = to.size();
    to.resize(at + data.size() * 2);
    for (std::byte const b : data) {
        to[at++] = digits[std::to_integer<unsigned>(b) >> 4];
        to[at++] = digits[std::to_integer<unsigned>(b) & 15];
    }
}

std::string hex(std::span<std::byte const> const data) {
    std::string text;
    append_hex(text, data);
    return text;
}

std::string base64_encode(std::span<std::byte const> const data) {
    constexpr char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string text;
    text.reserve((data.size() + 2) / 3 * 4);
    for (std::size_t i = 0; i < data.size(); i += 3) {
        std::size_t const left = data.size() - i;
        auto const part = [&](std::size_t k) { return k < left ? std::to_integer<unsigned>(data[i + k]) : 0U; };
        unsigned const group = part(0) << 16 | part(1) << 8 | part(2);
        text += digits[group >> 18];
        text += digits[group >> 12 & 63];
        text += left > 1 ? digits[group >> 6 & 63] : '=';
        text += left > 2 ? digits[group & 63] : '=';
    }
    return text;
}

std::string base64url_encode(std::span<std::byte const> const data) {
    std::string text = base64_encode(data);
    while (text.ends_with('=')) text.pop_back();
    std::ranges::replace(text, '+', '-');
    std::ranges::replace(text, '/', '_');
    return text;
}

std::string base64url_encode(std::string_view const text) { return base64url_encode(std::as_bytes(std::span(text))); }

std::optional<std::string> base64_decode(std::string_view const text) {
    auto const value = [](char const c) -> unsigned {
        if (c >= 'A' && c <= 'Z') return static_cast<unsigned>(c - 'A');
        if (c >= 'a' && c <= 'z') return static_cast<unsigned>(c - 'a' + 26);
        if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0' + 52);
        if (c == '+') return 62;
        return c == '/' ? 63 : 64;
    };
    if (text.size() % 4 != 0) return std::nullopt;
    std::size_t const padding = text.ends_with("==") ? 2 : (text.ends_with('=') ? 1 : 0);
    std::string plain;
    plain.reserve(text.size() / 4 * 3);
    unsigned group = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        unsigned const digit = i + padding >= text.size() ? 0 : value(text[i]);
        if (digit > 63) return std::nullopt;
        group = group << 6 | digit;
        if (i % 4 != 3) continue;
        for (int shift = 16; shift >= 0; shift -= 8) plain += static_cast<char>(static_cast<unsigned char>(group >> shift & 0xff));
        group = 0;
    }
    if (padding > 0 && plain.substr(plain.size() - padding).find_first_not_of('\0') != std::string::npos) return std::nullopt;
    plain.resize(plain.size() - padding);
    return plain;
}

}  // namespace sluice::inline v0::base
