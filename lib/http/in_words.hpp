#pragma once

#include "async/clock.hpp"
#include "net/dial.hpp"

#include <string>

namespace sluice::inline v0::http {

/// "30 s", "0.25 s".
std::string in_words(async::nanoseconds span);

/// "localhost:9000", "[::1]:9000".
std::string in_words(net::origin const& where);

}  // namespace sluice::inline v0::http
