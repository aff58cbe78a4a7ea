#include "auth/shared_key.hpp"

#include "base/ascii.hpp"
#include "base/percent.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>
#include <vector>

namespace sluice::inline v0::auth {

namespace {

using named = std::pair<std::string, std::string>;

/// The headers that have a line of their own, between Content-Length and Range.
constexpr std::array<std::string_view, 2> before_length{"Content-Encoding", "Content-Language"};
constexpr std::array<std::string_view, 8> behind_length{"Content-MD5",   "Content-Type",        "Date", "If-Modified-Since", "If-Match",
                                                        "If-None-Match", "If-Unmodified-Since", "Range"};

std::string trimmed(std::string_view text) {
    std::size_t const first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return std::string(text.substr(first, text.find_last_not_of(" \t") + 1 - first));
}

void add_headers(std::string& to, http::fields const& headers) {
    std::vector<named> own;
    for (std::size_t i = 0; i < headers.size(); ++i) {
        std::string name = base::lower(headers[i].name);
        if (name.starts_with("x-ms-")) own.emplace_back(std::move(name), trimmed(headers[i].value));
    }
    std::ranges::sort(own);
    for (auto const& [name, value] : own) to.append(name).append(":").append(value).append("\n");
}

/// Parameters by name; the values of one that comes several times in order, joined by commas.
void add_query(std::string& to, std::string_view query) {
    std::vector<named> parameters;
    while (!query.empty()) {
        std::string_view const pair = query.substr(0, query.find('&'));
        query.remove_prefix(std::min(pair.size() + 1, query.size()));
        std::size_t const equals = std::min(pair.find('='), pair.size());
        std::string_view const value = pair.substr(std::min(equals + 1, pair.size()));
        parameters.emplace_back(base::lower(base::percent_decode(pair.substr(0, equals)).value_or("")),
                                base::percent_decode(value).value_or(""));
    }
    std::ranges::sort(parameters);
    std::string_view last;
    for (auto const& [name, value] : parameters) {
        if (name == last)
            to.append(",").append(value);
        else
            to.append("\n").append(name).append(":").append(value);
        last = name;
    }
}

}  // namespace

std::string shared_key_text(http::request const& request, std::string_view const account) {
    std::string text;
    text.reserve(512);
    text.append(request.method).append("\n");
    auto const line = [&](std::string_view name) { text.append(request.headers.value_or(name)).append("\n"); };
    for (std::string_view const name : before_length) line(name);
    if (request.body.size() > 0) text += std::to_string(request.body.size());
    text += '\n';
    for (std::string_view const name : behind_length) line(name);
    add_headers(text, request.headers);
    std::string_view const target = request.target;
    std::size_t const question = std::min(target.find('?'), target.size());
    text.append("/").append(account).append(target.substr(0, question));
    add_query(text, target.substr(std::min(question + 1, target.size())));
    return text;
}

result<shared_key> shared_key::make(std::string account, std::string_view const key) {
    if (account.empty()) return failure(errc::invalid_argument, "an account key without the account's name");
    std::optional<std::string> plain = base::base64_decode(key);
    if (!plain || plain->empty())
        return failure(errc::invalid_argument, "the account key is not base64: copy it whole, with the = at its end");
    shared_key made(std::move(account), base::hmac_key(std::as_bytes(std::span<char const>(*plain))));
    base::wipe(*plain);
    return made;
}

std::string shared_key::signature(std::string_view const text) const { return base::base64_encode(key_.sign(text)); }

void shared_key::sign(http::request& request) const {
    std::string const by = signature(shared_key_text(request, account_));
    request.headers.add("Authorization", "SharedKey " + account_ + ':' + by);
}

}  // namespace sluice::inline v0::auth
