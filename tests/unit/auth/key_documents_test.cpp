#include "auth/key_documents.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace sluice;
using namespace sluice::auth;
using namespace std::chrono_literals;

namespace {

template <class T>
std::string complaint(result<T> const& r) {
    return r ? "none" : std::string(to_string(r.error().reason())) + ": " + r.error().info().detail;
}

std::chrono::system_clock::time_point at(long long seconds) { return std::chrono::system_clock::time_point(std::chrono::seconds(seconds)); }

}  // namespace

TEST_CASE("keys of a metadata service") {
    credentials const keys = parse_metadata_keys(R"({"Code":"Success","LastUpdated":"2026-01-01T00:00:00Z","Type":"AWS-HMAC",
        "AccessKeyId":"ASIA","SecretAccessKey":"se/cret+","Token":"to==ken","Expiration":"2026-01-01T06:00:00Z"})")
                                 .value();
    CHECK(keys.access_key == "ASIA");
    CHECK(keys.secret_key == "se/cret+");
    CHECK(keys.session_token == "to==ken");
    CHECK(keys.expires == at(1767247200));
    CHECK(complaint(parse_metadata_keys(R"({"Code":"AssumeRoleUnauthorizedAccess","Message":"EC2 cannot assume the role"})")) ==
          "not authenticated: the metadata service says AssumeRoleUnauthorizedAccess: EC2 cannot assume the role");
}

TEST_CASE("a metadata service that gives a reason and no words for it is told by the reason") {
    CHECK(complaint(parse_metadata_keys(R"({"Code":"Failed"})")) == "not authenticated: the metadata service says Failed");
}

TEST_CASE("a session token that could not be sent in a header is none, whoever gives it") {
    std::string const wanted = "protocol error: the document has a session token that is none";
    for (std::string const& token : {std::string("CA NARY"), std::string("CANARY\\r\\nX: y"), std::string("CANARY\x7f")}) {
        std::string const keys = R"("AccessKeyId":"A","SecretAccessKey":"S",)", end = R"(","Expiration":"2026-01-01T06:00:00Z"})";
        CHECK(complaint(parse_metadata_keys("{" + keys + R"("Token":")" + token + end)) == wanted);
        CHECK(complaint(parse_process_keys(R"({"Version":1,)" + keys + R"("SessionToken":")" + token + end)) == wanted);
        CHECK(complaint(parse_sso_keys(R"({"roleCredentials":{"accessKeyId":"A","secretAccessKey":"S","sessionToken":")" + token +
                                       R"(","expiration":1767247200000}})")) == wanted);
    }
    CHECK(complaint(parse_sso_keys("CANARY")) == "protocol error: the document is no JSON object");
}

TEST_CASE("documents that are no keys are told apart, and never quoted") {
    std::string const full = R"("AccessKeyId":"A","SecretAccessKey":"CANARY","Token":"CANARY")";
    for (std::string const& text :
         {std::string(), std::string("CANARY"), std::string("[\"CANARY\"]"), "{" + full, "{" + full + "}",
          "{" + full + R"(,"Expiration":"CANARY"})", std::string(R"({"AccessKeyId":"CANARY","Expiration":"2026-01-01T06:00:00Z"})"),
          std::string(R"({"AccessKeyId":"A","SecretAccessKey":"CA\nNARY","Expiration":"2026-01-01T06:00:00Z"})"),
          std::string(R"({"AccessKeyId":7,"SecretAccessKey":"CANARY","Expiration":"2026-01-01T06:00:00Z"})"),
          std::string(key_document_limit + 1, ' ')}) {
        auto const parsed = parse_metadata_keys(text);
        REQUIRE_FALSE(parsed.has_value());
        CHECK(parsed.error().reason() == errc::protocol);
        CHECK(parsed.error().info().detail.find("CANARY") == std::string::npos);
    }
}

TEST_CASE("keys that a process prints: version 1, and for ever when it names no end") {
    credentials const keys = parse_process_keys(R"({"Version":1,"AccessKeyId":"A","SecretAccessKey":"S"})").value();
    CHECK(keys.session_token.empty());
    CHECK_FALSE(keys.expires);
    CHECK(parse_process_keys(
              R"({"Version":1,"AccessKeyId":"A","SecretAccessKey":"S","SessionToken":"T","Expiration":"2026-01-01T06:00:00Z"})")
              .value()
              .expires == at(1767247200));
    CHECK(complaint(parse_process_keys(R"({"AccessKeyId":"A","SecretAccessKey":"S"})")) == "protocol error: the document has no Version 1");
    CHECK_FALSE(parse_process_keys(R"({"Version":2,"AccessKeyId":"A","SecretAccessKey":"S"})").has_value());
}

TEST_CASE("keys of IAM Identity Center, and the token for them") {
    credentials const keys =
        parse_sso_keys(R"({"roleCredentials":{"accessKeyId":"A","secretAccessKey":"S","sessionToken":"T","expiration":1767247200000}})")
            .value();
    CHECK(keys.access_key == "A");
    CHECK(keys.expires == at(1767247200));
    CHECK_FALSE(parse_sso_keys(R"({"roleCredentials":{"accessKeyId":"A","secretAccessKey":"S","sessionToken":"T"}})").has_value());
    CHECK_FALSE(parse_sso_keys(R"({"accessKeyId":"A"})").has_value());
    sso_token const token = parse_sso_token(R"({"startUrl":"x","accessToken":"tok","expiresAt":"2026-01-01T06:00:00Z"})").value();
    CHECK(token.token == "tok");
    CHECK(token.expires == at(1767247200));
    CHECK_FALSE(parse_sso_token(R"({"accessToken":"tok"})").has_value());
    CHECK_FALSE(parse_sso_token(R"({"accessToken":"t\r\nok","expiresAt":"2026-01-01T06:00:00Z"})").has_value());
}

TEST_CASE("keys of IAM Identity Center with an expiration beyond what a clock holds are refused") {
    auto const with = [](std::string const& expiration) {
        return parse_sso_keys(R"({"roleCredentials":{"accessKeyId":"A","secretAccessKey":"S","sessionToken":"T","expiration":)" +
                              expiration + "}}");
    };
    CHECK(with("9223372036854").has_value());
    CHECK(complaint(with("9223372036855")) == "protocol error: the document has an expiration that is no time");
    CHECK_FALSE(with("9223372036854775807").has_value());
    CHECK_FALSE(with("-1").has_value());
}

TEST_CASE("keys of STS, and what it says when it gives none") {
    std::string const keys_of = R"(<Credentials><AccessKeyId>A</AccessKeyId><SecretAccessKey>S</SecretAccessKey>)"
                                R"(<SessionToken>T</SessionToken><Expiration>2026-01-01T06:00:00Z</Expiration></Credentials>)";
    std::string const answer = R"(<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult>)" + keys_of +
                               "</AssumeRoleResult></AssumeRoleResponse>";
    CHECK(parse_sts_keys(answer, "AssumeRole").value().session_token == "T");
    CHECK(complaint(parse_sts_keys(answer, "AssumeRoleWithWebIdentity")) ==
          "protocol error: the answer is not one to AssumeRoleWithWebIdentity");
    CHECK_FALSE(parse_sts_keys("<AssumeRoleResponse/>", "AssumeRole").has_value());
    CHECK_FALSE(parse_sts_keys("not xml", "AssumeRole").has_value());
    CHECK(sts_refusal(
              "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>no\nway</Message></Error></ErrorResponse>") ==
          "AccessDenied: no way");
    CHECK(sts_refusal("<html/>").empty());
    CHECK(sts_refusal("gateway time-out").empty());
}
