#include "progress_display.hpp"

#include <unistd.h>
#include <chrono>
#include <cstdio>
#include <string>

namespace sluice::inline v0::cli {

namespace {

using clock = std::chrono::steady_clock;

progress_mode resolved(progress_mode mode, int verbosity) {
    if (mode != progress_mode::automatic) return mode;
    return ::isatty(STDERR_FILENO) != 0 && verbosity == 0 ? progress_mode::bar : progress_mode::plain;
}

void put(std::string const& text) {
    if (text.empty()) return;
    std::fputs(text.c_str(), stderr);
    std::fflush(stderr);
}

}  // namespace

progress_display::progress_display(progress_mode mode, int verbosity) : text_(resolved(mode, verbosity), clock::now()) {}
progress_display::~progress_display() { put(text_.clear()); }
void progress_display::update(std::uint64_t done, std::uint64_t total) { put(text_.update(done, total, clock::now())); }
void progress_display::summary(std::uint64_t bytes, std::optional<std::uint64_t> objects) {
    put(text_.summary(bytes, clock::now(), objects));
}

}  // namespace sluice::inline v0::cli
