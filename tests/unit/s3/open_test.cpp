#include <sluice/open.hpp>

#include <doctest/doctest.h>

#include <filesystem>
#include <string>
#include <string_view>

using namespace sluice;

namespace {

/// Settings that ask nobody: the environment of a test is not its own.
open_settings plain_settings() {
    open_settings s;
    s.s3.endpoint = "http://127.0.0.1:1";
    return s;
}

errc refusal_of(std::string_view uri) {
    try {
        sluice::open(uri, plain_settings());
    } catch (error const& e) {
        CHECK(e.info().operation == "open");
        CHECK(std::string_view(e.what()).find("canary") == std::string_view::npos);
        return e.reason();
    }
    return errc{};
}

}  // namespace

TEST_CASE("open: a store and where in it") {
    opened const s3 = sluice::open("s3://bucket/a/%20/k?x#y", plain_settings());
    CHECK(s3.store->uri() == "s3://bucket/");
    CHECK(s3.key == "a/%20/k?x#y");
    opened const mem = sluice::open("mem://name/k", plain_settings());
    CHECK(mem.store->uri() == "mem://name/");
    CHECK(mem.key == "k");
    CHECK(sluice::open("s3://bucket", plain_settings()).key.empty());
    CHECK(sluice::open("mem://name/", plain_settings()).store != mem.store);
}

TEST_CASE("open: a presigned URL is a store of one object") {
    opened const one = sluice::open("https://b.s3.example/a%2Fb%20c?x&X-Amz-Signature=canary", plain_settings());
    CHECK(one.store->uri() == "https://b.s3.example/");
    CHECK(one.key == "a/b c");
    CHECK_FALSE(one.store->can().uploads);
    CHECK(refusal_of("https://canary/k") == errc::invalid_argument);
    CHECK(refusal_of("https://h/?X-Amz-Signature=canary") == errc::invalid_argument);
    CHECK(refusal_of("https://u:canary@h/k?X-Amz-Signature=canary") == errc::invalid_argument);
    CHECK(parse_uri("https://h/k").error().info().detail.find("presigned") != std::string::npos);
}

TEST_CASE("open: a path is a key in its folder") {
    std::string const here = std::filesystem::current_path().string();
    struct row {
        std::string_view text;
        std::string store, key;
    };
    row const rows[] = {
        {"file:///a/b/c", "file:///a/b/", "c"},
        {"file:///a/b/", "file:///a/b/", ""},
        {"file:///a", "file:///", "a"},
        {"file:///", "file:///", ""},
        {"direct:///a/b", "direct:///a/", "b"},
        {"/a/b", "file:///a/", "b"},
        {"a%20b", "file://" + here + "/", "a%20b"},
        {".", "file://" + here + "/", ""},
        {"../x", "file://" + here + "/../", "x"},
        {"x/..", "file://" + here + "/x/../", ""},
        {"/x/.hidden", "file:///x/", ".hidden"},
    };
    for (row const& r : rows) {
        CAPTURE(r.text);
        opened const found = sluice::open(r.text, plain_settings());
        CHECK(found.store->uri() == r.store);
        CHECK(found.key == r.key);
    }
}

TEST_CASE("open: what is no store is refused in words") {
    CHECK(refusal_of("file://etc/passwd") == errc::invalid_argument);
    CHECK(refusal_of("") == errc::invalid_argument);
    CHECK(refusal_of("ftp://h/k") == errc::invalid_argument);
    CHECK(refusal_of("s3://") == errc::invalid_argument);
    CHECK(refusal_of("s3://user:canary@bucket/k") == errc::invalid_argument);
    CHECK(refusal_of("s3://../k") == errc::invalid_argument);
}
