#include "text/progress_text.hpp"

#include "text/quantity.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <utility>

namespace sluice::inline v0::cli {

namespace {

constexpr char erase_line[] = "\r\x1b[K";

double seconds_between(progress_text::time from, progress_text::time to) { return std::chrono::duration<double>(to - from).count(); }

std::string megabytes_per_second(std::uint64_t bytes, double seconds) {
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.1f MB/s", seconds > 0 ? static_cast<double>(bytes) / 1e6 / seconds : 0.0);
    return text.data();
}

/// "  42%  128.0 MiB of 304.5 MiB  350.1 MB/s"
std::string figures(std::uint64_t done, std::uint64_t total, double seconds) {
    std::string text;
    if (total > 0) {
        std::array<char, 16> share{};
        std::snprintf(share.data(), share.size(), "%3.0f%%  ", 100.0 * static_cast<double>(done) / static_cast<double>(total));
        text += share.data();
    }
    text += size_text(done);
    if (total > 0) text += " of " + size_text(total);
    return text + "  " + megabytes_per_second(done, seconds);
}

std::string bar(std::uint64_t done, std::uint64_t total) {
    constexpr std::size_t width = 24;
    if (total == 0) return {};
    double const share = std::min(1.0, static_cast<double>(done) / static_cast<double>(total));
    auto const full = static_cast<std::size_t>(share * width);
    return '[' + std::string(full, '#') + std::string(width - full, '.') + "] ";
}

}  // namespace

std::string progress_text::update(std::uint64_t done, std::uint64_t total, time now) {
    using namespace std::chrono_literals;
    if (mode_ == progress_mode::none) return {};
    auto const pause = mode_ == progress_mode::bar ? std::chrono::milliseconds(100) : std::chrono::milliseconds(3000);
    if (now - last_ < pause) return {};
    last_ = now;
    std::string const text = figures(done, total, seconds_between(start_, now));
    if (mode_ == progress_mode::plain) return "sluice: " + text + '\n';
    drawn_ = true;
    return erase_line + bar(done, total) + text;
}

std::string progress_text::summary(std::uint64_t bytes, time now, std::optional<std::uint64_t> objects) {
    if (mode_ == progress_mode::none) return {};
    double const seconds = seconds_between(start_, now);
    std::array<char, 32> span{};
    std::snprintf(span.data(), span.size(), "%.2f s", seconds);
    std::string text = clear() + "sluice: ";
    if (objects) text += std::to_string(*objects) + (*objects == 1 ? " object, " : " objects, ");
    return text + std::to_string(bytes) + " bytes in " + span.data() + ", " + megabytes_per_second(bytes, seconds) + '\n';
}

std::string progress_text::clear() { return std::exchange(drawn_, false) ? erase_line : ""; }

}  // namespace sluice::inline v0::cli
