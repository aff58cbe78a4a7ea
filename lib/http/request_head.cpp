#include "http/request_head.hpp"

#include "http/quoted.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>

namespace sluice::inline v0::http {

namespace {

constexpr std::array<bool, 256> token_characters = [] {
    std::array<bool, 256> table{};
    for (char c = '0'; c <= '9'; ++c) table[static_cast<unsigned char>(c)] = true;
    for (char c = 'a'; c <= 'z'; ++c) table[static_cast<unsigned char>(c)] = true;
    for (char c = 'A'; c <= 'Z'; ++c) table[static_cast<unsigned char>(c)] = true;
    for (char const c : std::string_view("!#$%&'*+-.^_`|~")) table[static_cast<unsigned char>(c)] = true;
    return table;
}();

bool is_token(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return token_characters[static_cast<unsigned char>(c)]; });
}

bool is_target(std::string_view text) {
    bool odd = text.empty();
    for (char const c : text) odd |= static_cast<unsigned char>(c) <= ' ' || c == 0x7f;  // no early end: the loop becomes a vector one
    return !odd;
}

bool is_value(std::string_view text) {
    bool odd = false;
    for (char const c : text) odd |= (c == '\r') | (c == '\n') | (c == '\0');
    return !odd;
}

bool frames(std::string_view name) { return equal_ignoring_case(name, "content-length") || equal_ignoring_case(name, "transfer-encoding"); }

constexpr std::string_view asks = "Expect";

failure refused(std::string text) { return {errc::invalid_argument, std::move(text)}; }

}  // namespace

std::optional<failure> format_head(request const& what, std::string& to, net::proxy const* const by, bool const ask) {
    if (!is_token(what.method)) return refused("not an HTTP method: " + quoted(what.method));
    if (!is_target(what.target)) return refused("not a request target: " + quoted(what.target));
    to.append(what.method).append(" ");
    if (by != nullptr) {
        std::string_view const host = what.headers.value_or("Host");
        if (!is_target(host)) return refused("a proxy needs a host to forward to, not " + quoted(host));
        to.append("http://").append(host);
    }
    to.append(what.target).append(" HTTP/1.1\r\n");
    if (by != nullptr && !by->authorization.empty()) to.append("Proxy-Authorization: ").append(by->authorization).append("\r\n");
    for (std::size_t i = 0; i < what.headers.size(); ++i) {
        fields::view const field = what.headers[i];
        if (!is_token(field.name)) return refused("not a header name: " + quoted(field.name));
        if (!is_value(field.value)) return refused("CR, LF or NUL in the value of header " + quoted(field.name));  // may be a secret
        if (frames(field.name)) return refused("the header " + quoted(field.name) + " is set from the body");
        if (equal_ignoring_case(field.name, asks)) return refused("whether to ask first is an option of the sending, not a header");
        to.append(field.name).append(": ").append(field.value).append("\r\n");
    }
    if (std::uint64_t const size = what.body.size(); size > 0 || what.method == "PUT" || what.method == "POST") {
        std::array<char, 20> digits;
        to.append("Content-Length: ").append(digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), size).ptr);
        to.append("\r\n");
    }
    if (ask) to.append(asks).append(": 100-continue\r\n");
    to.append("\r\n");
    return std::nullopt;
}

}  // namespace sluice::inline v0::http
