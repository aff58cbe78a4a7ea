#include "transfer/copy_plan.hpp"

#include "store/complete_after.hpp"

#include <doctest/doctest.h>

using namespace sluice;
using namespace sluice::transfer;

TEST_CASE("the parts of an upload are large enough for the store, and few enough") {
    struct row {
        std::uint64_t wanted, rest, min_part;
        std::uint32_t max_parts;
        std::uint64_t expected;
    };
    constexpr std::uint64_t mib = 1ull << 20, tib = 1ull << 40;
    row const rows[] = {
        {8 * mib, 100 * mib, 0, 10'000, 8 * mib},
        {1 * mib, 100 * mib, 5 * mib, 10'000, 5 * mib},
        {8 * mib, 9'999 * 8 * mib, 5 * mib, 10'000, 8 * mib},
        {8 * mib, 9'999 * 8 * mib + 1, 5 * mib, 10'000, 8 * mib + 1},
        {8 * mib, 5 * tib - 8 * mib, 5 * mib, 10'000, 549'809'957},
        {10, 1'000, 0, 2, 1'000},
        {10, 1'000, 0, 0, 1'000},
    };
    for (row const& r : rows) {
        capabilities able;
        able.min_part = r.min_part;
        able.max_parts = r.max_parts;
        CHECK(upload_part_size(r.wanted, r.rest, able) == r.expected);
        if (r.max_parts > 1) CHECK((r.rest + r.expected - 1) / r.expected + 1 <= r.max_parts);
    }
}

TEST_CASE("the parts of a stream grow slowly, and never beyond what the store takes") {
    constexpr std::uint64_t mib = 1ull << 20, tib = 1ull << 40;
    capabilities able;
    able.max_parts = 10'000;
    able.min_part = 5 * mib;
    able.max_part = 5'120 * mib;
    CHECK(stream_part_size(1, 8 * mib, able) == 8 * mib);
    CHECK(stream_part_size(1, 1 * mib, able) == 5 * mib);
    CHECK(stream_part_size(74, 8 * mib, able) == 8 * mib);
    CHECK(stream_part_size(75, 8 * mib, able) == 16 * mib);
    std::uint64_t whole = 0, last = 0;
    for (std::uint32_t n = 1; n <= able.max_parts; ++n) {
        std::uint64_t const size = stream_part_size(n, 8 * mib, able);
        CHECK(size >= last);
        CHECK(size <= able.max_part);
        whole += last = size;
    }
    CHECK(whole >= 5 * tib);
    able.max_part = 10 * mib;
    CHECK(stream_part_size(10'000, 8 * mib, able) == 10 * mib);
    CHECK(stream_part_size(3, 7, capabilities()) == 7 * 273);  // a store that takes no uploads says nothing of parts
}

TEST_CASE("a copy is recognised by everything that decides its bytes and its cuts; without a strong ETag by nothing") {
    object_meta object;
    object.etag = "\"e\"";
    object.size = 100;
    std::string const name = resume_name("s3://b/k", object, 10, 10);
    CHECK(name == resume_name("s3://b/k", object, 10, 10));
    CHECK(name != resume_name("s3://b/l", object, 10, 10));
    CHECK(name != resume_name("s3://b/k", object, 11, 10));
    CHECK(name != resume_name("s3://b/k", object, 10, 11));
    object.size = 101;
    CHECK(name != resume_name("s3://b/k", object, 10, 10));
    object.size = 100;
    object.etag = "\"f\"";
    CHECK(name != resume_name("s3://b/k", object, 10, 10));
    object.etag = "W/\"e\"";
    CHECK(resume_name("s3://b/k", object, 10, 10).empty());
    object.etag.clear();
    CHECK(resume_name("s3://b/k", object, 10, 10).empty());
}

TEST_CASE("only a part of the same number, place and size counts as finished") {
    finished_parts const there({{{2, 10}, 10}, {{3, 20}, 5}});
    CHECK(there.has({2, 10}, 10));
    CHECK(there.has({3, 20}, 5));
    CHECK_FALSE(there.has({3, 20}, 10));
    CHECK_FALSE(there.has({3, 21}, 5));
    CHECK_FALSE(there.has({1, 0}, 10));
}

TEST_CASE("a failure says, too, that its upload was left behind") {
    error_info first, second;
    first.detail = "the disk is full";
    std::exception_ptr const both =
        store::with_left_behind(std::make_exception_ptr(error(errc::no_space, first)), "upload-7", error(errc::timed_out, second));
    try {
        std::rethrow_exception(both);
    } catch (error const& e) {
        CHECK(e.reason() == errc::no_space);
        std::string const text = e.what();
        CHECK(text.find("the disk is full") != std::string::npos);
        CHECK(text.find("upload-7") != std::string::npos);
    }
}
