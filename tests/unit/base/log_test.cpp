#include "base/log.hpp"

#include <doctest/doctest.h>

#include <vector>

using namespace sluice;

TEST_CASE("values of secret parameters go, all else stays") {
    struct {
        char const *said, *shown;
    } const table[] = {
        {"/bucket/key?list-type=2&prefix=a%2Fb", "/bucket/key?list-type=2&prefix=a%2Fb"},
        {"/b/k?X-Amz-Signature=CANARY&x=1", "/b/k?X-Amz-Signature=REDACTED&x=1"},
        {"/b/k?x=1&x-amz-credential=CANARY%2F20130524", "/b/k?x=1&x-amz-credential=REDACTED"},
        {"/b/k?X-Amz-Security-Token=CANARY%2B%3D#CANARY", "/b/k?X-Amz-Security-Token=REDACTED#CANARY"},
        {"/b/k?X-Amz-S3session-Token=CANARY%2B%3D&x=1", "/b/k?X-Amz-S3session-Token=REDACTED&x=1"},
        {"/b/k?AWSAccessKeyId=CANARY&Signature=CANARY&Expires=1", "/b/k?AWSAccessKeyId=REDACTED&Signature=REDACTED&Expires=1"},
        {"/b/k?sv=1&sig=CANARY", "/b/k?sv=1&sig=REDACTED"},
        {"/b/k?design=oak&sign=x&sigma=1&sig", "/b/k?design=oak&sign=x&sigma=1&sig"},
        {"/b/k?sig=&x", "/b/k?sig=&x"},
        {"/upload/storage/v1/b/b/o?uploadType=resumable&upload_id=CANARY",
         "/upload/storage/v1/b/b/o?uploadType=resumable&upload_id=REDACTED"},
        {"/b/k?X-Goog-Signature=CANARY", "/b/k?X-Goog-Signature=REDACTED"},
        {"/b/k?X%2DAmz%2dSignature=CANARY", "/b/k?X%2DAmz%2dSignature=REDACTED"},
        {"/go?to=https%3A%2F%2Fh%2Fk%3Fx%3D1%26sig%3DCANARY%26y%3D2&z=3",
         "/go?to=https%3A%2F%2Fh%2Fk%3Fx%3D1%26sig%3DREDACTED%26y%3D2&z=3"},
        {"https://user:CANARY@host:9000/k@v?sig=CANARY", "https://host:9000/k@v?sig=REDACTED"},
        {"https://CANARY@b@host", "https://host"},
        {"s3://bucket/a@b", "s3://bucket/a@b"},
        {"", ""},
    };
    for (auto const& row : table) CHECK(base::redacted(row.said) == row.shown);
}

TEST_CASE("no planted secret passes the logger, whatever the line looks like") {
    std::vector<std::string> lines;
    base::logger const log([&](log_level, std::string_view line) { lines.emplace_back(line); }, log_level::debug);
    char const* const heads[] = {
        "Authorization: AWS4-HMAC-SHA256 Credential=CANARY/20130524/us-east-1/s3/aws4_request,SignedHeaders=host,Signature=CANARY",
        "authorization: Bearer CANARY",
        "signed with Credential=CANARY/20130524/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=CANARY",
        "x-amz-security-token:CANARY",
        "X-Amz-Server-Side-Encryption-Customer-Key: CANARY==",
        "proxy-authorization:\tBasic CANARY",
        "Cookie: a=CANARY; b=CANARY",
        "aws_secret_access_key = CANARY",
        "aws_session_token=\"CANARY\"",
        "{\"SecretAccessKey\": \"CANARY\"}",
        "GET https://CANARY:CANARY@minio:9000/b/k?X-Amz-Credential=CANARY%2F20130524&X-Amz-Signature=CANARY",
        "redirected to http://evil/?x-amz-security-token=CANARY",
    };
    for (char const* line : heads) {
        log.write(log_level::info, line);
        log.write(log_level::debug, std::string("first line\r\n") + line + "\r\nlast line");
    }
    REQUIRE(lines.size() == 2 * std::size(heads));
    for (std::string const& line : lines) {
        CAPTURE(line);
        CHECK(line.find("CANARY") == std::string::npos);
        CHECK((!line.starts_with("first") || line.ends_with("last line")));
    }
}

TEST_CASE("a secret behind a name that has no value is taken out, too") {
    CHECK(base::redacted("sig= aws_secret_access_key = CANARY ") == "sig= aws_secret_access_key = REDACTED ");
    CHECK(base::redacted("a=1&sig= \"Signature=CANARY,x") == "a=1&sig= \"Signature=REDACTED,x");
    CHECK(base::redacted("sig = CANARY x") == "sig = REDACTED x");
    CHECK(base::redacted("sig = sig = sig =") == "sig = sig = sig =");
}

TEST_CASE("a logger says nothing above its level, and nothing at all without a sink") {
    int calls = 0;
    base::logger const info([&](log_level level, std::string_view) { calls += level == log_level::info ? 1 : 100; }, log_level::info);
    CHECK(info.at(log_level::info));
    CHECK_FALSE(info.at(log_level::debug));
    info.write(log_level::info, "x");
    info.write(log_level::debug, "x");
    info.write(log_level::off, "x");
    CHECK(calls == 1);

    base::logger const silent(nullptr, log_level::debug);
    CHECK_FALSE(silent.at(log_level::info));
    silent.write(log_level::info, "x");
    base::logger().write(log_level::debug, "x");
}
