#include "backend/s3/errors.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace sluice;

namespace {

using named = std::vector<std::pair<std::string_view, std::string_view>>;

http::response_head head_of(int status, named const& fields = {}) {
    http::response_head head;
    head.status = status;
    for (auto const& [name, value] : fields) head.headers.add(name, value);
    return head;
}

wall_time const moment = wall_time(std::chrono::seconds(784111777));  // Sun, 06 Nov 1994 08:49:37 GMT

s3::sent_as sent() {
    s3::sent_as as;
    as.region = "us-east-1";
    as.signed_at = moment;
    return as;
}

std::string document(std::string_view code, std::string_view more = {}) {
    return "<?xml version=\"1.0\"?>\n<Error><Code>" + std::string(code) + "</Code><Message>the message</Message>" + std::string(more) +
           "<RequestId>body-id</RequestId></Error>";
}

failure failed(int status, std::string body, named const& fields = {}) {
    return s3::failure_of(s3::read_refusal(head_of(status, fields), std::move(body)), sent());
}

bool says(failure const& f, std::string_view text) { return f.info().detail.find(text) != std::string::npos; }

}  // namespace

TEST_CASE("errors: an error document becomes context and advice") {
    failure const f = failed(404, document("NoSuchBucket"));
    CHECK(f.reason() == errc::not_found);
    CHECK(f.info().status == 404);
    CHECK(f.info().service_code == "NoSuchBucket");
    CHECK(f.info().service_message == "the message");
    CHECK(f.info().request_id == "body-id");
    CHECK(says(f, "create it"));
    CHECK(failed(404, document("NoSuchKey"), {{"x-amz-request-id", "head-id"}}).info().request_id == "head-id");
    CHECK(failed(403, document("AccessDenied")).reason() == errc::permission_denied);
    CHECK(says(failed(403, document("AccessDenied")), "check the keys"));
    CHECK(says(failed(403, document("SignatureDoesNotMatch")), "secret key"));
    CHECK(failed(503, "<ErrorResponse><Error><Code>SlowDown</Code></Error></ErrorResponse>").info().service_code == "SlowDown");
}

TEST_CASE("errors: HEAD has no body") {
    CHECK(failed(404, "").reason() == errc::not_found);
    CHECK(failed(403, "").reason() == errc::permission_denied);
    CHECK(failed(304, "").reason() == errc::not_modified);
    CHECK(failed(412, "").reason() == errc::precondition_failed);
}

TEST_CASE("errors: bodies that are no error documents") {
    for (std::string const& body : {std::string("<html><body>Bad\r\nGateway\x01</body></html>"), std::string("{\"error\": 1}"),
                                    std::string("<Other/>"), std::string("\xff\xfe\x00garbage", 10)}) {
        CAPTURE(body);
        failure const f = failed(400, body);
        CHECK(f.info().service_code.empty());
        CHECK_FALSE(f.info().service_message.empty());
        CHECK(f.info().service_message.find_first_of("\r\n\x01") == std::string::npos);
        CHECK(says(f, "is this an S3 endpoint?"));
    }
    CHECK(failed(500, std::string(5000, 'x')).info().service_message.size() == 200);
    CHECK(failed(500, document(std::string(5000, 'c'))).info().service_code.size() == 128);
    std::string const long_message = "<Error><Code>C</Code><Message>x" + std::string(600, 'y') + "\xc3\xa9</Message></Error>";
    CHECK(failed(500, long_message).info().service_message.size() == 512);
    std::string umlauts;
    for (int i = 0; i < 400; ++i) umlauts += "\xc3\xa4";
    CHECK(failed(500, "<Error><Code>C</Code><Message>x" + umlauts + "</Message></Error>").info().service_message.size() == 511);
}

TEST_CASE("errors: another region is told, and only one that can be one") {
    auto const hinted = s3::read_refusal(head_of(301, {{"x-amz-bucket-region", "eu-central-1"}}), "");
    CHECK(s3::outcome_of(hinted, sent()) == retry::outcome::wrong_region);
    CHECK(s3::failure_of(hinted, sent()).info().detail.find("set region to eu-central-1") != std::string::npos);

    auto const malformed = s3::read_refusal(head_of(400), document("AuthorizationHeaderMalformed", "<Region>eu-west-1</Region>"));
    CHECK(malformed.region == "eu-west-1");
    CHECK(s3::outcome_of(malformed, sent()) == retry::outcome::wrong_region);

    for (std::string_view const evil : {"x.evil.com/#", "EU", "a b", "", "us-east-1"}) {
        CAPTURE(evil);
        auto const r =
            s3::read_refusal(head_of(307, {{"x-amz-bucket-region", evil}, {"Location", "https://u:canary@evil.com:1/p?canary"}}), "");
        CHECK(s3::outcome_of(r, sent()) == retry::outcome::final_answer);
        failure const f = s3::failure_of(r, sent());
        CHECK(f.reason() == errc::protocol);
        CHECK(says(f, "evil.com"));
        CHECK_FALSE(says(f, "canary"));
    }
}

