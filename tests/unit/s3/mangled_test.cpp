// Answers with bytes changed at random, from a fixed seed: whatever comes, it is refused or it keeps the promises of a good answer.
#include "backend/s3/errors.hpp"
#include "backend/s3/response.hpp"
#include "cloud/range_answer.hpp"
#include "codec/xml.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

using namespace sluice;

namespace {

constexpr int rounds = 20'000;

std::string mangled(std::string text, std::mt19937_64& random) {
    constexpr std::string_view spices = "<>&;/%+\"'=![]-#x0\0\xff\xc3\r\n ";
    auto const below = [&](std::size_t n) { return static_cast<std::size_t>(random() % n); };
    for (std::size_t changes = 1 + below(4); changes > 0 && !text.empty(); --changes) {
        std::size_t const at = below(text.size());
        switch (below(5)) {
        case 0: text[at] = static_cast<char>(random()); break;
        case 1: text[at] = spices[below(spices.size())]; break;
        case 2: text.erase(at, 1 + below(8)); break;
        case 3: text.insert(at, text.substr(below(text.size()), below(30))); break;
        default: text.resize(at); break;
        }
    }
    return text;
}

}  // namespace

TEST_CASE("mangled listings are refused or sound") {
    std::string const good =
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Name>b</Name>"
        "<EncodingType>url</EncodingType><IsTruncated>true</IsTruncated><NextContinuationToken>abc</NextContinuationToken>"
        "<Contents><Key>p/a%20b+c</Key><LastModified>2026-01-02T03:04:05.000Z</LastModified><ETag>&quot;e&quot;</ETag><Size>12</Size>"
        "</Contents><Contents><Key>p/<![CDATA[x]]>&amp;&#x41;</Key><Size>0</Size></Contents>"
        "<CommonPrefixes><Prefix>p/d/</Prefix></CommonPrefixes></ListBucketResult>";
    REQUIRE(s3::parse_list(good, "p/").has_value());
    std::mt19937_64 random(20260102);
    int accepted = 0;
    for (int i = 0; i < rounds; ++i) {
        auto const page = s3::parse_list(mangled(good, random), "p/");
        if (!page) continue;
        ++accepted;
        for (object_meta const& o : page->objects) REQUIRE(o.key.starts_with("p/"));
        for (std::string const& prefix : page->prefixes) REQUIRE(prefix.starts_with("p/"));
    }
    CHECK(accepted > 0);
    CHECK(accepted < rounds);
}

TEST_CASE("mangled removal results account for every key") {
    std::string const good =
        "<DeleteResult><Deleted><Key>a</Key></Deleted><Error><Key>b</Key><Code>AccessDenied</Code><Message>m</Message></Error>"
        "<Deleted><Key>c</Key></Deleted></DeleteResult>";
    std::vector<s3::removal> const keys{s3::removal("a"), s3::removal("b"), s3::removal("c")};
    std::mt19937_64 random(7);
    int accepted = 0;
    for (int i = 0; i < rounds; ++i) {
        auto const report = s3::parse_delete_result(mangled(good, random), keys);
        if (!report) continue;
        ++accepted;
        REQUIRE(report->removed <= keys.size());
        if (report->failed.empty()) REQUIRE(report->removed == keys.size());
    }
    CHECK(accepted > 0);
}

TEST_CASE("mangled Content-Ranges never name bytes outside the object") {
    std::mt19937_64 random(11);
    for (int i = 0; i < rounds; ++i) {
        auto const range = cloud::parse_content_range(mangled("bytes 1000-1999/18446744073709551615", random));
        if (!range || !range->satisfied) continue;
        REQUIRE(range->first <= range->last);
        if (range->total) REQUIRE(range->last < *range->total);
    }
}

TEST_CASE("mangled errors stay small and printable") {
    std::string const good =
        "<?xml version=\"1.0\"?><Error><Code>NoSuchKey</Code><Message>The specified key does not exist.</Message><Region>eu-west-1</Region>"
        "<RequestId>1234</RequestId><HostId>x</HostId></Error>";
    std::mt19937_64 random(13);
    for (int i = 0; i < rounds; ++i) {
        http::response_head head;
        head.status = 404;
        head.headers.add("x-amz-bucket-region", mangled("eu-central-1", random));
        head.headers.add("location", mangled("https://u:p@host:1/path?query", random));
        s3::refusal const r = s3::read_refusal(head, mangled(good, random));
        REQUIRE(r.code.size() <= 128);
        REQUIRE(r.message.size() <= 512);
        REQUIRE((r.region.empty() || s3::valid_region(r.region)));
    }
}
