#include "auth/token_documents.hpp"

#include <doctest/doctest.h>

#include <ctime>
#include <string>

using namespace sluice;
using namespace sluice::auth;
using namespace std::chrono_literals;

namespace {

std::chrono::system_clock::time_point at(std::int64_t seconds) {
    return std::chrono::system_clock::time_point(std::chrono::seconds(seconds));
}

auto const now = at(1'700'000'000);

std::string complaint(result<access_token> const& found) {
    if (found) return "none";
    CHECK(found.error().info().detail.find("CANARY") == std::string::npos);
    return std::string(to_string(found.error().reason())) + ": " + found.error().info().detail;
}

key_answer answer_of(int status, std::string text) {
    key_answer answer;
    answer.status = status;
    answer.text = std::move(text);
    return answer;
}

std::string in_words(failure const& f) { return std::string(to_string(f.reason())) + ": " + f.info().detail; }

}  // namespace

TEST_CASE("tokens of OAuth: when they end, in each way that it is written") {
    struct {
        char const* members;
        std::optional<std::chrono::system_clock::time_point> end;
    } const rows[] = {
        {R"("expires_in":3599,"token_type":"Bearer")", now + 3599s},
        {R"("expires_in":"3599")", now + 3599s},
        {R"("expires_in":0)", now},
        {R"("expires_on":"1700000777","expires_in":"5")", at(1'700'000'777)},
        {R"("expires_on":1700000777)", at(1'700'000'777)},
        {R"("expires_on":"09/14/2017 00:00:00 PM +00:00","expires_in":60)", now + 60s},
        {R"("token_type":"Bearer")", std::nullopt},
    };
    for (auto const& row : rows) {
        access_token const token = parse_oauth_token(std::string(R"({"access_token":"ya29.x-_/+=",)") + row.members + "}", now).value();
        CHECK(token.value == "ya29.x-_/+=");
        CHECK_MESSAGE(token.expires == row.end, row.members);
    }
}

TEST_CASE("tokens of OAuth: documents that hold none are told apart, and never quoted") {
    std::string const no_time = "protocol error: the document has an expiration that is no time";
    std::string const no_token = "protocol error: the document has no access token";
    struct {
        char const* text;
        std::string wanted;
    } const rows[] = {
        {"CANARY", "protocol error: the document is no JSON object"},
        {"", "protocol error: the document is no JSON object"},
        {R"(["CANARY"])", "protocol error: the document is no JSON object"},
        {R"({"refresh_token":"CANARY"})", no_token},
        {R"({"access_token":""})", no_token},
        {R"({"access_token":7})", no_token},
        {R"({"access_token":"CANARY\r\nX: y"})", no_token},
        {R"({"access_token":"CANARY","access_token":"CANARY"})", no_token},
        {R"({"access_token":"CANARY","expires_in":-1})", no_time},
        {R"({"access_token":"CANARY","expires_in":"soon"})", no_time},
        {R"({"access_token":"CANARY","expires_in":"12x"})", no_time},
        {R"({"access_token":"CANARY","expires_in":9223372036854775807})", no_time},
        {R"({"access_token":"CANARY","expires_in":9223372036})", no_time},
        {R"({"access_token":"CANARY","expires_on":"never"})", no_time},
        {R"({"access_token":"CANARY","expires_on":"99999999999999999999"})", no_time},
    };
    for (auto const& row : rows) CHECK_MESSAGE(complaint(parse_oauth_token(row.text, now)) == row.wanted, row.text);
    CHECK(complaint(parse_oauth_token(std::string(70'000, ' '), now)).starts_with("protocol error: the document is longer"));
}

TEST_CASE("tokens of IAM Credentials") {
    access_token const token = parse_iam_token(R"({"accessToken":"ya29","expireTime":"2026-01-01T06:00:00Z"})").value();
    CHECK(token.value == "ya29");
    CHECK(token.expires == at(1767247200));
    for (char const* text : {R"({"accessToken":"CANARY"})", R"({"accessToken":"CANARY","expireTime":"soon"})",
                             R"({"expireTime":"2026-01-01T06:00:00Z"})", "CANARY"})
        CHECK(complaint(parse_iam_token(text)).starts_with("protocol error"));
}

TEST_CASE("tokens that az prints, with the time of the machine in those of old") {
    access_token const token =
        parse_azure_cli_token(R"({"accessToken":"eyJ","expiresOn":"2023-10-31 21:59:10.000000","expires_on":1698760750,"subscription":"s",)"
                              R"("tenant":"t","tokenType":"Bearer"})")
            .value();
    CHECK(token.value == "eyJ");
    CHECK(token.expires == at(1698760750));
    std::tm parts{};
    parts.tm_year = 123, parts.tm_mon = 9, parts.tm_mday = 31, parts.tm_hour = 21, parts.tm_min = 59, parts.tm_sec = 10,
    parts.tm_isdst = -1;
    std::int64_t const local = std::mktime(&parts);
    for (char const* text : {"2023-10-31 21:59:10.000000", "2023-10-31 21:59:10"})
        CHECK(parse_azure_cli_token(R"({"accessToken":"eyJ","expiresOn":")" + std::string(text) + "\"}").value().expires == at(local));
    for (char const* text :
         {"", "soon", "2023-10-31", "2023-10-31 21:59", "2023-10-31 21:59:10Z", "1823-10-31 21:59:10", "2664-10-31 21:59:10.000000"})
        CHECK(complaint(parse_azure_cli_token(R"({"accessToken":"CANARY","expiresOn":")" + std::string(text) + "\"}")) ==
              "protocol error: the document has an expiration that is no time");
    CHECK(complaint(parse_azure_cli_token("CANARY")) == "protocol error: the document is no JSON object");
    CHECK(complaint(parse_azure_cli_token(R"({"expires_on":1698760750})")) == "protocol error: the document has no access token");
}

TEST_CASE("refusals of tokens: what they mean, and the service's words unless they repeat a secret") {
    struct {
        int status;
        char const *text, *wanted;
    } const rows[] = {
        {400, R"({"error":"invalid_grant","error_description":"Token has been expired or revoked."})",
         "not authenticated: it answered HTTP 400: invalid_grant: Token has been expired or revoked. (log in)"},
        {401, R"({"error":"invalid_client"})", "not authenticated: it answered HTTP 401: invalid_client (log in)"},
        {403, R"({"error":{"code":403,"message":"Permission denied","status":"PERMISSION_DENIED"}})",
         "not authenticated: it answered HTTP 403: PERMISSION_DENIED: Permission denied (log in)"},
        {400, R"({"error":"bad","error_description":"we do not know CANARY"})",
         "not authenticated: it answered HTTP 400: in words that repeat a secret (log in)"},
        {400, R"({"error":"bad","error_description":"a\nb"})", "not authenticated: it answered HTTP 400: bad: a b (log in)"},
        {404, "<html>", "not authenticated: it answered HTTP 404 (log in)"},
        {429, "", "throttled: it answered HTTP 429"},
        {503, R"({"error":"temporarily_unavailable"})", "server error: it answered HTTP 503: temporarily_unavailable"},
        {302, "", "protocol error: it answered HTTP 302"},
        {201, "{}", "protocol error: it answered HTTP 201"},
    };
    for (auto const& row : rows) {
        failure const f = token_refused(answer_of(row.status, row.text), "CANARY", "log in");
        CHECK_MESSAGE(in_words(f) == row.wanted, in_words(f));
        CHECK(f.info().status == row.status);
    }
    CHECK(in_words(token_refused(answer_of(400, R"({"error":"x"})"), {})) == "not authenticated: it answered HTTP 400: x");
    CHECK(token_refusal(R"({"error":")" + std::string(5000, 'x') + "\"}").size() == 300);
}
