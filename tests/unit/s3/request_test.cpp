#include "backend/s3/request.hpp"

#include "backend/s3/endpoint.hpp"
#include "backend/s3/multipart.hpp"
#include "base/hash.hpp"
#include "codec/xml.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

using namespace sluice;
using namespace std::string_literals;

namespace {

s3::place here() {
    s3::place p;
    p.region = "us-east-1";
    p.host = "127.0.0.1:9000";
    p.path = "/bucket/";
    return p;
}

/// The head as it would go out, without what sending and signing add.
std::string text_of(s3::recipe const& recipe, s3::place const& where = here()) {
    http::request r;
    cloud::render(recipe, where.host, where.path, r);
    std::string text = std::string(r.method) + ' ' + r.target + '\n';
    for (std::size_t i = 0; i < r.headers.size(); ++i)
        text += std::string(r.headers[i].name) + ": " + std::string(r.headers[i].value) + '\n';
    return text;
}

std::string target_of(std::string const& key) {
    http::request r;
    cloud::render(s3::delete_recipe(key), here().host, here().path, r);
    return r.target;
}

wall_time const moment = wall_time(std::chrono::seconds(784111777));  // Sun, 06 Nov 1994 08:49:37 GMT

std::vector<s3::removal> removals(std::vector<object_key> const& keys) {
    std::vector<s3::removal> what;
    for (object_key const& key : keys) what.emplace_back(key);
    return what;
}

}  // namespace

TEST_CASE("request: a plain read") {
    CHECK(text_of(s3::read_recipe("folder/key", byte_range::bounded(10, 5), get_options())) ==
          "GET /bucket/folder/key\nHost: 127.0.0.1:9000\nRange: bytes=10-14\n");
    CHECK(text_of(s3::read_recipe("k", byte_range::whole(), get_options())) == "GET /bucket/k\nHost: 127.0.0.1:9000\n");
}

TEST_CASE("request: conditions and version of a read") {
    get_options o;
    o.if_match = "abc";
    o.if_none_match = "\"def\"";
    o.if_modified_since = moment;
    o.if_unmodified_since = moment;
    o.version = "v/1+=";
    CHECK(text_of(s3::read_recipe("k", byte_range::from(7), o)) ==
          "GET /bucket/k?versionId=v%2F1%2B%3D\nHost: 127.0.0.1:9000\nRange: bytes=7-\nIf-Match: \"abc\"\nIf-None-Match: \"def\"\n"
          "If-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT\nIf-Unmodified-Since: Sun, 06 Nov 1994 08:49:37 GMT\n");
    head_options h;
    h.if_none_match = "*";
    h.version = "x";
    CHECK(text_of(s3::head_recipe("k", h)) == "HEAD /bucket/k?versionId=x\nHost: 127.0.0.1:9000\nIf-None-Match: *\n");
}

TEST_CASE("request: the memory of the last request leaves no trace") {
    http::request r;
    get_options o;
    o.if_match = "abc";
    cloud::render(s3::read_recipe("a/long/key", byte_range::last(9), o), here().host, here().path, r);
    cloud::render(s3::read_recipe("k", byte_range::whole(), get_options()), here().host, here().path, r);
    CHECK(r.target == "/bucket/k");
    CHECK(r.headers.size() == 1);
}

TEST_CASE("request: keys are literal") {
    CHECK(target_of("a/./b/../c") == "/bucket/a/./b/../c");
    CHECK(target_of("//x//") == "/bucket///x//");
    CHECK(target_of(".") == "/bucket/.");
    CHECK(target_of("%41+ ?#&=") == "/bucket/%2541%2B%20%3F%23%26%3D");
    CHECK(target_of("\r\n\t\x7f") == "/bucket/%0D%0A%09%7F");
    CHECK(target_of("caf\xc3\xa9~_-") == "/bucket/caf%C3%A9~_-");
}

