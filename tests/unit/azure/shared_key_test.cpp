#include "auth/shared_key.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace sluice;

TEST_CASE("azure shared key: the text to sign is Microsoft's own example") {
    // "Authorize with Shared Key", the example of Get Container Metadata, and that of List Containers.
    http::request request;
    request.target = "/mycontainer?restype=container&comp=metadata&timeout=20";
    request.headers.add("Host", "myaccount.blob.core.windows.net");
    request.headers.add("x-ms-version", "2015-02-21");
    request.headers.add("x-ms-date", "Fri, 26 Jun 2015 23:39:12 GMT");
    CHECK(auth::shared_key_text(request, "myaccount") ==
          "GET\n\n\n\n\n\n\n\n\n\n\n\nx-ms-date:Fri, 26 Jun 2015 23:39:12 GMT\nx-ms-version:2015-02-21\n"
          "/myaccount/mycontainer\ncomp:metadata\nrestype:container\ntimeout:20");
}

TEST_CASE("azure shared key: length, type, range and conditions have lines of their own") {
    http::request request;
    request.method = "PUT";
    request.target = "/devstoreaccount1/c/a%20b?blockid=QQ%3D%3D&comp=block";
    request.headers.add("Content-Type", "text/plain");
    request.headers.add("Content-MD5", "md5");
    request.headers.add("If-Match", "\"e\"");
    request.headers.add("If-None-Match", "*");
    request.headers.add("Range", "bytes=0-9");
    request.headers.add("X-MS-Meta-Name", "  a  b ");
    request.body = payload("0123456789");
    CHECK(auth::shared_key_text(request, "devstoreaccount1") ==
          "PUT\n\n\n10\nmd5\ntext/plain\n\n\n\"e\"\n*\n\nbytes=0-9\nx-ms-meta-name:a  b\n"
          "/devstoreaccount1/devstoreaccount1/c/a%20b\nblockid:QQ==\ncomp:block");
}

TEST_CASE("azure shared key: a value is signed as HMAC-SHA256 of the key's bytes") {
    auto const key = auth::shared_key::make("a", "a2V5");  // "key"
    REQUIRE(key.has_value());
    // RFC 4231's neighbour: HMAC_SHA256("key", "The quick brown fox jumps over the lazy dog").
    CHECK(key->signature("The quick brown fox jumps over the lazy dog") == "97yD9DBThCSxMpjmqm+xQ+9NWaFJRhdZl0edvC0aPNg=");
    http::request request;
    request.target = "/c?restype=container";
    key->sign(request);
    CHECK(request.headers.value_or("Authorization").starts_with("SharedKey a:"));
}

TEST_CASE("azure shared key: a key that is no base64 is refused, and not repeated") {
    for (char const* const bad : {"canary!", "abc", "====", "", "a2V5=", "a2V"}) {
        auto const made = auth::shared_key::make("account", bad);
        REQUIRE(made.has_error());
        CHECK(made.error().reason() == errc::invalid_argument);
        CHECK(made.error().info().detail.find("canary") == std::string::npos);
    }
    CHECK(auth::shared_key::make("", "a2V5").has_error());
}
