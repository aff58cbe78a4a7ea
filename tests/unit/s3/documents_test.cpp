#include "backend/s3/response.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

using namespace sluice;

namespace {

std::string listing(std::string_view inside) {
    return "<?xml version=\"1.0\"?><ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Name>b</Name>" +
           std::string(inside) + "</ListBucketResult>";
}

std::string entry(std::string_view key) { return "<Contents><Key>" + std::string(key) + "</Key><Size>1</Size></Contents>"; }

constexpr std::string_view last_page = "<IsTruncated>false</IsTruncated>";

/// The keys of a page, or "refused".
std::string keys_of(std::string_view inside, std::string_view prefix = {}) {
    auto const page = s3::parse_list(listing(std::string(last_page) + std::string(inside)), prefix);
    if (!page) {
        CHECK(page.error().reason() == errc::protocol);
        return "refused";
    }
    std::string keys;
    for (object_meta const& o : page->objects) keys += o.key + '|';
    return keys;
}

}  // namespace

TEST_CASE("listing: a full page") {
    auto const page = s3::parse_list(
        listing("<IsTruncated>true</IsTruncated><NextContinuationToken>t+/=</NextContinuationToken><EncodingType>url</EncodingType>"
                "<Contents><Key>p/a%20b</Key><LastModified>1994-11-06T08:49:37.000Z</LastModified><ETag>&quot;e1&quot;</ETag>"
                "<Size>8589934592</Size><StorageClass>STANDARD</StorageClass><Unknown><x/></Unknown></Contents>"
                "<Contents><Size>0</Size><Key>p/c</Key><ETag>e2</ETag></Contents>"
                "<CommonPrefixes><Prefix>p/d%2F</Prefix></CommonPrefixes>"),
        "p/");
    REQUIRE(page.has_value());
    REQUIRE(page->objects.size() == 2);
    CHECK(page->objects[0].key == "p/a b");
    CHECK(page->objects[0].etag == "\"e1\"");
    CHECK(page->objects[0].size == 8589934592u);
    CHECK(page->objects[0].last_modified == wall_time(std::chrono::seconds(784111777)));
    CHECK(page->objects[1].etag == "\"e2\"");
    CHECK(page->prefixes == std::vector<std::string>{"p/d/"});
    CHECK(page->next == "t+/=");
}

TEST_CASE("listing: keys are decoded only where the page says so") {
    std::string const url = "<EncodingType>url</EncodingType>";
    CHECK(keys_of(url + entry("a+b%2Bc%20d%25")) == "a b+c d%|");
    CHECK(keys_of(entry("a+b%2Bc%20d%25")) == "a+b%2Bc%20d%25|");
    CHECK(keys_of(entry(" ")) == " |");
    CHECK(keys_of(entry("x<![CDATA[y&]]>z")) == "xy&z|");
    CHECK(keys_of(entry("a&#13;&#10;b")) == "a\r\nb|");
    CHECK(keys_of(entry("a\r\nb")) == "a\r\nb|");
    CHECK(keys_of(url + entry("%01%E2%82%AC")) == "\x01\xe2\x82\xac|");
    CHECK(keys_of(url + entry("a%zz")) == "refused");
    CHECK(keys_of(url + entry("a%00b")) == "refused");
    CHECK(keys_of(url + entry("a%ff")) == "refused");
    CHECK(keys_of("").empty());
}

TEST_CASE("listing: nothing outside the prefix, nothing without a name or a size") {
    CHECK(keys_of(entry("p/a"), "p/") == "p/a|");
    CHECK(keys_of(entry("q/a"), "p/") == "refused");
    CHECK(keys_of(entry("p"), "p/") == "refused");
    CHECK(keys_of(entry("")) == "refused");
    CHECK(keys_of("<Contents><Size>1</Size></Contents>") == "refused");
    CHECK(keys_of("<CommonPrefixes><Prefix>q/</Prefix></CommonPrefixes>", "p/") == "refused");
    CHECK(keys_of("<CommonPrefixes/>") == "refused");
    for (std::string_view const size : {"", "-1", "1x", "18446744073709551616", " 1", "+1"}) {
        CAPTURE(size);
        CHECK(keys_of("<Contents><Key>a</Key><Size>" + std::string(size) + "</Size></Contents>") == "refused");
    }
    CHECK(keys_of("<Contents><Key>a</Key></Contents>") == "refused");
}

TEST_CASE("listing: it must be clear whether it goes on") {
    CHECK_FALSE(s3::parse_list(listing("<IsTruncated>true</IsTruncated>"), "").has_value());
    CHECK_FALSE(s3::parse_list(listing("<IsTruncated>true</IsTruncated><NextContinuationToken/>"), "").has_value());
    CHECK_FALSE(s3::parse_list(listing("<IsTruncated>maybe</IsTruncated>"), "").has_value());
    CHECK_FALSE(s3::parse_list(listing(""), "").has_value());
    auto const page = s3::parse_list(listing("<IsTruncated>false</IsTruncated><NextContinuationToken>x</NextContinuationToken>"), "");
    REQUIRE(page.has_value());
    CHECK(page->next.empty());
}

TEST_CASE("listing: another document is refused") {
    for (std::string_view const bad :
         {"", "<html><head/><body/></html>", "<Error><Code>InternalError</Code></Error>", "garbage", "<!DOCTYPE x><ListBucketResult/>",
          "<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>x"}) {
        CAPTURE(bad);
        CHECK_FALSE(s3::parse_list(std::string(bad), "").has_value());
    }
}

