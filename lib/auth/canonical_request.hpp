#pragma once

#include "http/request.hpp"

#include <string>
#include <string_view>

namespace sluice::inline v0::auth {

/// Whether a header of that name takes part in the signature; letter case is ignored.
using header_filter = bool (*)(std::string_view name) noexcept;

/// host, content-type, content-md5 and every x-amz-*. The rest (range, conditions, user-agent, traceparent...) stays unsigned as with AWS's
/// own tools: proxies may rewrite it.
bool signed_by_default(std::string_view name) noexcept;

/// Appends the canonical request of S3's flavour of Signature Version 4: the path as it stands, neither normalised nor encoded again.
/// Returns the names of the signed headers, joined with semicolons.
std::string append_canonical_request(std::string& to, http::request const& of, std::string_view payload_hash, header_filter is_signed);

}  // namespace sluice::inline v0::auth
