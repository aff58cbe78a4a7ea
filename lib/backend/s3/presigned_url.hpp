#pragma once

#include "backend/s3/request.hpp"

#include <sluice/error.hpp>
#include <sluice/object.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

// URLs that somebody else signed. Pure.
namespace sluice::inline v0::s3 {

/// One request of one object, signed before: by X-Amz-Signature (S3 and its kin) or X-Goog-Signature (Cloud Storage). All behind the `?` is
/// a secret.
struct presigned_url {
    presigned_url() {}
    std::string endpoint;                     ///< "https://host:port"
    std::string target;                       ///< path and query, byte for byte as they were given
    object_key key;                           ///< the path, decoded, without its first slash
    std::string signature;                    ///< as it stands in the query
    std::vector<std::string> signed_headers;  ///< their names in lower case
    std::optional<wall_time> good_until;      ///< nothing where it does not say

    /// The path as it was given, which is no secret.
    std::string_view path() const noexcept { return std::string_view(target).substr(0, target.find('?')); }
};

/// Whether `text` begins as URLs of the web do, presigned or not.
bool is_web_url(std::string_view text) noexcept;

/// Errors: invalid_argument for a URL that carries no such signature, that names no object, or that cannot be sent as it is. No word of
/// it is repeated.
result<presigned_url> parse_presigned(std::string_view url);

/// Whether `what` can be asked with that URL: its x-amz and x-goog headers must have been signed, and what was signed must be there.
/// Errors: unsupported naming the header.
result<void> check_signed(presigned_url const& url, recipe const& what);

/// A text of the service, without what it repeats of the query.
std::string without_query(presigned_url const& url, std::string text);

}  // namespace sluice::inline v0::s3