TEST_CASE("batch removal: every version is accounted for, and of one key they are not mixed up") {
    std::vector<s3::removal> const what{s3::removal("a", "1"), s3::removal("a", "2"), s3::removal("a", "3")};
    auto const report = s3::parse_delete_result(
        "<DeleteResult><Deleted><Key>a</Key><VersionId>1</VersionId></Deleted><Error><Key>a</Key><VersionId>3</VersionId>"
        "<Code>AccessDenied</Code><Message>no</Message></Error></DeleteResult>",
        what);
    REQUIRE(report.has_value());
    CHECK(report->removed == 1);
    REQUIRE(report->failed.size() == 2);
    CHECK(report->failed[0].version == "3");
    CHECK(report->failed[1].version == "2");
    CHECK(report->failed[1].code == "NoAnswer");
}

TEST_CASE("batch removal: answers count in whatever order they come, and once for a key that was asked for twice") {
    std::vector<s3::removal> const keys{s3::removal("a"), s3::removal("b"), s3::removal("a"), s3::removal("c"), s3::removal("d")};
    auto const silent = [&](std::string_view order) {
        std::string document = "<DeleteResult>", missing;
        for (char const key : order) document += "<Deleted><Key>" + std::string(1, key) + "</Key></Deleted>";
        remove_report const report = s3::parse_delete_result(document + "</DeleteResult>", keys).value();
        CHECK(report.removed == keys.size() - report.failed.size());
        for (auto const& one : report.failed) missing += one.key;
        return missing;
    };
    CHECK(silent("abacd").empty());
    CHECK(silent("abcd").empty());
    CHECK(silent("dcba").empty());
    CHECK(silent("bdac").empty());
    CHECK(silent("abad") == "c");
    CHECK(silent("bcd") == "aa");
    CHECK(silent("zaz") == "bcd");
    CHECK(silent("") == "abacd");
}

TEST_CASE("batch removal: what is only quoted, hidden or broken says nothing of a key") {
    std::vector<s3::removal> const keys{s3::removal("a"), s3::removal("b & c"), s3::removal("d<")};
    std::string const gone = "<Deleted><Key>a</Key></Deleted>";
    auto const silent = [&](std::string const& document) {
        CAPTURE(document);
        result<remove_report> const report = s3::parse_delete_result(document, keys);
        if (!report) return std::string("refused");
        std::string missing;
        for (auto const& one : report->failed) missing += one.code == "NoAnswer" ? one.key + '|' : std::string();
        return missing;
    };
    std::string const all = gone + "<Deleted><Key>b &amp; c</Key></Deleted><Deleted><Key>d&lt;</Key></Deleted></DeleteResult>";
    CHECK(silent("<DeleteResult>" + all) == "");
    CHECK(silent("<?xml version=\"1.0\"?>\r\n<DeleteResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">" + all) == "");
    CHECK(silent("<DeleteResult>\n" + gone + "\n</DeleteResult>\n") == "b & c|d<|");
    CHECK(silent("<DeleteResult>" + gone + "<Error><Key>b &amp; c</Key><Code>InternalError</Code></Error></DeleteResult>") == "d<|");
    CHECK(silent("<DeleteResult><Deleted><Key>a</Key><DeleteMarker>true</DeleteMarker></Deleted></DeleteResult>") == "b & c|d<|");
    CHECK(silent("<DeleteResult><!--" + gone + "--></DeleteResult>") == "a|b & c|d<|");
    CHECK(silent("<!--<DeleteResult>" + gone + "--><DeleteResult></DeleteResult>") == "a|b & c|d<|");
    CHECK(silent("<?xml " + gone + "?><DeleteResult></DeleteResult>") != "b & c|d<|");
    CHECK(silent("<DeleteResult><![CDATA[" + gone + "]]></DeleteResult>") == "a|b & c|d<|");
    CHECK(silent("<DeleteResult><Other>" + gone + "</Other></DeleteResult>") == "a|b & c|d<|");
    for (std::string const& bad :
         {"<DeleteResult/>" + gone, "<DeleteResult>" + gone, "<DeleteResult>" + gone + "</DeleteResult>x", gone, "x" + gone,
          "<Error>" + gone + "</Error>", "<DeleteResults>" + gone + "</DeleteResults>", "<DeleteResult>" + gone + "</Error>",
          "<DeleteResult a=\"x>" + gone + "</DeleteResult>", "<?xml " + gone,
          "<DeleteResult>" + gone + "<Deleted><Key>b & c</Key></Deleted></DeleteResult>", "<DeleteResult>" + gone + "\xff</DeleteResult>",
          "<DeleteResult>" + std::string(9u << 20, ' ') + gone + "</DeleteResult>"})
        CHECK(silent(bad) == "refused");
}

TEST_CASE("batch removal: every key is accounted for") {
    std::vector<s3::removal> const keys{s3::removal("a"), s3::removal("b & c"), s3::removal("d"), s3::removal("e")};
    auto const report = s3::parse_delete_result(
        "<DeleteResult><Deleted><Key>a</Key></Deleted><Error><Key>b &amp; c</Key><Code>AccessDenied</Code><Message>no</Message></Error>"
        "<Deleted><Key>d</Key></Deleted></DeleteResult>",
        keys);
    REQUIRE(report.has_value());
    CHECK(report->removed == 2);
    REQUIRE(report->failed.size() == 2);
    CHECK(report->failed[0].key == "b & c");
    CHECK(report->failed[0].code == "AccessDenied");
    CHECK(report->failed[0].message == "no");
    CHECK(report->failed[1].key == "e");
    CHECK(report->failed[1].code == "NoAnswer");
    CHECK_FALSE(s3::parse_delete_result("", keys).has_value());
    CHECK_FALSE(s3::parse_delete_result("<Error><Code>InternalError</Code></Error>", keys).has_value());
    CHECK_FALSE(s3::parse_delete_result("<DeleteResult><Deleted><Key>a</Key></Deleted>", keys).has_value());
}
