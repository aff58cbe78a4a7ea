#pragma once

#include "base/checksum.hpp"
#include "cloud/body_sums.hpp"
#include "http/fields.hpp"

#include <sluice/checksum.hpp>
#include <sluice/error.hpp>
#include <sluice/s3.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

// Checksums in S3's own words. Pure. (User guide: "Checking object integrity in Amazon S3".)
namespace sluice::inline v0::s3 {

/// What a store does about checksums.
struct checksum_rules {
    checksum_rules() {}
    std::optional<checksum_algorithm> send;  ///< with every write
    bool ask = false;                        ///< with every read
    bool check = true;                       ///< what comes
    bool behind = false;                     ///< what is written from a source has its checksum in a trailer
    bool sign = false;                       ///< bodies go into the signature
};

/// `on_aws`: what `automatic` depends on.
checksum_rules rules_of(checksum_mode writes, checksum_mode reads, checksum_algorithm algorithm, bool on_aws) noexcept;

/// The same of a store's settings.
checksum_rules rules_of(s3_settings const& settings, bool on_aws) noexcept;

std::string_view checksum_header(checksum_algorithm algorithm) noexcept;   ///< "x-amz-checksum-crc32c"
std::string_view checksum_element(checksum_algorithm algorithm) noexcept;  ///< "ChecksumCRC32C"

/// The checksum a service tells of the whole object; none of its parts' checksums ("-3"), and none we do not know.
std::optional<object_checksum> told_checksum(http::fields const& headers);

using cloud::part_checksum;

/// Of all parts in order. Nothing for SHA, whose digests cannot be put together.
std::optional<object_checksum> combined(checksum_algorithm algorithm, std::span<part_checksum const> parts);

/// What is wrong when a service says it stored something else than was sent; nothing when it says nothing of it.
result<void> check_stored(http::fields const& answer, checksum_algorithm algorithm, std::string_view sent);

}  // namespace sluice::inline v0::s3
