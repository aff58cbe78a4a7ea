#include "retry/classify.hpp"

#include <doctest/doctest.h>

using namespace sluice;
using namespace sluice::retry;
using namespace std::literals;

TEST_CASE("failures of the transport") {
    struct {
        errc reason;
        bool sent;
        outcome wanted;
    } const table[] = {
        {errc::unreachable, false, outcome::not_sent},
        {errc::unreachable, true, outcome::lost},
        {errc::connection_lost, false, outcome::not_sent},
        {errc::connection_lost, true, outcome::lost},
        {errc::timed_out, false, outcome::not_sent},
        {errc::timed_out, true, outcome::timed_out_after_send},
        {errc::truncated, true, outcome::damaged_body},
        {errc::checksum_mismatch, true, outcome::damaged_body},
        {errc::protocol, true, outcome::final_answer},
        {errc::protocol, false, outcome::final_answer},
        {errc::untrusted_peer, false, outcome::final_answer},
        {errc::cancelled, false, outcome::final_answer},
        {errc::invalid_argument, false, outcome::final_answer},
        {errc::io, true, outcome::final_answer},
    };
    for (auto const& row : table) {
        failure f(row.reason, "");
        f.sent(row.sent);
        CAPTURE(to_string(row.reason));
        CHECK(classify(f) == row.wanted);
    }
}

TEST_CASE("answers of the service: status and code") {
    struct {
        int status;
        std::string_view code;
        outcome wanted;
        errc reason;
    } const table[] = {
        {404, "NoSuchKey", outcome::final_answer, errc::not_found},
        {404, "NoSuchBucket", outcome::final_answer, errc::not_found},
        {404, "NoSuchUpload", outcome::final_answer, errc::not_found},
        {404, "", outcome::final_answer, errc::not_found},
        {410, "", outcome::final_answer, errc::not_found},
        {403, "AccessDenied", outcome::final_answer, errc::permission_denied},
        {403, "", outcome::final_answer, errc::permission_denied},
        {403, "InvalidAccessKeyId", outcome::final_answer, errc::unauthenticated},
        {403, "SignatureDoesNotMatch", outcome::final_answer, errc::unauthenticated},
        {403, "RequestTimeTooSkewed", outcome::clock_skewed, errc::unauthenticated},
        {400, "ExpiredToken", outcome::expired_credentials, errc::unauthenticated},
        {403, "InvalidToken", outcome::expired_credentials, errc::unauthenticated},
        {401, "", outcome::expired_credentials, errc::unauthenticated},
        {401, "SomethingElse", outcome::expired_credentials, errc::unauthenticated},
        {304, "", outcome::final_answer, errc::not_modified},
        {412, "PreconditionFailed", outcome::final_answer, errc::precondition_failed},
        {412, "", outcome::final_answer, errc::precondition_failed},
        {409, "ConditionalRequestConflict", outcome::conflict, errc::precondition_failed},
        {409, "OperationAborted", outcome::conflict, errc::precondition_failed},
        {409, "BucketAlreadyExists", outcome::final_answer, errc::already_exists},
        {409, "BucketNotEmpty", outcome::final_answer, errc::precondition_failed},
        {409, "", outcome::final_answer, errc::already_exists},
        {416, "InvalidRange", outcome::final_answer, errc::range_not_satisfiable},
        {416, "", outcome::final_answer, errc::range_not_satisfiable},
        {405, "", outcome::final_answer, errc::unsupported},
        {501, "NotImplemented", outcome::final_answer, errc::unsupported},
        {501, "", outcome::final_answer, errc::unsupported},
        {429, "", outcome::turned_away, errc::throttled},
        {503, "SlowDown", outcome::turned_away, errc::throttled},
        {503, "SlowDownRead", outcome::turned_away, errc::throttled},
        {503, "ServiceUnavailable", outcome::server_busy, errc::throttled},
        {503, "XMinioServerNotInitialized", outcome::server_busy, errc::throttled},
        {503, "", outcome::server_busy, errc::throttled},
        {400, "RequestTimeout", outcome::turned_away, errc::timed_out},
        {408, "", outcome::turned_away, errc::timed_out},
        {400, "BadDigest", outcome::turned_away, errc::checksum_mismatch},
        {400, "IncompleteBody", outcome::turned_away, errc::truncated},
        {500, "InternalError", outcome::server_busy, errc::server},
        {500, "", outcome::server_busy, errc::server},
        {502, "", outcome::server_busy, errc::server},
        {504, "", outcome::server_busy, errc::server},
        {505, "", outcome::final_answer, errc::server},
        {507, "", outcome::final_answer, errc::no_space},
        {403, "QuotaExceeded", outcome::final_answer, errc::no_space},
        {507, "XMinioStorageFull", outcome::final_answer, errc::no_space},
        {400, "InvalidArgument", outcome::final_answer, errc::invalid_argument},
        {400, "", outcome::final_answer, errc::invalid_argument},
        {418, "", outcome::final_answer, errc::invalid_argument},
        {400, "AuthorizationHeaderMalformed", outcome::wrong_region, errc::unauthenticated},
        {301, "PermanentRedirect", outcome::wrong_region, errc::invalid_argument},
        {301, "", outcome::wrong_region, errc::invalid_argument},
        {302, "", outcome::wrong_region, errc::invalid_argument},
        {307, "", outcome::wrong_region, errc::invalid_argument},
        {308, "", outcome::wrong_region, errc::invalid_argument},
        // An error inside a 200, as CompleteMultipartUpload and CopyObject send it.
        {200, "InternalError", outcome::server_busy, errc::server},
        {200, "SlowDown", outcome::turned_away, errc::throttled},
        {200, "InvalidPart", outcome::final_answer, errc::invalid_argument},
        {200, "NeverHeardOf", outcome::final_answer, errc::server},
        {200, "", outcome::final_answer, errc::protocol},
        {199, "", outcome::final_answer, errc::protocol},
        {0, "", outcome::final_answer, errc::protocol},
        {600, "", outcome::final_answer, errc::protocol},
        {399, "", outcome::final_answer, errc::protocol},
        // No prefix of a code, no other letter case.
        {404, "NoSuchKe", outcome::final_answer, errc::not_found},
        {400, "slowdown", outcome::final_answer, errc::invalid_argument},
    };
    for (auto const& row : table) {
        CAPTURE(row.status);
        CAPTURE(row.code);
        CHECK(classify(row.status, row.code) == row.wanted);
        CHECK(to_string(reason_of(row.status, row.code)) == to_string(row.reason));
    }
}

TEST_CASE("Retry-After: seconds, dates, and garbage") {
    auto const now = std::chrono::system_clock::time_point(std::chrono::seconds(784111777));
    CHECK(parse_retry_after("0", now) == 0s);
    CHECK(parse_retry_after(" 120 ", now) == 120s);
    CHECK(parse_retry_after("Sun, 06 Nov 1994 08:49:40 GMT", now) == 3s);
    CHECK(parse_retry_after("Sun, 06 Nov 1994 08:49:00 GMT", now) == 0s);
    auto const huge = parse_retry_after("99999999999999999999999999999", now);
    REQUIRE(huge.has_value());
    CHECK(*huge > std::chrono::hours(24 * 365 * 200));
    for (char const* garbage : {"", " ", "-1", "+1", "1.5", "1s", "soon", "0x10", "1 2", "Sun, 06 Nov 1994"}) {
        CAPTURE(garbage);
        CHECK_FALSE(parse_retry_after(garbage, now).has_value());
    }
}