TEST_CASE("request: put with attributes") {
    put_options o;
    o.attributes.content_type = "text/plain";
    o.attributes.content_encoding = "gzip";
    o.attributes.content_language = "de";
    o.attributes.content_disposition = "inline";
    o.attributes.cache_control = "no-store";
    o.attributes.metadata = {{"Owner", "me  too"}, {"empty", ""}};
    o.create_only = true;
    auto const r = s3::put_recipe("k", payload("data"), o, etag_form::quoted);
    REQUIRE(r.has_value());
    CHECK(text_of(*r) ==
          "PUT /bucket/k\nHost: 127.0.0.1:9000\nIf-None-Match: *\nContent-Type: text/plain\nContent-Encoding: gzip\n"
          "Content-Language: de\nContent-Disposition: inline\nCache-Control: no-store\nx-amz-meta-owner: me  too\nx-amz-meta-empty: \n");
    CHECK(r->body.size() == 4);

    put_options replace;
    replace.if_match = "e";
    auto const swap = s3::put_recipe("k", payload(), replace, etag_form::quoted);
    REQUIRE(swap.has_value());
    CHECK(text_of(*swap) == "PUT /bucket/k\nHost: 127.0.0.1:9000\nIf-Match: \"e\"\n");
    replace.create_only = true;
    CHECK(s3::put_recipe("k", payload(), replace, etag_form::quoted).error().reason() == errc::invalid_argument);
    put_options evil;
    evil.attributes.content_type = "a\r\nx-amz-acl: public-read";
    CHECK(s3::put_recipe("k", payload(), evil, etag_form::quoted).error().reason() == errc::invalid_argument);
}

TEST_CASE("request: If-Match of a put in the form the service wants") {
    struct row {
        std::string_view asked, quoted, bare;
    };
    for (row const& one :
         {row{"e1", "\"e1\"", "e1"}, row{"\"e1\"", "\"e1\"", "e1"}, row{"*", "*", "*"}, row{"W/\"e1\"", "W/\"e1\"", "W/\"e1\""},
          row{"\"e1-3\"", "\"e1-3\"", "e1-3"}, row{"\"\"", "\"\"", "\"\""}, row{"\"", "\"", "\""}, row{"", "", ""}}) {
        put_options o;
        o.if_match = one.asked;
        CHECK(s3::put_recipe("k", payload(), o, etag_form::quoted)->if_match == one.quoted);
        CHECK(s3::put_recipe("k", payload(), o, etag_form::bare)->if_match == one.bare);
        auto const none = s3::put_recipe("k", payload(), o, etag_form::none);
        CHECK(none.has_value() == one.asked.empty());
        if (!none) CHECK(none.error().reason() == errc::unsupported);
    }
    put_options create;
    create.create_only = true;
    CHECK(s3::put_recipe("k", payload(), create, etag_form::none).has_value());
}

TEST_CASE("request: listings") {
    list_options o;
    CHECK(text_of(*s3::list_recipe("", o)) == "GET /bucket/?encoding-type=url&list-type=2&max-keys=1000&prefix=\nHost: 127.0.0.1:9000\n");
    o.delimiter = "/";
    o.start_after = "a b";
    o.max_keys = 5000;
    CHECK(text_of(*s3::list_recipe("p/&=", o)) ==
          "GET /bucket/?delimiter=%2F&encoding-type=url&list-type=2&max-keys=1000&prefix=p%2F%26%3D&start-after=a%20b\n"
          "Host: 127.0.0.1:9000\n");
    o.next = "t+/=";
    CHECK(text_of(*s3::list_recipe("p", o)) ==
          "GET /bucket/?continuation-token=t%2B%2F%3D&delimiter=%2F&encoding-type=url&list-type=2&max-keys=1000&prefix=p\n"
          "Host: 127.0.0.1:9000\n");
    o.max_keys = 0;
    CHECK(s3::list_recipe("p", o).error().reason() == errc::invalid_argument);
    CHECK(s3::list_recipe("a\0b"s, list_options()).error().reason() == errc::invalid_argument);
    CHECK(s3::list_recipe("\xff", list_options()).error().reason() == errc::invalid_argument);
}

