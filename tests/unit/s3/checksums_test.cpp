#include "backend/s3/checksums.hpp"

#include "backend/s3/multipart.hpp"
#include "cloud/arrival_check.hpp"

#include <doctest/doctest.h>

#include <array>

using namespace sluice;
using namespace sluice::s3;

namespace {

http::fields headers(std::initializer_list<std::pair<std::string_view, std::string_view>> const list) {
    http::fields f;
    for (auto const& [name, value] : list) f.add(name, value);
    return f;
}

std::span<std::byte const> raw(std::string_view const text) { return std::as_bytes(std::span(text)); }

}  // namespace

TEST_CASE("s3 checksums: what is sent, asked for and checked, by mode and place") {
    struct row {
        checksum_mode writes, reads;
        bool on_aws, send, ask, check;
    };
    using enum checksum_mode;
    for (row const& r : {row{automatic, automatic, true, true, true, true}, row{automatic, automatic, false, false, false, true},
                         row{when_supported, when_supported, false, true, true, true},
                         row{when_required, when_required, true, false, false, true}, row{off, off, true, false, false, false},
                         row{when_supported, off, true, true, false, false}, row{off, when_supported, false, false, true, true}}) {
        checksum_rules const rules = rules_of(r.writes, r.reads, checksum_algorithm::crc32c, r.on_aws);
        CHECK(rules.send.has_value() == r.send);
        CHECK(rules.ask == r.ask);
        CHECK(rules.check == r.check);
        if (rules.send) CHECK(*rules.send == checksum_algorithm::crc32c);
    }
}

TEST_CASE("s3 checksums: where a source's goes, and what is signed, by the settings and the place") {
    struct row {
        checksum_place place;
        bool on_aws, behind;
    };
    using enum checksum_place;
    for (row const& r : {row{automatic, true, true}, row{automatic, false, false}, row{before_body, true, false},
                         row{before_body, false, false}, row{behind_body, true, true}, row{behind_body, false, true}}) {
        s3_settings settings;
        settings.source_checksums = r.place;
        CHECK(rules_of(settings, r.on_aws).behind == r.behind);
        CHECK_FALSE(rules_of(settings, r.on_aws).sign);
        settings.signing = payload_signing::signed_payload;
        CHECK_FALSE(rules_of(settings, r.on_aws).sign);  // without keys
        settings.credentials = static_credentials(credentials("a", "b"));
        CHECK(rules_of(settings, r.on_aws).sign);
        CHECK(rules_of(settings, r.on_aws).send.has_value() == r.on_aws);
    }
}

TEST_CASE("s3 checksums: only that of the whole, and only by a known algorithm, is one") {
    CHECK(told_checksum(headers({{"x-amz-checksum-crc32c", "4waSgw=="}})) == object_checksum(checksum_algorithm::crc32c, "4waSgw=="));
    CHECK(told_checksum(headers({{"X-Amz-Checksum-SHA256", "abc="}, {"x-amz-checksum-type", "FULL_OBJECT"}})) ==
          object_checksum(checksum_algorithm::sha256, "abc="));
    CHECK_FALSE(told_checksum(headers({{"x-amz-checksum-crc32", "4waSgw==-3"}})));
    CHECK_FALSE(told_checksum(headers({{"x-amz-checksum-crc32", "4waSgw=="}, {"x-amz-checksum-type", "COMPOSITE"}})));
    CHECK_FALSE(told_checksum(headers({{"x-amz-checksum-xxhash128", "4waSgw=="}})));
    CHECK_FALSE(told_checksum(headers({{"x-amz-checksum-crc32", ""}})));
    CHECK_FALSE(told_checksum(headers({})));
}

TEST_CASE("s3 checksums: parts are put together to the whole") {
    std::array<std::string_view, 3> const parts{"1234", "", "56789"};
    std::vector<part_checksum> sums;
    for (std::string_view const part : parts) {
        base::checksum_stream stream(checksum_algorithm::crc64nvme);
        stream.update(raw(part));
        sums.push_back({{}, stream.crc(), part.size()});
    }
    CHECK(combined(checksum_algorithm::crc64nvme, sums) == object_checksum(checksum_algorithm::crc64nvme, "rosUhgp5mIg="));
    CHECK(combined(checksum_algorithm::crc64nvme, {}) == object_checksum(checksum_algorithm::crc64nvme, "AAAAAAAAAAA="));
    CHECK_FALSE(combined(checksum_algorithm::sha256, sums));
}

TEST_CASE("s3 checksums: what arrived, and what was stored, against what is told") {
    cloud::arrival_check good(object_checksum(checksum_algorithm::crc32, "y/Q5Jg=="));
    good.update(raw("12345"));
    good.update(raw("6789"));
    CHECK(good.finish().has_value());
    cloud::arrival_check bad(object_checksum(checksum_algorithm::crc32, "y/Q5Jg=="));
    bad.update(raw("123456788"));
    CHECK(bad.finish().error().reason() == errc::checksum_mismatch);

    CHECK(check_stored(headers({}), checksum_algorithm::crc32, "y/Q5Jg==").has_value());
    CHECK(check_stored(headers({{"x-amz-checksum-crc32", "y/Q5Jg=="}}), checksum_algorithm::crc32, "y/Q5Jg==").has_value());
    CHECK(check_stored(headers({{"x-amz-checksum-crc64nvme", "other"}}), checksum_algorithm::crc32, "y/Q5Jg==").has_value());
    auto const other = check_stored(headers({{"x-amz-checksum-crc32", "AAAAAA=="}}), checksum_algorithm::crc32, "y/Q5Jg==");
    CHECK(other.error().reason() == errc::checksum_mismatch);
}

TEST_CASE("s3 checksums: an upload names its algorithm, and its completion every part's and the whole's") {
    upload_checksums sums;
    sums.algorithm = checksum_algorithm::crc64nvme;
    recipe const begun = begin_upload_recipe("k", put_options(), etag_form::quoted, sums).value();
    CHECK(begun.headers.find("x-amz-checksum-algorithm") == "CRC64NVME");
    CHECK(begun.headers.find("x-amz-checksum-type") == "FULL_OBJECT");
    sums.whole = object_checksum(checksum_algorithm::crc64nvme, "whole");
    std::vector<sent_part> parts(1);
    parts[0].etag = "e";
    parts[0].checksum.value = "part";
    recipe const done = complete_recipe("k", "id", parts, put_options(), etag_form::quoted, sums).value();
    CHECK(done.headers.find("x-amz-checksum-crc64nvme") == "whole");
    CHECK(done.headers.find("x-amz-checksum-type") == "FULL_OBJECT");
    CHECK(done.body.pieces().front().text().find("<ETag>e</ETag><ChecksumCRC64NVME>part</ChecksumCRC64NVME></Part>") !=
          std::string_view::npos);
    sums.algorithm = checksum_algorithm::sha256;
    recipe const composite = begin_upload_recipe("k", put_options(), etag_form::quoted, sums).value();
    CHECK(composite.headers.find("x-amz-checksum-type") == "COMPOSITE");
}
