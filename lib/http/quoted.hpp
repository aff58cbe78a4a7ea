#pragma once

#include <string>
#include <string_view>

namespace sluice::inline v0::http {

/// What a peer sent, fit for an error text: in quotes, at most 80 bytes of it, odd bytes escaped.
std::string quoted(std::string_view raw);

}  // namespace sluice::inline v0::http
