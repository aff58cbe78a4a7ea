#include "backend/azure/batch.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace sluice;
using azure::key_fate;

namespace {

/// The parts of an answer, as the service writes them.
std::string answer_of(std::vector<std::string> const& parts) {
    std::string text;
    for (std::string const& part : parts) text += "--batchresponse_1\r\nContent-Type: application/http\r\n" + part + "\r\n";
    return text + "--batchresponse_1--";
}

key_fate fate(int status, char const* code) {
    azure::batch_answer one;
    one.status = status;
    one.why.status = status;
    one.why.code = code;
    std::optional<failure> why;
    key_fate const found = azure::fate_of(one, azure::sent_as(), why);
    CHECK((found == key_fate::refused) == why.has_value());
    return found;
}

failure refusal_of(int status, errc reason, std::string code) {
    failure f(reason, "x");
    f.info().status = status;
    f.info().service_code = std::move(code);
    return f;
}

}  // namespace

TEST_CASE("azure batch: the body is Microsoft's own example, in form") {
    // "Blob Batch", the sample request.
    std::vector<http::request> parts(2);
    for (std::size_t i = 0; i < 2; ++i) {
        parts[i].method = "DELETE";
        parts[i].target = "/container/blob" + std::to_string(i);
        parts[i].headers.add("Host", "myaccount.blob.core.windows.net");
        parts[i].headers.add("x-ms-date", "Thu, 14 Jun 2018 16:46:54 GMT");
        parts[i].headers.add("Authorization", "SharedKey account:signature");
    }
    azure::batch_body body("batch_357de4f7");
    for (http::request const& part : parts) CHECK(body.add(part));
    CHECK(body.content_type() == "multipart/mixed; boundary=batch_357de4f7");
    CHECK(body.take() ==
          "--batch_357de4f7\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\nContent-ID: 0\r\n\r\n"
          "DELETE /container/blob0 HTTP/1.1\r\nx-ms-date: Thu, 14 Jun 2018 16:46:54 GMT\r\n"
          "Authorization: SharedKey account:signature\r\nContent-Length: 0\r\n\r\n"
          "--batch_357de4f7\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\nContent-ID: 1\r\n\r\n"
          "DELETE /container/blob1 HTTP/1.1\r\nx-ms-date: Thu, 14 Jun 2018 16:46:54 GMT\r\n"
          "Authorization: SharedKey account:signature\r\nContent-Length: 0\r\n\r\n"
          "--batch_357de4f7--\r\n");
}

TEST_CASE("azure batch: a batch has room for 256 requests, and for 4 MiB") {
    http::request part;
    part.method = "DELETE";
    part.target = "/container/k";
    for (auto const& [secret, room] : {std::pair(std::size_t(10), 256u), std::pair(std::size_t(1) << 20, 3u)}) {
        part.headers.clear();
        part.headers.add("Authorization", "Bearer " + std::string(secret, 'x'));
        azure::batch_body body("b");
        unsigned taken = 0;
        while (body.add(part)) ++taken;
        CHECK(taken == room);
        std::string const text = body.take();
        CHECK(text.size() <= azure::batch_size_limit);
        CHECK(text.ends_with("\r\n\r\n--b--\r\n"));
    }
}

TEST_CASE("azure batch: each answer belongs to its request, whatever the order, and what has none stays unanswered") {
    auto const read = azure::parse_batch(
        answer_of({"Content-ID: 2\r\n\r\nHTTP/1.1 404 The specified blob does not exist.\r\nx-ms-error-code: BlobNotFound\r\n"
                   "Content-Length: 216\r\nContent-Type: application/xml\r\n\r\n\xef\xbb\xbf<?xml version=\"1.0\" encoding=\"utf-8\"?>"
                   "<Error><Code>BlobNotFound</Code><Message>gone\nRequestId:1</Message></Error>",
                   "Content-ID: 0\r\n\r\nHTTP/1.1 202 Accepted\r\nx-ms-version: 2018-11-09\r\n"}),
        3);
    REQUIRE(read.has_value());
    REQUIRE(read->size() == 3);
    CHECK((*read)[0].status == 202);
    CHECK((*read)[1].status == 0);
    CHECK((*read)[2].status == 404);
    CHECK((*read)[2].why.code == "BlobNotFound");
    CHECK((*read)[2].why.message == "gone");
}