TEST_CASE("request: a batch removal carries every key as it is") {
    std::vector<object_key> const keys{"a&b", "<c>\"'", "\r\n\t ", "%2F", "]]>", "\xf0\x9f\x98\x80"};
    s3::recipe const r = s3::delete_batch_recipe(removals(keys));
    REQUIRE(r.body.pieces().size() == 1);
    std::string const document(r.body.pieces().front().text());
    CHECK(r.headers.find("Content-MD5") == base::base64_encode(base::md5(r.body.pieces().front().view())));
    CHECK(r.payload_hash == base::hex(base::sha256(document)));
    CHECK(text_of(r).starts_with("POST /bucket/?delete=\n"));
    auto const parsed = codec::xml_document::parse(document, 1 << 20);
    REQUIRE(parsed.has_value());
    std::vector<object_key> came;
    for (auto e = parsed->root().first_child(); e; e = e.next()) came.push_back(e.text_of("Key"));
    CHECK(came == keys);
}

TEST_CASE("request: a batch removal names the versions that are to go") {
    std::vector<s3::removal> const what{s3::removal("a", "v<1>"), s3::removal("b"), s3::removal("a", "null")};
    CHECK(s3::delete_batch_recipe(what).body.pieces().front().text() ==
          "<Delete xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Object><Key>a</Key><VersionId>v&lt;1&gt;</VersionId></Object>"
          "<Object><Key>b</Key></Object><Object><Key>a</Key><VersionId>null</VersionId></Object></Delete>");
    CHECK(text_of(s3::delete_recipe("a", "v/1")).starts_with("DELETE /bucket/a?versionId=v%2F1\n"));
}

TEST_CASE("request: batches have at most 1000 keys and stay under 2 MB") {
    std::vector<s3::removal> const small(2500, s3::removal("key"));
    CHECK(s3::batch_length(small) == 1000);
    CHECK(s3::batch_length(std::span(small).first(7)) == 7);
    CHECK(s3::batch_length({}) == 0);
    std::vector<s3::removal> const large(1000, s3::removal(std::string(1024, '&'), std::string(200, '"')));
    std::size_t const n = s3::batch_length(large);
    CHECK(n > 250);
    CHECK(n < 1000);
    CHECK(s3::delete_batch_recipe(std::span(large).first(n)).body.size() < 2'000'000);
}

TEST_CASE("s3 request: choices of keeping in headers; what cannot be is refused before anything is sent") {
    put_options options;
    options.keeping.tags = {{"a b", "c&d=e"}, {"x", ""}};
    options.keeping.lock_mode = "COMPLIANCE";
    options.keeping.retain_until = wall_time(std::chrono::seconds(1'767'247'200));
    s3::recipe const r = s3::put_recipe("k", payload("d"), options, etag_form::quoted).value();
    CHECK(r.headers.find("x-amz-tagging") == "a%20b=c%26d%3De&x=");
    CHECK(r.headers.find("x-amz-object-lock-mode") == "COMPLIANCE");
    CHECK(r.headers.find("x-amz-object-lock-retain-until-date") == "2026-01-01T06:00:00.000Z");
    CHECK_FALSE(r.headers.find("x-amz-object-lock-legal-hold"));
    CHECK_FALSE(r.headers.find("x-amz-storage-class"));
    s3::recipe const begun = s3::begin_upload_recipe("k", options, etag_form::quoted).value();
    CHECK(begun.headers.find("x-amz-tagging") == "a%20b=c%26d%3De&x=");

    auto const refused = [](auto change) {
        put_options o;
        change(o.keeping);
        return s3::put_recipe("k", payload(), o, etag_form::quoted).error().reason() == errc::invalid_argument;
    };
    CHECK(refused([](keeping& k) { k.storage_class = "A\r\nX: y"; }));
    CHECK(refused([](keeping& k) { k.acl = " public-read"; }));
    CHECK(refused([](keeping& k) { k.kms_key = "k"; }));
    CHECK(refused([](keeping& k) { k.lock_mode = "GOVERNANCE"; }));
    CHECK(refused([](keeping& k) { k.retain_until = wall_time(); }));
    CHECK(refused([](keeping& k) { k.tags = {{"a", "1"}, {"a", "2"}}; }));
    CHECK(refused([](keeping& k) { k.tags = {{"", "1"}}; }));
    CHECK(refused([](keeping& k) { k.tags = {{"\xff", "1"}}; }));
    CHECK(refused([](keeping& k) {
        for (int i = 0; i < 11; ++i) k.tags.emplace_back(std::to_string(i), "");
    }));
}