TEST_CASE("errors: a clock that is off") {
    named const late{{"Date", "Sun, 06 Nov 1994 09:49:37 GMT"}}, near{{"Date", "Sun, 06 Nov 1994 08:55:37 GMT"}};
    auto const outcome = [](int status, std::string body, named const& fields) {
        return s3::outcome_of(s3::read_refusal(head_of(status, fields), std::move(body)), sent());
    };
    CHECK(outcome(403, document("RequestTimeTooSkewed"), near) == retry::outcome::clock_skewed);
    CHECK(outcome(403, document("RequestTimeTooSkewed"), {}) == retry::outcome::final_answer);
    CHECK(outcome(403, "", late) == retry::outcome::clock_skewed);
    CHECK(outcome(403, document("AccessDenied"), near) == retry::outcome::final_answer);
    CHECK(outcome(404, "", late) == retry::outcome::final_answer);
    s3::sent_as anonymous = sent();
    anonymous.anonymous = true;
    CHECK(s3::outcome_of(s3::read_refusal(head_of(403, late), ""), anonymous) == retry::outcome::final_answer);
}

TEST_CASE("errors: HEAD does not say that a token has expired") {
    s3::sent_as temporary = sent();
    temporary.temporary = true;
    auto const bare = s3::read_refusal(head_of(400), "");
    CHECK(s3::outcome_of(bare, temporary) == retry::outcome::expired_credentials);
    CHECK(s3::outcome_of(bare, sent()) == retry::outcome::final_answer);
    CHECK(s3::outcome_of(s3::read_refusal(head_of(400), document("InvalidArgument")), temporary) == retry::outcome::final_answer);
}

TEST_CASE("errors: the size a 416 tells") {
    CHECK(says(failed(416, "", {{"Content-Range", "bytes */7"}}), "has 7 bytes"));
    CHECK(s3::read_refusal(head_of(416, {{"Content-Range", "bytes */0"}}), "").object_size == 0u);
    CHECK(s3::read_refusal(head_of(416), document("InvalidRange", "<ActualObjectSize>7</ActualObjectSize>")).object_size == 7u);
    CHECK_FALSE(s3::read_refusal(head_of(416), document("InvalidRange")).object_size);
    CHECK(failed(416, document("InvalidRange")).reason() == errc::range_not_satisfiable);
}

TEST_CASE("errors: a put that was to replace one version, and met another or none") {
    failure const gone = s3::not_that_version(failed(404, document("NoSuchKey")), etag_form::quoted);
    CHECK(gone.reason() == errc::precondition_failed);
    CHECK(gone.info().status == 404);
    CHECK(says(gone, "no such object"));
    CHECK(s3::not_that_version(failed(404, document("NoSuchBucket")), etag_form::quoted).reason() == errc::not_found);
    CHECK(s3::not_that_version(failed(404, ""), etag_form::quoted).reason() == errc::not_found);
    CHECK(s3::not_that_version(failed(403, document("AccessDenied")), etag_form::quoted).reason() == errc::permission_denied);
    named const of_ceph{{"x-amz-request-id", "tx000001130a4eedc764d5e-006720-1033-default"}},
        of_aws{{"x-amz-request-id", "4442587FB7D0A2F9"}};
    failure const other = s3::not_that_version(failed(412, document("PreconditionFailed"), of_aws), etag_form::quoted);
    CHECK(other.reason() == errc::precondition_failed);
    CHECK_FALSE(says(other, "put_if_match"));
    CHECK(says(s3::not_that_version(failed(412, document("PreconditionFailed"), of_ceph), etag_form::quoted), "put_if_match"));
    CHECK_FALSE(says(s3::not_that_version(failed(412, document("PreconditionFailed"), of_ceph), etag_form::bare), "put_if_match"));
}

TEST_CASE("errors: not HTTP at the other end") {
    s3::place where;
    where.host = "127.0.0.1:22";
    CHECK(says(s3::about_place(failure(errc::protocol, "bad status line"), where), "is 127.0.0.1:22 an S3 endpoint?"));
    CHECK_FALSE(says(s3::about_place(failure(errc::unreachable, "refused"), where), "S3"));
}

TEST_CASE("errors: a 400 without the end of its document may be anything, other statuses say enough") {
    for (int const status : {400, 403, 404, 412, 503}) {
        s3::refusal cut = s3::read_refusal(head_of(status), "");
        cut.cut = true;
        s3::refusal whole = cut;
        whole.cut = false;
        bool const same = s3::outcome_of(cut, sent()) == s3::outcome_of(whole, sent());
        CHECK(same == (status != 400));
    }
    s3::refusal cut;
    cut.status = 400;
    cut.cut = true;
    CHECK(s3::outcome_of(cut, sent()) == retry::outcome::turned_away);
    CHECK(s3::failure_of(cut, sent()).reason() == errc::connection_lost);
    CHECK(s3::failure_of(cut, sent()).info().status == 400);
}
