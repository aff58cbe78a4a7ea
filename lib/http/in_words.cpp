#include "http/in_words.hpp"

#include <array>
#include <chrono>
#include <cstdio>

namespace sluice::inline v0::http {

std::string in_words(async::nanoseconds span) {
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.4g s", std::chrono::duration<double>(span).count());
    return text.data();
}

std::string in_words(net::origin const& where) { return net::with_port(where.host, where.port); }

}  // namespace sluice::inline v0::http