TEST_CASE("azure batch: what belongs to no request is passed over, and what is no answer is refused") {
    for (char const* const part : {"\r\nHTTP/1.1 403 Denied\r\n", "Content-ID: 7\r\n\r\nHTTP/1.1 202 Accepted\r\n", "Content-ID: x\r\n\r\n",
                                   "Content-ID: 0\r\n\r\nno HTTP", "Content-ID: 0", ""}) {
        auto const read = azure::parse_batch(answer_of({part}), 1);
        REQUIRE_MESSAGE(read.has_value(), part);
        CHECK_MESSAGE((*read)[0].status == 0, part);
    }
    std::string const one = "Content-ID: 0\r\n\r\nHTTP/1.1 202 Accepted\r\n";
    std::string cut = answer_of({one});
    cut.resize(cut.size() - 10);
    for (std::string const& bad :
         {std::string(), std::string("<html>"), std::string("--"), std::string("--x"), std::string("--x\r\n--"), "x" + one, cut}) {
        auto const read = azure::parse_batch(bad, 1);
        REQUIRE_MESSAGE(read.has_error(), bad);
        CHECK(read.error().reason() == errc::protocol);
    }
}

TEST_CASE("azure batch: a request that is answered twice has no answer, however often, and the others keep theirs") {
    std::string const one = "Content-ID: 0\r\n\r\nHTTP/1.1 202 Accepted\r\n", two = "Content-ID: 1\r\n\r\nHTTP/1.1 202 Accepted\r\n";
    for (auto const& parts : {std::vector{one, two, one}, std::vector{one, one, two, one}}) {
        auto const read = azure::parse_batch(answer_of(parts), 2);
        REQUIRE(read.has_value());
        CHECK((*read)[0].status == 0);
        CHECK((*read)[1].status == 202);
    }
}

TEST_CASE("azure batch: what becomes of a key") {
    CHECK(fate(0, "") == key_fate::alone);
    CHECK(fate(202, "") == key_fate::removed);
    CHECK(fate(200, "") == key_fate::alone);
    CHECK(fate(307, "") == key_fate::alone);
    CHECK(fate(404, "BlobNotFound") == key_fate::removed);
    CHECK(fate(403, "AuthorizationPermissionMismatch") == key_fate::refused);
    CHECK(fate(412, "LeaseIdMissing") == key_fate::refused);
    CHECK(fate(409, "BlobImmutableDueToPolicy") == key_fate::refused);
    CHECK(fate(503, "ServerBusy") == key_fate::alone);
    CHECK(fate(500, "InternalError") == key_fate::alone);
    CHECK(fate(403, "AuthenticationFailed") == key_fate::alone);
    CHECK(fate(404, "ContainerNotFound") == key_fate::alone);
}

TEST_CASE("azure batch: what refuses batches, and what fails whatever is sent") {
    CHECK(azure::refuses_batches(refusal_of(409, errc::unsupported, "FeatureNotYetSupportedForHierarchicalNamespaceAccounts")));
    CHECK(azure::refuses_batches(refusal_of(403, errc::unauthenticated, "AuthenticationFailed")));  // as of a SAS of a folder
    CHECK(azure::refuses_batches(refusal_of(404, errc::not_found, "ResourceNotFound")));
    CHECK(azure::refuses_batches(refusal_of(501, errc::unsupported, "NotImplemented")));
    CHECK(azure::refuses_batches(refusal_of(400, errc::invalid_argument, "InvalidQueryParameterValue")));
    CHECK(azure::refuses_batches(refusal_of(405, errc::unsupported, "UnsupportedHttpVerb")));
    CHECK(azure::refuses_batches(refusal_of(403, errc::permission_denied, "AuthorizationResourceTypeMismatch")));
    CHECK_FALSE(azure::refuses_batches(refusal_of(404, errc::not_found, "ContainerNotFound")));
    CHECK_FALSE(azure::refuses_batches(refusal_of(409, errc::precondition_failed, "ContainerBeingDeleted")));
    CHECK_FALSE(azure::refuses_batches(refusal_of(401, errc::unauthenticated, "InvalidAuthenticationInfo")));
    CHECK_FALSE(azure::refuses_batches(refusal_of(429, errc::throttled, "")));
    CHECK_FALSE(azure::refuses_batches(refusal_of(500, errc::server, "InternalError")));
    CHECK_FALSE(azure::refuses_batches(refusal_of(503, errc::throttled, "ServerBusy")));
    CHECK_FALSE(azure::refuses_batches(refusal_of(0, errc::connection_lost, "")));
}
