#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace sluice::inline v0::base {

using sha256_digest = std::array<std::byte, 32>;
using md5_digest = std::array<std::byte, 16>;

sha256_digest sha256(std::span<std::byte const> data) noexcept;
sha256_digest sha256(std::string_view text) noexcept;
md5_digest md5(std::span<std::byte const> data) noexcept;
std::array<std::byte, 20> sha1(std::string_view text) noexcept;
sha256_digest hmac_sha256(std::span<std::byte const> key, std::string_view text) noexcept;

/// A key with both of its blocks already hashed: each `sign` costs two blocks less than `hmac_sha256`. Wiped when destroyed.
class hmac_key {
public:
    explicit hmac_key(std::span<std::byte const> key) noexcept;
    hmac_key(hmac_key const&) noexcept = default;
    hmac_key& operator=(hmac_key const&) noexcept = default;
    ~hmac_key();

    sha256_digest sign(std::string_view text) const noexcept;

private:
    using chain = std::array<std::uint32_t, 8>;  // SHA-256 after one whole block
    chain inner_;
    chain outer_;
};

/// SHA-1, SHA-256 or MD5 of bytes that come piece by piece.
class sha_stream {
public:
    enum class kind : std::uint8_t { sha1, sha256, md5 };
    explicit sha_stream(kind which);
    sha_stream(sha_stream&&) noexcept;
    sha_stream& operator=(sha_stream&&) noexcept;
    ~sha_stream();

    void update(std::span<std::byte const> data) noexcept;
    /// Base64 of the digest; nothing may follow.
    std::string finish();
    /// Of SHA-256 only: the digest itself; nothing may follow.
    sha256_digest finish_sha256() noexcept;

private:
    struct state;
    std::unique_ptr<state> state_;
};

/// Overwrites the characters of a secret, those the string keeps beyond its end included, and empties it.
void wipe(std::string& secret) noexcept;

/// Lower case.
std::string hex(std::span<std::byte const> data);
/// Without an allocation of its own.
void append_hex(std::string& to, std::span<std::byte const> data);

std::string base64_encode(std::span<std::byte const> data);
/// Of RFC 4648, section 5, without padding.
std::string base64url_encode(std::span<std::byte const> data);
std::string base64url_encode(std::string_view text);
/// Nothing unless `text` is exactly what `base64_encode` makes of some bytes.
std::optional<std::string> base64_decode(std::string_view text);

}  // namespace sluice::inline v0::base
