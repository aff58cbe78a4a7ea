#include "auth/web_address.hpp"

#include <algorithm>
#include <charconv>

namespace sluice::inline v0::auth {

namespace {

bool is_host_character(char const c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
}
bool is_address_character(char const c) noexcept {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || c == ':' || c == '.';
}
bool is_target_character(char const c) noexcept { return c > ' ' && c < 0x7f && c != '#'; }

}  // namespace

std::string web_address::authority() const {
    std::string text = host.find(':') == host.npos ? host : '[' + host + ']';
    if (port != (tls ? 443 : 80)) text += ':' + std::to_string(port);
    return text;
}

result<web_address> parse_web_address(std::string_view const url, std::string_view const what) {
    auto const bad = [what](char const* why) { return failure(errc::invalid_argument, std::string(what) + " is no address: " + why); };
    web_address parsed;
    std::string_view rest = url;
    if (rest.starts_with("https://"))
        parsed.tls = true;
    else if (!rest.starts_with("http://"))
        return bad("it does not begin with http:// or https://");
    rest.remove_prefix(parsed.tls ? 8 : 7);
    std::string_view authority = rest.substr(0, std::min(rest.find_first_of("/?#"), rest.size()));
    rest.remove_prefix(authority.size());
    if (!rest.empty()) parsed.target = rest.starts_with('/') ? std::string(rest) : '/' + std::string(rest);
    if (!std::ranges::all_of(parsed.target, is_target_character)) return bad("its path has characters that must be encoded");

    bool const bracketed = authority.starts_with('[');
    std::size_t const end = std::min(bracketed ? authority.find(']') : authority.find(':'), authority.size());
    parsed.host = authority.substr(bracketed ? 1 : 0, end - (bracketed ? 1 : 0));
    bool const good = bracketed ? end < authority.size() && std::ranges::all_of(parsed.host, is_address_character)
                                : std::ranges::all_of(parsed.host, is_host_character);
    if (parsed.host.empty() || !good) return bad("it has no valid host name");
    authority.remove_prefix(std::min(authority.size(), end + (bracketed ? 1 : 0)));
    parsed.port = parsed.tls ? 443 : 80;
    if (authority.empty()) return parsed;
    auto const [stop, error] = std::from_chars(authority.data() + 1, authority.data() + authority.size(), parsed.port);
    if (authority.front() != ':' || error != std::errc() || stop != authority.data() + authority.size() || parsed.port == 0)
        return bad("it has a port that is none");
    return parsed;
}

}  // namespace sluice::inline v0::auth
