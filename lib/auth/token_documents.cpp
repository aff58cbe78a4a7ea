#include "auth/token_documents.hpp"

#include "auth/document_text.hpp"
#include "auth/key_documents.hpp"
#include "base/http_date.hpp"
#include "codec/json.hpp"

#include <charconv>
#include <cstdio>
#include <ctime>
#include <optional>
#include <utility>

namespace sluice::inline v0::auth {

namespace {

using time = std::chrono::system_clock::time_point;
using seconds = std::chrono::seconds;

failure broken(std::string what) { return {errc::protocol, std::move(what)}; }
failure no_time() { return broken("the document has an expiration that is no time"); }

/// Whether a clock of ours can tell of that many seconds after 1970.
constexpr bool is_time(std::int64_t const count) noexcept {
    return count >= 0 && count <= std::chrono::duration_cast<seconds>(time::max().time_since_epoch()).count();
}

/// Whether there is such a member at all, and its seconds where they are some.
struct found_seconds {
    bool there = false;
    std::optional<std::int64_t> count;
};

found_seconds seconds_of(codec::json_document const& document, std::string_view const name) {
    found_seconds found;
    found.count = document.integer({name});
    auto const text = document.text({name});
    found.there = found.count || text;
    if (text) {
        std::int64_t count = 0;
        auto const [end, error] = std::from_chars(text->data(), text->data() + text->size(), count);
        if (error == std::errc() && end == text->data() + text->size()) found.count = count;
    }
    if (found.count && !is_time(*found.count)) found.count.reset();
    return found;
}

result<std::optional<time>> end_of(codec::json_document const& document, time const now) {
    found_seconds const on = seconds_of(document, "expires_on");
    if (on.count) return time(seconds(*on.count));
    found_seconds const in = seconds_of(document, "expires_in");
    if (!in.count && (in.there || on.there)) return no_time();
    if (!in.count) return std::optional<time>();
    if (seconds(*in.count) > time::max() - now) return no_time();
    return now + seconds(*in.count);
}

result<access_token> checked(std::string value, std::optional<time> const end) {
    if (!is_plain(value)) return broken("the document has no access token");
    access_token token(std::move(value));
    token.expires = end;
    return token;
}

/// "2026-01-02 03:04:05.000000" in the time of this machine: az before 2.54 tells nothing else.
std::optional<time> local_time(std::string const& text) {
    std::tm parts{};
    int end = 0;
    int const read = std::sscanf(text.c_str(), "%4d-%2d-%2d %2d:%2d:%2d%n", &parts.tm_year, &parts.tm_mon, &parts.tm_mday, &parts.tm_hour,
                                 &parts.tm_min, &parts.tm_sec, &end);
    bool const rest = end > 0 && (text.size() == static_cast<std::size_t>(end) || text[static_cast<std::size_t>(end)] == '.');
    if (read != 6 || !rest) return std::nullopt;
    parts.tm_year -= 1900;
    parts.tm_mon -= 1;
    parts.tm_isdst = -1;
    std::time_t const since_1970 = std::mktime(&parts);
    if (!is_time(since_1970)) return std::nullopt;
    return std::chrono::system_clock::from_time_t(since_1970);
}

std::string both(std::string first, std::string const& second) {
    if (!first.empty() && !second.empty()) first += ": ";
    return first + second;
}

errc reason_of(int const status) noexcept {
    if (status == 429) return errc::throttled;
    if (status >= 500) return errc::server;
    return status >= 400 ? errc::unauthenticated : errc::protocol;
}

}  // namespace

result<access_token> parse_oauth_token(std::string_view const text, time const now) {
    auto const document = codec::json_document::parse(text, key_document_limit);
    if (!document) return document.error();
    auto const end = end_of(*document, now);
    if (!end) return end.error();
    return checked(document->text({"access_token"}).value_or(""), *end);
}

result<access_token> parse_iam_token(std::string_view const text) {
    auto const document = codec::json_document::parse(text, key_document_limit);
    if (!document) return document.error();
    auto const end = base::parse_iso8601(document->text({"expireTime"}).value_or(""));
    if (!end) return no_time();
    return checked(document->text({"accessToken"}).value_or(""), end);
}

result<access_token> parse_azure_cli_token(std::string_view const text) {
    auto const document = codec::json_document::parse(text, key_document_limit);
    if (!document) return document.error();
    found_seconds const on = seconds_of(*document, "expires_on");
    std::optional<time> end;
    if (on.count)
        end = time(seconds(*on.count));
    else
        end = local_time(document->text({"expiresOn"}).value_or(""));
    if (!end) return no_time();
    return checked(document->text({"accessToken"}).value_or(""), end);
}

std::string token_refusal(std::string_view const text) {
    auto const document = codec::json_document::parse(text, key_document_limit);
    if (!document) return {};
    auto const of = [&](codec::json_document::path names) { return document->text(names).value_or(""); };
    if (std::string code = of({"error"}); !code.empty()) return bounded(both(std::move(code), of({"error_description"})));
    return bounded(both(of({"error", "status"}), of({"error", "message"})));
}

failure token_refused(key_answer const& answer, std::string_view const secret, std::string_view const advice) {
    std::string words = token_refusal(answer.text);
    if (!secret.empty() && words.find(secret) != std::string::npos) words = "in words that repeat a secret";
    std::string detail = both("it answered HTTP " + std::to_string(answer.status), words);
    errc const reason = reason_of(answer.status);
    if (!advice.empty() && reason == errc::unauthenticated) detail.append(" (").append(advice).append(")");
    failure f(reason, std::move(detail));
    f.info().status = answer.status;
    return f;
}

}  // namespace sluice::inline v0::auth
