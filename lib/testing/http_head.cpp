#include "testing/http_reader.hpp"

#include <algorithm>
#include <charconv>

namespace sluice::inline v0::testing {
namespace {

bool is_token(std::string_view const text) {
    constexpr std::string_view others = "!#$%&'*+-.^_`|~";
    return !text.empty() && std::ranges::all_of(text, [&](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || others.find(c) != others.npos;
    });
}

bool is_visible(std::string_view const text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7f; });
}

// Bytes from 0x80 are for the one who reads the value; controls are never right.
bool is_value(std::string_view const text) {
    return std::ranges::none_of(text, [](char c) { return (c >= 0 && c < ' ' && c != '\t') || c == 0x7f; });
}

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    return text;
}

std::string quoted(std::string_view const text) { return "'" + std::string(text.substr(0, 80)) + "'"; }

std::string parse_request_line(std::string_view const line, received_request& request) {
    auto const first = line.find(' ');
    auto const second = first == line.npos ? first : line.find(' ', first + 1);
    if (second == line.npos) return "request line without two spaces: " + quoted(line);
    request.method = line.substr(0, first);
    request.target = line.substr(first + 1, second - first - 1);
    if (!is_token(request.method)) return "bad method: " + quoted(request.method);
    if (!is_visible(request.target)) return "request target with bytes outside visible ASCII: " + quoted(request.target);
    if (line.substr(second + 1) != "HTTP/1.1") return "not HTTP/1.1: " + quoted(line);
    return {};
}

std::string parse_field(std::string_view const line, received_request& request) {
    if (line.front() == ' ' || line.front() == '\t') return "folded header line";
    auto const colon = line.find(':');
    if (colon == line.npos) return "header line without a colon: " + quoted(line);
    auto const name = line.substr(0, colon);
    if (!is_token(name)) return "bad header name: " + quoted(name);
    auto const value = trimmed(line.substr(colon + 1));
    if (!is_value(value)) return "control byte in header " + quoted(name);
    request.headers.emplace_back(name, value);
    return {};
}

std::string find_framing(received_request const& request, request_framing& framing) {
    int hosts = 0;
    for (auto const& [name, value] : request.headers) {
        auto const is = [&](std::string_view other) { return same_name(name, other); };
        if (is("host")) {
            if (++hosts > 1 || !is_visible(value)) return "bad or second Host";
        } else if (is("content-length")) {
            std::uint64_t length = 0;
            auto const [end, error] = std::from_chars(value.data(), value.data() + value.size(), length);
            if (framing.length || error != std::errc() || end != value.data() + value.size()) return "bad or second Content-Length";
            framing.length = length;
        } else if (is("transfer-encoding")) {
            if (framing.chunked || value != "chunked") return "bad or second Transfer-Encoding: " + quoted(value);
            framing.chunked = true;
        } else if (is("connection")) {
            framing.close = value == "close" || value == "Close";
        }
    }
    if (hosts == 0) return "no Host";
    if (framing.chunked && framing.length) return "Content-Length and Transfer-Encoding";
    return {};
}

}  // namespace

std::string parse_head(std::string_view head, received_request& request, request_framing& framing) {
    request.headers.clear();
    framing = {};
    for (bool first = true; head != "\r\n"; first = false) {
        auto const end = head.find("\r\n");
        if (end == head.npos) return "head without its last line";
        auto const line = head.substr(0, end);
        if (line.empty()) return "empty line before the request line";
        if (line.find_first_of(std::string_view("\r\n\0", 3)) != line.npos) return "bare CR, bare LF or NUL in the head";
        std::string wrong = first ? parse_request_line(line, request) : parse_field(line, request);
        if (!wrong.empty()) return wrong;
        head.remove_prefix(end + 2);
    }
    return request.method.empty() ? "no request line" : find_framing(request, framing);
}

}  // namespace sluice::inline v0::testing
