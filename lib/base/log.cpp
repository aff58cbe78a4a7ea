#include "base/log.hpp"

#include "base/ascii.hpp"

#include <algorithm>
#include <array>

namespace sluice::inline v0::base {

namespace {

// As query parameters (name=value), as parts of an Authorization header (Credential=..., Signature=...) and as header lines (name: value).
constexpr std::array<std::string_view, 24> secret_names{
    "x-amz-signature",
    "x-amz-credential",
    "x-amz-security-token",
    "x-amz-s3session-token",
    "x-amz-server-side-encryption-customer-key",
    "x-amz-copy-source-server-side-encryption-customer-key",
    "awsaccesskeyid",
    "signature",
    "credential",
    "sig",
    "x-goog-signature",
    "x-goog-credential",
    "authorization",
    "proxy-authorization",
    "cookie",
    "set-cookie",
    "password",
    "aws_access_key_id",
    "aws_secret_access_key",
    "aws_session_token",
    "secretaccesskey",
    "sessiontoken",
    "access_token",
    "upload_id",  // of a resumable upload to Google Cloud Storage
};

constexpr bool name_character(char const c) noexcept {
    return (base::lower(c) >= 'a' && base::lower(c) <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

int hex_value(char const c) noexcept {
    if (c >= '0' && c <= '9') return c - '0';
    return base::lower(c) >= 'a' && base::lower(c) <= 'f' ? base::lower(c) - 'a' + 10 : -1;
}

/// One character of a name, which in a query may be written as %XX.
struct unit {
    char value;
    std::size_t size;
};

unit unit_at(std::string_view const text, std::size_t const at) noexcept {
    if (text[at] == '%' && text.size() - at > 2) {
        int const high = hex_value(text[at + 1]), low = hex_value(text[at + 2]);
        if (high >= 0 && low >= 0) return {static_cast<char>(high * 16 + low), 3};
    }
    return {text[at], 1};
}

/// Where `name` ends in `text` if it begins at `at`, else npos.
std::size_t match(std::string_view const text, std::size_t at, std::string_view const name) noexcept {
    for (char const wanted : name) {
        if (at >= text.size()) return std::string_view::npos;
        unit const u = unit_at(text, at);
        if (base::lower(u.value) != wanted) return std::string_view::npos;
        at += u.size;
    }
    return at;
}

struct found {
    std::size_t value_at, value_end;
    bool behind_spaces = false;  ///< so that it may be the next name, of an empty value
};

std::size_t past_spaces(std::string_view const text, std::size_t at) noexcept {
    while (at < text.size() && (text[at] == ' ' || text[at] == '\t' || text[at] == '"')) ++at;
    return at;
}

std::size_t end_of_value(std::string_view const text, std::size_t at, std::string_view const enders) noexcept {
    while (at < text.size()) {
        unit const u = unit_at(text, at);
        if (enders.find(u.value) != std::string_view::npos) break;
        at += u.size;
    }
    return at;
}

/// The value whose name begins at `at`, if that is a secret's. Separators may be written as %XX too: a URL inside of a URL.
found secret_at(std::string_view const text, std::size_t const at) noexcept {
    constexpr auto npos = std::string_view::npos;
    for (std::string_view const name : secret_names) {
        std::size_t here = match(text, at, name);
        if (here == npos) continue;
        here = past_spaces(text, here);
        if (here == text.size()) continue;
        unit const separator = unit_at(text, here);
        std::size_t const behind = here + separator.size;
        here = past_spaces(text, behind);
        if (separator.value == ':') return {here, end_of_value(text, here, "\r\n")};  // a header line: to its end
        if (separator.value == '=') return {here, end_of_value(text, here, "&#,; \t\r\n\"'<>"), here != behind};
    }
    return {npos, npos};
}

/// The end of `user:password@` behind `://`, or `at` when there is none.
std::size_t past_user_info(std::string_view const text, std::size_t const at) noexcept {
    std::size_t const end = std::min(text.find_first_of("/?# \t\r\n\"'<>", at), text.size());
    std::size_t const sign = text.substr(at, end - at).rfind('@');
    return sign == std::string_view::npos ? at : at + sign + 1;
}

}  // namespace

std::string redacted(std::string_view const target) {
    std::string clean;
    clean.reserve(target.size() + 16);
    bool in_name = false;  // "sig" is a name in "?sig=", not in "design="
    for (std::size_t i = 0; i < target.size();) {
        if (target.substr(i).starts_with("://")) {
            clean += "://";
            i = past_user_info(target, i + 3);
            in_name = false;
            continue;
        }
        found const secret = in_name ? found{std::string_view::npos, 0} : secret_at(target, i);
        if (secret.value_at != std::string_view::npos) {
            clean.append(target, i, secret.value_at - i);
            in_name = false;
            i = secret.value_at;
            if (secret.behind_spaces && secret_at(target, i).value_at != std::string_view::npos) continue;
            if (secret.value_end != secret.value_at) clean += "REDACTED";
            i = secret.value_end;
            continue;
        }
        unit const u = unit_at(target, i);
        clean.append(target, i, u.size);
        in_name = name_character(u.value);
        i += u.size;
    }
    return clean;
}

void logger::write(log_level const level, std::string_view const line) const {
    if (level == log_level::off || !at(level)) return;
    sink_(level, redacted(line));
}

}  // namespace sluice::inline v0::base
