#include "backend/azure/errors.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace sluice;
using azure::sent_as;

namespace {

using fields_of_answer = std::vector<std::pair<std::string_view, std::string_view>>;

http::response_head head_of(int status, fields_of_answer const& fields = {}) {
    http::response_head head;
    head.status = status;
    for (auto const& [name, value] : fields) head.headers.add(name, value);
    return head;
}

std::string document(std::string_view code) {
    return "\xef\xbb\xbf<?xml version=\"1.0\" encoding=\"utf-8\"?><Error><Code>" + std::string(code) +
           "</Code><Message>the message\nRequestId:x\nTime:2024-01-01T00:00:00Z</Message></Error>";
}

sent_as by(sent_as::by how) {
    sent_as as;
    as.how = how;
    as.at = std::chrono::system_clock::time_point(std::chrono::seconds(784111777));  // Sun, 06 Nov 1994 08:49:37 GMT
    return as;
}

}  // namespace

TEST_CASE("azure errors: the code of a header, or of a document behind a byte order mark") {
    auto const of_document = azure::read_refusal(head_of(404, {{"x-ms-request-id", "id"}}), document("BlobNotFound"));
    CHECK(of_document.code == "BlobNotFound");
    CHECK(of_document.message == "the message");
    CHECK(of_document.request_id == "id");
    auto const of_header = azure::read_refusal(head_of(404, {{"x-ms-error-code", "ContainerNotFound"}}), {});
    CHECK(of_header.code == "ContainerNotFound");
    CHECK(azure::failure_of(of_header, by(sent_as::by::key)).reason() == errc::not_found);
    auto const of_page = azure::read_refusal(head_of(502), "<html>Bad gateway sig=canary</html>");
    CHECK(of_page.code.empty());
    CHECK(of_page.message.find("canary") == std::string::npos);
}

TEST_CASE("azure errors: what each answer means, and whether it is worth another attempt") {
    struct row {
        int status;
        char const* code;
        errc reason;
        retry::outcome outcome;
    };
    using enum retry::outcome;
    for (row const& r :
         {row{404, "BlobNotFound", errc::not_found, final_answer}, row{409, "BlobAlreadyExists", errc::already_exists, final_answer},
          row{412, "ConditionNotMet", errc::precondition_failed, final_answer},
          row{304, "ConditionNotMet", errc::not_modified, final_answer},
          row{416, "InvalidRange", errc::range_not_satisfiable, final_answer}, row{503, "ServerBusy", errc::throttled, turned_away},
          row{500, "OperationTimedOut", errc::server, server_busy}, row{500, "InternalError", errc::server, server_busy},
          row{429, "", errc::throttled, turned_away}, row{400, "Md5Mismatch", errc::checksum_mismatch, turned_away},
          row{400, "Crc64Mismatch", errc::checksum_mismatch, turned_away},
          row{403, "AuthenticationFailed", errc::unauthenticated, final_answer},
          row{403, "AuthorizationPermissionMismatch", errc::permission_denied, final_answer},
          row{400, "InvalidBlockList", errc::precondition_failed, final_answer},
          row{409, "ContainerBeingDeleted", errc::precondition_failed, conflict},
          row{409, "LeaseAlreadyPresent", errc::precondition_failed, final_answer}, row{307, "", errc::protocol, final_answer},
          row{400, "SomethingNew", errc::invalid_argument, final_answer}}) {
        auto const refusal = azure::read_refusal(head_of(r.status, {{"x-ms-error-code", r.code}}), {});
        CHECK_MESSAGE(azure::failure_of(refusal, by(sent_as::by::key)).reason() == r.reason, r.code);
        CHECK_MESSAGE(azure::outcome_of(refusal, by(sent_as::by::key)) == r.outcome, r.code);
    }
}

TEST_CASE("azure errors: a clock that is off, and a token that has expired, can be mended") {
    auto const skewed =
        azure::read_refusal(head_of(403, {{"x-ms-error-code", "AuthenticationFailed"}, {"Date", "Sun, 06 Nov 1994 10:49:37 GMT"}}), {});
    CHECK(azure::outcome_of(skewed, by(sent_as::by::key)) == retry::outcome::clock_skewed);
    CHECK(azure::outcome_of(skewed, by(sent_as::by::signature)) == retry::outcome::final_answer);  // it was made elsewhere
    auto const expired = azure::read_refusal(head_of(401, {{"x-ms-error-code", "InvalidAuthenticationInfo"}}), {});
    CHECK(azure::outcome_of(expired, by(sent_as::by::token)) == retry::outcome::expired_credentials);
    CHECK(azure::outcome_of(expired, by(sent_as::by::key)) == retry::outcome::final_answer);
}
