#include "cloud/endpoint.hpp"

#include "base/percent.hpp"
#include "http/fields.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace sluice::inline v0::cloud {

namespace {

failure bad_endpoint(std::string_view const what) {
    return {errc::invalid_argument, "the endpoint " + std::string(what) + "; write http://host:port"};
}

bool is_digit(char const c) noexcept { return c >= '0' && c <= '9'; }
bool is_lower(char const c) noexcept { return c >= 'a' && c <= 'z'; }
bool is_letter(char const c) noexcept { return is_lower(c) || (c >= 'A' && c <= 'Z'); }
bool is_hex(char const c) noexcept { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

bool is_host_name(std::string_view const host) noexcept {
    auto const fits = [](char c) { return is_letter(c) || is_digit(c) || c == '-' || c == '.' || c == '_'; };
    return !host.empty() && host.size() <= 253 && host.front() != '.' && std::ranges::all_of(host, fits);
}

bool is_ipv6(std::string_view const host) noexcept {
    auto const fits = [](char c) { return is_hex(c) || c == ':' || c == '.'; };
    return host.size() >= 2 && host.size() <= 45 && host.find(':') != std::string_view::npos && std::ranges::all_of(host, fits);
}

bool is_path_character(char const c) noexcept {
    constexpr std::string_view others = "/-._~!$&'()*+,;=:@%";
    return is_letter(c) || is_digit(c) || others.find(c) != std::string_view::npos;
}

/// "host", "host:port" or "[v6]:port".
result<void> read_authority(std::string_view text, endpoint& into) {
    bool const bracketed = text.starts_with('[');
    std::size_t const host_end = bracketed ? text.find(']') : text.find(':');
    if (bracketed && host_end == std::string_view::npos) return bad_endpoint("has an unclosed bracket");
    into.host = bracketed ? text.substr(1, host_end - 1) : text.substr(0, host_end);
    if (bracketed ? !is_ipv6(into.host) : !is_host_name(into.host)) return bad_endpoint("has no valid host name");

    std::string_view rest = host_end == std::string_view::npos ? std::string_view() : text.substr(host_end + (bracketed ? 1 : 0));
    into.port = into.tls ? 443 : 80;
    if (rest.empty()) return {};
    if (rest.front() != ':') return bad_endpoint("has something between host and port");
    rest.remove_prefix(1);
    auto const [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), into.port);
    if (error != std::errc() || end != rest.data() + rest.size() || into.port == 0) return bad_endpoint("has a port that is none");
    return {};
}

}  // namespace

std::string endpoint::authority(std::string_view const before) const {
    std::string text(before);
    bool const brackets = host.find(':') != std::string::npos;
    if (brackets) text += '[';
    text += host;
    if (brackets) text += ']';
    if (port != (tls ? 443 : 80)) text += ':' + std::to_string(port);
    return text;
}

bool endpoint::is_address() const noexcept {
    return host.find(':') != std::string::npos || std::ranges::all_of(host, [](char c) { return is_digit(c) || c == '.'; });
}

bool endpoint::is_localhost() const noexcept { return http::equal_ignoring_case(host, "localhost") || host.ends_with(".localhost"); }

result<endpoint> parse_endpoint(std::string_view const url) {
    endpoint to;
    std::size_t const colon = url.find("://");
    if (colon == std::string_view::npos) return bad_endpoint("has no scheme");
    std::string_view const scheme = url.substr(0, colon);
    to.tls = http::equal_ignoring_case(scheme, "https");
    if (!to.tls && !http::equal_ignoring_case(scheme, "http")) return bad_endpoint("is neither http nor https");
    std::string_view const rest = url.substr(colon + 3);
    if (rest.find_first_of("?#") != std::string_view::npos) return bad_endpoint("has a query or a fragment");
    std::size_t const slash = rest.find('/');
    std::string_view const authority = rest.substr(0, slash);
    // Not a word of it in the text: it may be a password.
    if (authority.find('@') != std::string_view::npos) return bad_endpoint("has a user name; keys belong into the credentials");
    if (auto const read = read_authority(authority, to); !read) return read.error();
    if (slash != std::string_view::npos) to.path = rest.substr(slash);
    while (to.path.ends_with('/')) to.path.pop_back();
    if (!std::ranges::all_of(to.path, is_path_character) || !base::percent_decode(to.path))
        return bad_endpoint("has a path with characters that must be percent-encoded");
    return to;
}

}  // namespace sluice::inline v0::cloud
