#include "backend/s3/presigned_url.hpp"

#include "base/ascii.hpp"
#include "base/http_date.hpp"
#include "base/log.hpp"
#include "base/percent.hpp"
#include "cloud/endpoint.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <utility>

namespace sluice::inline v0::s3 {

namespace {

failure refused(std::string what) { return {errc::invalid_argument, std::move(what)}; }

/// The values of one query, by name; names and values as they stand there.
class parameters {
public:
    explicit parameters(std::string_view query) : query_(query) {}

    /// Empty: there is none, or it is empty.
    std::string_view value_of(std::string_view const name) const noexcept {
        for (std::string_view rest = query_; !rest.empty();) {
            std::string_view const one = rest.substr(0, rest.find('&'));
            if (one.size() > name.size() && one[name.size()] == '=' && one.starts_with(name)) return one.substr(name.size() + 1);
            rest.remove_prefix(std::min(one.size() + 1, rest.size()));
        }
        return {};
    }

private:
    std::string_view query_;
};

std::vector<std::string> names_of(std::string_view const encoded) {
    std::vector<std::string> names;
    std::string const text = base::lower(base::percent_decode(encoded).value_or(std::string()));
    for (std::string_view rest = text; !rest.empty();) {
        std::string_view const one = rest.substr(0, rest.find(';'));
        if (!one.empty()) names.emplace_back(one);
        rest.remove_prefix(std::min(one.size() + 1, rest.size()));
    }
    return names;
}

/// "20260102T030405Z" and a number of seconds.
std::optional<wall_time> end_of(std::string_view const date, std::string_view const expires) {
    if (date.size() != 16) return std::nullopt;
    std::string iso;
    for (std::size_t i = 0; i < date.size(); ++i) {
        if (i == 4 || i == 6) iso += '-';
        if (i == 11 || i == 13) iso += ':';
        iso += date[i];
    }
    auto const begun = base::parse_iso8601(iso);
    unsigned seconds = 0;
    auto const [end, error] = std::from_chars(expires.data(), expires.data() + expires.size(), seconds);
    if (!begun || error != std::errc() || end != expires.data() + expires.size()) return std::nullopt;
    return *begun + std::chrono::seconds(seconds);
}

/// What may stand on a request line as it is.
bool can_be_sent(std::string_view const target) noexcept {
    return std::ranges::all_of(target, [](char c) { return c > ' ' && c < 0x7f && c != '#'; });
}

bool among(std::vector<std::string> const& names, std::string_view const name) {
    return std::ranges::any_of(names, [name](std::string const& one) { return base::equal_ignoring_case(one, name); });
}

bool must_be_signed(std::string_view const name) {
    return name.size() > 6 && (base::equal_ignoring_case(name.substr(0, 6), "x-amz-") ||
                               (name.size() > 7 && base::equal_ignoring_case(name.substr(0, 7), "x-goog-")));
}

/// Whether a header of that name goes with the request; Host and Content-Length always do.
bool is_there(recipe const& what, std::string_view const name) {
    if (name == "host" || name == "content-length") return true;
    if (name == "range") return !what.range.empty();
    if (name == "if-match") return !what.if_match.empty();
    return what.headers.find(name).has_value();
}

}  // namespace

bool is_web_url(std::string_view const text) noexcept {
    auto const begins = [text](std::string_view scheme) {
        return text.size() >= scheme.size() && base::equal_ignoring_case(text.substr(0, scheme.size()), scheme);
    };
    return begins("https://") || begins("http://");
}

result<presigned_url> parse_presigned(std::string_view const url) {
    std::size_t const query_at = url.find('?');
    parameters const query(query_at == url.npos ? std::string_view() : url.substr(query_at + 1));
    std::string of;
    for (std::string_view const one : {"X-Amz-", "X-Goog-"})
        if (of.empty() && !query.value_of(std::string(one) + "Signature").empty()) of = one;
    if (of.empty())
        return refused(
            "of web addresses only presigned URLs are opened, with X-Amz-Signature or X-Goog-Signature in the query; "
            "write s3://bucket/key for an object of a bucket");
    std::size_t const path_at = url.find('/', url.find("://") + 3);
    if (path_at == url.npos || path_at > query_at) return refused("the presigned URL names no object: there is no path");

    presigned_url found;
    found.endpoint = url.substr(0, path_at);
    found.target = url.substr(path_at);
    if (!can_be_sent(found.target))
        return refused("the presigned URL has characters that cannot be sent: blanks, a fragment (#), or no ASCII");
    if (auto const to = cloud::parse_endpoint(found.endpoint); !to) return to.error();
    auto key = base::percent_decode(found.path().substr(1));
    if (!key || key->find('\0') != key->npos) return refused("the path of the presigned URL is not percent-encoded as paths are");
    if (key->empty()) return refused("the presigned URL names no object: its path is empty");
    found.key = *std::move(key);
    found.signature = query.value_of(of + "Signature");
    found.signed_headers = names_of(query.value_of(of + "SignedHeaders"));
    found.good_until = end_of(query.value_of(of + "Date"), query.value_of(of + "Expires"));
    return found;
}

result<void> check_signed(presigned_url const& url, recipe const& what) {
    for (std::size_t i = 0; i < what.headers.size(); ++i) {
        std::string const name = base::lower(what.headers[i].name);
        if (must_be_signed(name) && !among(url.signed_headers, name))
            return failure(errc::unsupported, "the URL was not signed for the header " + name + ", which that needs");
    }
    for (std::string const& name : url.signed_headers)
        if (!is_there(what, name))
            return failure(errc::unsupported, "the URL was signed with the header " + name.substr(0, 80) + ", which this request has not");
    return {};
}

std::string without_query(presigned_url const& url, std::string text) {
    if (text.find(url.signature) != text.npos) return {};
    return base::redacted(text);
}

}  // namespace sluice::inline v0::s3
