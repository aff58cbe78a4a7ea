#include "backend/gcs/errors.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

using namespace sluice;
using retry::outcome;

namespace {

http::response_head head_of(int status) {
    http::response_head head;
    head.status = status;
    head.headers.add("X-GUploader-UploadID", "upload-id");
    return head;
}

std::string document(int status, std::string_view reason, std::string_view message = "the message") {
    return R"({"error":{"code":)" + std::to_string(status) + R"(,"message":")" + std::string(message) +
           R"(","errors":[{"message":"the message","domain":"global","reason":")" + std::string(reason) + R"("}]}})";
}

gcs::refusal refused(int status, std::string body) { return gcs::read_refusal(head_of(status), std::move(body)); }

bool says(failure const& f, std::string_view text) { return f.info().detail.find(text) != std::string::npos; }

}  // namespace

TEST_CASE("gcs errors: a document becomes context and advice") {
    failure const f = gcs::failure_of(refused(404, document(404, "notFound")), false);
    CHECK(f.reason() == errc::not_found);
    CHECK(f.info().status == 404);
    CHECK(f.info().service_code == "notFound");
    CHECK(f.info().service_message == "the message");
    CHECK(f.info().request_id == "upload-id");
    CHECK(says(f, "no such object"));
    CHECK(says(gcs::failure_of(refused(403, document(403, "forbidden")), true), "give credentials"));
    CHECK(says(gcs::failure_of(refused(403, document(403, "forbidden")), false), "roles"));
}

TEST_CASE("gcs errors: what is no document is shown, and only its printable beginning") {
    gcs::refusal const plain = refused(404, "No such object: bucket/key");
    CHECK(plain.code.empty());
    CHECK(plain.message == "No such object: bucket/key");
    CHECK(gcs::failure_of(plain, false).reason() == errc::not_found);
    CHECK(refused(502, std::string(1000, 'x') + "\n").message.size() == 200);
    CHECK(refused(500, R"({"error":"a text"})").message == R"({"error":"a text"})");
    CHECK(refused(500, R"({"error":{"code":500,"message":"m","status":"INTERNAL"}})").code == "INTERNAL");
    CHECK(refused(500, {}).message.empty());
}

TEST_CASE("gcs errors: rows of the retry table and reasons") {
    struct row {
        int status;
        std::string_view reason;
        outcome what;
        errc why;
    };
    row const rows[] = {
        {400, "invalid", outcome::final_answer, errc::invalid_argument},
        {401, "authError", outcome::expired_credentials, errc::unauthenticated},
        {403, "forbidden", outcome::final_answer, errc::permission_denied},
        {403, "rateLimitExceeded", outcome::turned_away, errc::throttled},
        {403, "userRateLimitExceeded", outcome::turned_away, errc::throttled},
        {403, "quotaExceeded", outcome::turned_away, errc::throttled},
        {404, "notFound", outcome::final_answer, errc::not_found},
        {408, "requestTimeout", outcome::turned_away, errc::timed_out},
        {409, "conflict", outcome::final_answer, errc::precondition_failed},
        {410, "gone", outcome::final_answer, errc::not_found},
        {412, "conditionNotMet", outcome::final_answer, errc::precondition_failed},
        {416, "requestedRangeNotSatisfiable", outcome::final_answer, errc::range_not_satisfiable},
        {429, "rateLimitExceeded", outcome::turned_away, errc::throttled},
        {500, "backendError", outcome::server_busy, errc::server},
        {502, "badGateway", outcome::server_busy, errc::server},
        {503, "backendError", outcome::server_busy, errc::throttled},
        {504, "gatewayTimeout", outcome::server_busy, errc::server},
        {307, "redirect", outcome::final_answer, errc::protocol},
    };
    for (row const& r : rows) {
        gcs::refusal const said = refused(r.status, document(r.status, r.reason));
        CHECK_MESSAGE(gcs::outcome_of(said, false) == r.what, r.status, r.reason);
        CHECK_MESSAGE(gcs::failure_of(said, false).reason() == r.why, r.status, r.reason);
    }
    CHECK(gcs::outcome_of(refused(401, document(401, "required")), true) == outcome::final_answer);
}

TEST_CASE("gcs errors: nobody who pays has a name of its own") {
    std::string const message = "Bucket is a requester pays bucket but no user project provided.";
    failure const f = gcs::failure_of(refused(400, document(400, "required", message)), false);
    CHECK(f.info().service_code == "UserProjectMissing");
    CHECK(says(f, "gcs_settings::user_project"));
}

TEST_CASE("gcs errors: a body that was damaged on its way is sent again") {
    gcs::refusal const said = refused(400, R"(Provided CRC32C "AAAAAA==" doesn't match calculated CRC32C "BBBBBB==".)");
    CHECK(gcs::outcome_of(said, false) == outcome::turned_away);
    CHECK(gcs::failure_of(said, false).reason() == errc::checksum_mismatch);
}

TEST_CASE("gcs errors: a 400 that broke off says nothing, and was a refusal") {
    gcs::refusal cut = refused(400, {});
    cut.cut = true;
    CHECK(gcs::outcome_of(cut, false) == outcome::turned_away);
    CHECK(gcs::failure_of(cut, false).reason() == errc::connection_lost);
}

TEST_CASE("gcs errors: a 412 of a create-only write is an object that is there") {
    failure const f = gcs::already_there(gcs::failure_of(refused(412, document(412, "conditionNotMet")), false));
    CHECK(f.reason() == errc::already_exists);
}
