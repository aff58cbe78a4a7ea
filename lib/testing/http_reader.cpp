#include "testing/http_reader.hpp"

#include <algorithm>
#include <charconv>

namespace sluice::inline v0::testing {
namespace {

constexpr std::size_t head_limit = 64 * 1024;
constexpr std::size_t line_limit = 4 * 1024;
constexpr std::size_t read_size = 256 * 1024;

}  // namespace

bool http_reader::fill() {
    char bytes[16 * 1024];
    std::size_t const got = connection_.read_some(bytes, sizeof bytes);
    buffer_.append(bytes, got);
    return got != 0;
}

http_reader::outcome http_reader::complain(std::string what) {
    complaint_ = std::move(what);
    return outcome::malformed;
}

http_reader::outcome http_reader::head(received_request& request) {
    for (std::size_t searched = 0;;) {
        // A bare LF twice ends a head for lenient parsers; it must not make this one wait for ever.
        auto const end = buffer_.find("\r\n\r\n", searched);
        if (end != buffer_.npos) {
            std::string const wrong = parse_head(std::string_view(buffer_).substr(0, end + 4), request, framing_);
            buffer_.erase(0, end + 4);
            return wrong.empty() ? outcome::ok : complain(wrong);
        }
        if (buffer_.find("\n\n", searched) != buffer_.npos) return complain("bare LF in the head");
        if (buffer_.starts_with("\r\n")) return complain("empty line before the request line");
        if (buffer_.size() > head_limit) return complain("head over 64 KiB");
        searched = buffer_.size() < 3 ? 0 : buffer_.size() - 3;
        if (!fill()) return outcome::ended;
    }
}

http_reader::outcome http_reader::exactly(std::string& to, std::uint64_t count) {
    auto const buffered = static_cast<std::size_t>(std::min<std::uint64_t>(count, buffer_.size()));
    to.append(buffer_, 0, buffered);
    buffer_.erase(0, buffered);
    for (count -= buffered; count != 0;) {
        auto const before = to.size();
        auto const want = static_cast<std::size_t>(std::min<std::uint64_t>(count, read_size));
        to.resize(before + want);
        std::size_t const got = connection_.read_some(to.data() + before, want);
        to.resize(before + got);
        if (got == 0) return outcome::ended;
        count -= got;
    }
    return outcome::ok;
}

http_reader::outcome http_reader::line(std::string& to) {
    for (;;) {
        if (auto const end = buffer_.find("\r\n"); end != buffer_.npos) {
            to = buffer_.substr(0, end);
            buffer_.erase(0, end + 2);
            return outcome::ok;
        }
        if (buffer_.size() > line_limit) return complain("line over 4 KiB in a chunked body");
        if (!fill()) return outcome::ended;
    }
}

http_reader::outcome http_reader::chunks(std::string& to, std::uint64_t const limit) {
    std::string text;
    for (;;) {
        if (auto const read = line(text); read != outcome::ok) return read;
        std::uint64_t size = 0;
        auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), size, 16);
        if (error != std::errc() || end != text.data() + text.size()) return complain("bad chunk size line: " + text.substr(0, 80));
        if (size > limit || to.size() > limit - size) return complain("body over the limit");
        if (size != 0)
            if (auto const read = exactly(to, size); read != outcome::ok) return read;
        if (auto const read = line(text); read != outcome::ok) return read;
        if (!text.empty()) return complain(size == 0 ? "trailer in a request" : "chunk longer than its size line");
        if (size == 0) return outcome::ok;
    }
}

http_reader::outcome http_reader::body(std::string& to, std::uint64_t const limit) {
    to.clear();
    if (framing_.chunked) return chunks(to, limit);
    std::uint64_t const length = framing_.length.value_or(0);
    if (length > limit) return complain("body over the limit");
    to.reserve(static_cast<std::size_t>(std::min<std::uint64_t>(length, 1024ull * 1024 * 1024)));
    return exactly(to, length);
}

}  // namespace sluice::inline v0::testing
