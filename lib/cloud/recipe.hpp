#pragma once

#include "http/request.hpp"

#include <string>
#include <string_view>

namespace sluice::inline v0::cloud {

/// One request without what changes from attempt to attempt: place, time, signature.
struct recipe {
    recipe() {}
    std::string_view method = "GET";
    std::string key;       ///< literal; empty for what concerns no object
    std::string query;     ///< encoded, without '?'
    std::string range;     ///< value of Range; empty for none
    std::string if_match;  ///< value of If-Match; empty for none
    http::fields headers;  ///< all others but Host
    payload body;
    bool ask_first = false;  ///< the service may be asked whether it wants the body
};

/// Appends a parameter to an encoded query.
void add_query(std::string& to, std::string_view name, std::string_view value);

/// Writes `what` over `into`, whose memory is used again: sent to `host`, with `path` before the key, whose slashes stay as they are.
void render(recipe const& what, std::string_view host, std::string_view path, http::request& into);

}  // namespace sluice::inline v0::cloud
