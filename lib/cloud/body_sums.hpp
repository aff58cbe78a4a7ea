#pragma once

#include "base/checksum.hpp"

#include <sluice/awaitable.hpp>
#include <sluice/bytes.hpp>
#include <sluice/checksum.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace sluice::inline v0::cloud {

/// A part of an upload, or a body, that was sent with a checksum.
struct part_checksum {
    std::string value;
    std::uint64_t crc = 0;
    std::uint64_t size = 0;
};

/// What is computed of a body in one pass: its checksum, and its digest for the signature. By SHA-256 the two are one.
class body_sums {
public:
    body_sums(std::optional<checksum_algorithm> checksum, bool digest);

    void update(std::span<std::byte const> data) noexcept;
    /// Nothing may follow.
    void finish();

    part_checksum const& checksum() const noexcept { return checksum_; }        ///< no value: none was wanted
    std::string const& payload_hash() const noexcept { return payload_hash_; }  ///< lower-case hexadecimal; empty: none was wanted

private:
    std::optional<base::checksum_stream> stream_;
    std::optional<base::sha_stream> digest_;
    bool shared_ = false;  // the digest is the checksum, too
    part_checksum checksum_;
    std::string payload_hash_;
};

/// Reads all of `source` for `sums`, which is then finished. Both outlive the await. Errors: what the source throws.
awaitable<void> sum_source(payload_source* source, body_sums* sums);

}  // namespace sluice::inline v0::cloud
