#include "backend/gcs/request.hpp"

#include "codec/json.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

using namespace sluice;

namespace {

std::string text_of(payload const& body) {
    std::string text;
    for (bytes const& piece : body.pieces()) text += piece.text();
    return text;
}

/// The head as it would go out, without what sending adds.
std::string head_of(gcs::recipe const& r) {
    http::request request;
    cloud::render(r, "gcs.test", r.path, request);
    std::string text = std::string(request.method) + ' ' + request.target;
    for (std::size_t i = 1; i < request.headers.size(); ++i)
        text += '\n' + std::string(request.headers[i].name) + ": " + std::string(request.headers[i].value);
    return text;
}

}  // namespace

TEST_CASE("gcs requests: keys are encoded whole, slashes too") {
    CHECK(gcs::object_path("b", "a/b c") == "/storage/v1/b/b/o/a%2Fb%20c");
    CHECK(gcs::object_path("b", "a+b?c#d%20") == "/storage/v1/b/b/o/a%2Bb%3Fc%23d%2520");
    CHECK(gcs::object_path("b", "../x") == "/storage/v1/b/b/o/..%2Fx");
    CHECK(gcs::object_path("b", "\xc3\xa4") == "/storage/v1/b/b/o/%C3%A4");
}

TEST_CASE("gcs requests: reading") {
    customer_key const none;
    CHECK(head_of(gcs::head_recipe("b", "k", {}, none)) == "GET /storage/v1/b/b/o/k");
    CHECK(head_of(gcs::head_recipe("b", "k", "12", none)) == "GET /storage/v1/b/b/o/k?generation=12");
    CHECK(head_of(gcs::read_recipe("b", "k", byte_range::bounded(3, 5), "12", none)) ==
          "GET /storage/v1/b/b/o/k?generation=12&alt=media\nRange: bytes=3-7\nAccept-Encoding: gzip");
    CHECK(head_of(gcs::read_recipe("b", "k", byte_range::whole(), {}, none)) == "GET /storage/v1/b/b/o/k?alt=media\nAccept-Encoding: gzip");
    CHECK(head_of(gcs::delete_recipe("b", "k")) == "DELETE /storage/v1/b/b/o/k");
    CHECK(head_of(gcs::delete_recipe("b", "k", "9")) == "DELETE /storage/v1/b/b/o/k?generation=9");
}

TEST_CASE("gcs requests: a customer's key and its digest") {
    customer_key const key(std::string(32, 'k'));
    std::string const head = head_of(gcs::head_recipe("b", "k", {}, key));
    CHECK(head.find("x-goog-encryption-algorithm: AES256") != head.npos);
    CHECK(head.find("x-goog-encryption-key: a2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2s=") != head.npos);
    CHECK(head.find("x-goog-encryption-key-sha256: ") != head.npos);
}

TEST_CASE("gcs requests: listings") {
    list_options options;
    CHECK(head_of(gcs::list_recipe("b", "p/", options).value()) == "GET /storage/v1/b/b/o?maxResults=1000&prefix=p%2F");
    options.delimiter = "/";
    options.next = "a b";
    options.max_keys = 5000;
    options.owners = true;
    options.start_after = "s";
    CHECK(head_of(gcs::list_recipe("b", {}, options).value()) ==
          "GET /storage/v1/b/b/o?delimiter=%2F&maxResults=1000&pageToken=a%20b&projection=full&startOffset=s%01");
    options.start_after = std::string(1024, 's');
    CHECK(gcs::list_recipe("b", {}, options).value().query.ends_with("s"));
    options.max_keys = 0;
    CHECK(gcs::list_recipe("b", {}, options).has_error());
    CHECK(gcs::list_recipe("b", "\xff", list_options()).has_error());
}

TEST_CASE("gcs requests: what a write asks of what is there") {
    CHECK(gcs::target_condition().query.empty());
    CHECK(gcs::target_condition::absent().query == "ifGenerationMatch=0");
    CHECK(gcs::target_condition::present().query == "ifGenerationNotMatch=0");
    CHECK(gcs::target_condition::exactly("7", "2").query == "ifGenerationMatch=7&ifMetagenerationMatch=2");
    put_options options;
    options.keeping.acl = "publicRead";
    options.keeping.kms_key = "projects/p/x";
    CHECK(gcs::put_query(options, gcs::target_condition::absent()) ==
          "ifGenerationMatch=0&kmsKeyName=projects%2Fp%2Fx&predefinedAcl=publicRead");
}

TEST_CASE("gcs requests: the resource of an object") {
    put_options options;
    CHECK(gcs::resource_of("k", options, {}, {}) == R"({"name":"k"})");
    options.attributes.content_type = "text/plain";
    options.attributes.cache_control = "no-cache";
    options.attributes.metadata = {{"Colour", "dark \"blue\""}};
    options.keeping.storage_class = "NEARLINE";
    options.keeping.legal_hold = true;
    options.keeping.lock_mode = "Locked";
    options.keeping.retain_until = wall_time(std::chrono::seconds(1'700'000'000));
    auto const read = codec::json_document::parse(gcs::resource_of("a\"b\\", options, "AAAAAA==", "id"), 1 << 20).value();
    CHECK(read.text({"name"}) == "a\"b\\");
    CHECK(read.text({"contentType"}) == "text/plain");
    CHECK(read.text({"cacheControl"}) == "no-cache");
    CHECK(read.text({"crc32c"}) == "AAAAAA==");
    CHECK(read.text({"storageClass"}) == "NEARLINE");
    CHECK(read.boolean({"temporaryHold"}) == true);
    CHECK(read.text({"retention", "mode"}) == "Locked");
    CHECK(read.text({"retention", "retainUntilTime"}) == "2023-11-14T22:13:20.000Z");
    CHECK(read.text({"metadata", "colour"}) == "dark \"blue\"");
    CHECK(read.text({"metadata", "sluice-put"}) == "id");
}

TEST_CASE("gcs requests: metadata and data in one body") {
    put_options options;
    options.attributes.content_type = "text/x";
    payload const data(std::vector<bytes>{bytes::copy_of("da"), bytes::copy_of("ta")});
    gcs::recipe const r = gcs::multipart_recipe("b", "{}", data, options, gcs::target_condition::absent(), "line");
    CHECK(head_of(r) ==
          "POST /upload/storage/v1/b/b/o?uploadType=multipart&ifGenerationMatch=0\n"
          "Content-Type: multipart/related; boundary=line");
    CHECK(text_of(r.body) ==
          "--line\r\nContent-Type: application/json; charset=UTF-8\r\n\r\n{}\r\n"
          "--line\r\nContent-Type: text/x\r\n\r\ndata\r\n--line--\r\n");
    CHECK(text_of(gcs::multipart_recipe("b", "{}", payload(), put_options(), {}, "l").body)
              .ends_with("--l\r\nContent-Type: application/octet-stream\r\n\r\n\r\n--l--\r\n"));
}
