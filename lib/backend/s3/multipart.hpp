#pragma once

#include "backend/s3/checksums.hpp"
#include "backend/s3/request.hpp"

#include <sluice/error.hpp>
#include <sluice/upload.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

// The requests and documents of an upload in parts. Pure. (API pages: CreateMultipartUpload, UploadPart, CompleteMultipartUpload,
// AbortMultipartUpload.)
namespace sluice::inline v0::s3 {

inline constexpr std::uint32_t max_parts = 10'000;
inline constexpr std::uint64_t min_part = 5ull << 20;
inline constexpr std::uint64_t max_part = 5ull << 30;

/// A part the service has taken.
struct sent_part {
    std::uint32_t number = 1;
    std::string etag;        ///< as it came
    part_checksum checksum;  ///< no value: it went without
};

/// Those of an upload.
struct upload_checksums {
    upload_checksums() {}
    std::optional<checksum_algorithm> algorithm;  ///< nothing: its parts go without
    std::optional<object_checksum> whole;         ///< known at the end
};

/// Errors: those of `put_recipe`.
result<recipe> begin_upload_recipe(object_key const& key, put_options const& options, etag_form if_match,
                                   upload_checksums const& checksums = {});
recipe part_recipe(object_key const& key, std::string_view upload_id, std::uint32_t number, payload data, customer_key const& kept_by = {});
/// `parts` by number. The conditions are those of a put. Errors: those of `put_recipe`.
result<recipe> complete_recipe(object_key const& key, std::string_view upload_id, std::span<sent_part const> parts,
                               put_options const& options, etag_form if_match, upload_checksums const& checksums = {});
recipe abort_recipe(object_key const& key, std::string_view upload_id);

/// The id of an upload that was begun. Errors: protocol.
result<std::string> parse_begun(std::string document);

/// What the answer 200 to a completion (or, by its root, a copy) says: that it was done, with the ETag of the object, or that it was not
/// (an error document, which comes back as it is), or nothing that can be understood: a failure, protocol.
struct completed {
    std::string etag;
};
struct not_completed {
    std::string document;
};
std::variant<completed, not_completed, failure> parse_completed(std::string document,
                                                                std::string_view root = "CompleteMultipartUploadResult");

/// The ETag of an object made of these parts: the MD5 of their MD5s, and how many. Empty where their ETags are no MD5s.
std::string etag_of_parts(std::span<sent_part const> parts);

/// Errors: invalid_argument for a part other than the last that is smaller than the protocol allows.
result<void> check_sizes(std::span<written_part const> parts);

inline constexpr std::size_t begun_limit = 64 * 1024;
inline constexpr std::size_t completed_limit = 1u << 20;  // white space keeps the connection alive meanwhile

}  // namespace sluice::inline v0::s3
