#pragma once

#include "http/fields.hpp"

#include <sluice/bytes.hpp>

#include <string>
#include <string_view>

namespace sluice::inline v0::http {

/// One request, complete but for `Content-Length`, which the exchange adds from the body (always for PUT and POST).
struct request {
    request() {}
    std::string_view method = "GET";  ///< a string literal
    std::string target;               ///< path and query, already percent-encoded
    fields headers;                   ///< `Host` included; names and values free of CR, LF and NUL (checked by the exchange)
    payload body;
};

}  // namespace sluice::inline v0::http
