#pragma once

#include "base/sign.hpp"

#include <sluice/error.hpp>

#include <string>

namespace sluice::inline v0::auth {

/// A JSON Web Token (RFC 7519) of two JSON texts, in base64url and signed (RFC 7515, 3.1). Its header names the padding's algorithm.
result<std::string> signed_jwt(std::string const& header, std::string const& claims, base::signing_key const& key,
                               base::rsa_padding padding);

}  // namespace sluice::inline v0::auth
