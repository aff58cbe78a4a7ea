#pragma once

#include "backend/s3/request.hpp"

#include <sluice/byte_range.hpp>

#include <cstdint>
#include <string>
#include <string_view>

// Copies within the service. Pure. (API pages: CopyObject, UploadPartCopy.)
namespace sluice::inline v0::s3 {

inline constexpr std::uint64_t max_copy = 5ull << 30;  ///< bytes of one CopyObject

/// One version of an object of the bucket, as what a copy is made of.
struct copy_source {
    copy_source() {}
    std::string name;      ///< value of x-amz-copy-source
    std::string if_match;  ///< the version as an ETag; empty where the service names none that is strong
    customer_key key;
};
copy_source source_of(std::string_view bucket, object_meta const& object, head_options const& asked);

/// One request for the whole, `options` being those of the new object: its attributes are sent where `anew` says so, else the service
/// takes the source's. Errors: those of `put_recipe`.
result<recipe> copy_recipe(object_key const& as, copy_source const& from, put_options options, bool anew);

/// A part of an upload. `range` is of the source and not empty.
recipe part_copy_recipe(object_key const& as, std::string_view upload_id, std::uint32_t number, copy_source const& from,
                        resolved_range range, customer_key const& kept_by);

/// How large the parts of a copy are: as wanted, as far as the protocol allows that and 10,000 of them suffice.
std::uint64_t copy_part_size(std::uint64_t size, std::uint64_t wanted) noexcept;

}  // namespace sluice::inline v0::s3
