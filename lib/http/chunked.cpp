#include "http/chunked.hpp"

#include "http/quoted.hpp"

#include <algorithm>
#include <cstring>

namespace sluice::inline v0::http {

namespace {

constexpr std::uint64_t largest_chunk = std::uint64_t{1} << 60;

int digit(unsigned char c) noexcept {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

}  // namespace

/// One byte of a chunk's first line. Returns what is wrong, or null.
char const* chunked_decoder::size_step(unsigned char c) noexcept {
    int const value = digit(c);
    if (at_ != place::extension && value >= 0) {
        if (left_ > (largest_chunk - static_cast<unsigned>(value)) / 16) return "a chunk size beyond 2^60";
        left_ = left_ * 16 + static_cast<unsigned>(value);
        at_ = place::size;
        return ++passed_ > extension_limit ? "a chunk size of more than 8192 digits" : nullptr;
    }
    if (at_ == place::size_begin) return "no chunk size where one must be";
    if (c == '\r') {
        at_ = place::size_lf;
        return nullptr;
    }
    if (at_ == place::size && c != ';' && c != ' ' && c != '\t') return "garbage in a chunk size";
    if (c == '\n' || c == '\0') return "a control character in a chunk extension";
    if (at_ == place::size) passed_ = 0;
    at_ = place::extension;
    return ++passed_ > extension_limit ? "a chunk extension of more than 8 KiB" : nullptr;
}

/// One byte behind the last chunk.
char const* chunked_decoder::trailer_step(unsigned char c) noexcept {
    switch (at_) {
    case place::trailer_begin:
        if (c == '\r') {
            at_ = place::end_lf;
            return nullptr;
        }
        at_ = place::trailer;
        [[fallthrough]];
    case place::trailer:
        if (c == '\n' || c == '\0') return "a control character in a trailer";
        if (c == '\r') at_ = place::trailer_lf;
        return ++passed_ > trailer_limit ? "trailers of more than 64 KiB" : nullptr;
    case place::trailer_lf: at_ = place::trailer_begin; return c == '\n' ? nullptr : "CR without LF in a trailer";
    default:  // end_lf
        at_ = place::done;
        return c == '\n' ? nullptr : "CR without LF behind the last chunk";
    }
}

char const* chunked_decoder::step(unsigned char c) noexcept {
    switch (at_) {
    case place::size_begin:
    case place::size:
    case place::extension: return size_step(c);
    case place::size_lf:
        passed_ = 0;
        at_ = left_ == 0 ? place::trailer_begin : place::data;
        return c == '\n' ? nullptr : "CR without LF behind a chunk size";
    case place::data_cr: at_ = place::data_lf; return c == '\r' ? nullptr : "a chunk longer than its size";
    case place::data_lf: at_ = place::size_begin; return c == '\n' ? nullptr : "CR without LF behind a chunk";
    default: return trailer_step(c);
    }
}

result<chunked_decoder::progress> chunked_decoder::feed(std::span<std::byte> bytes) {
    progress done_so_far;
    auto& [data, used] = done_so_far;
    while (used < bytes.size() && at_ != place::done) {
        if (at_ == place::data) {
            std::size_t const n = static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes.size() - used));
            if (data != used) std::memmove(bytes.data() + data, bytes.data() + used, n);
            data += n;
            used += n;
            left_ -= n;
            if (left_ == 0) at_ = place::data_cr;
            continue;
        }
        if (char const* const wrong = step(static_cast<unsigned char>(bytes[used]))) {
            std::string_view const rest(reinterpret_cast<char const*>(bytes.data()) + used, bytes.size() - used);
            return failure(errc::protocol, "the chunked body has " + std::string(wrong) + ": " + quoted(rest));
        }
        ++used;
    }
    return done_so_far;
}

}  // namespace sluice::inline v0::http
