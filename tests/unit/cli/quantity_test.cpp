#include "text/quantity.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <optional>

using namespace sluice;
using namespace sluice::cli;
using namespace std::chrono_literals;

TEST_CASE("sizes with units") {
    struct row {
        char const* text;
        std::optional<std::uint64_t> bytes;
    };
    static row const rows[] = {
        {"0", 0},
        {"4096", 4096},
        {"8b", 8},
        {"64K", 65536},
        {"64k", 65536},
        {"64KiB", 65536},
        {"64Ki", 65536},
        {"64KB", 64000},
        {"8M", 8u << 20},
        {"64MiB", 64u << 20},
        {"2GiB", 2ull << 30},
        {"1T", 1ull << 40},
        {"18446744073709551615", 18446744073709551615ull},
        {"18446744073709551616", std::nullopt},
        {"18014398509481984K", std::nullopt},
        {"", std::nullopt},
        {"MiB", std::nullopt},
        {"-1", std::nullopt},
        {"1.5M", std::nullopt},
        {"8 M", std::nullopt},
        {"8X", std::nullopt},
        {"8MiBs", std::nullopt},
        {"8bb", std::nullopt},
    };
    for (row const& r : rows) {
        CAPTURE(r.text);
        CHECK(parse_size(r.text) == r.bytes);
    }
}

TEST_CASE("durations with units") {
    CHECK(parse_duration("30") == 30s);
    CHECK(parse_duration("30s") == 30s);
    CHECK(parse_duration("0.5") == 500ms);
    CHECK(parse_duration("250ms") == 250ms);
    CHECK(parse_duration("1.5m") == 90s);
    CHECK(parse_duration("2h") == 2h);
    CHECK(parse_duration("0") == 0s);
    for (char const* const bad : {"", "s", "-1", "1e9", "1d", ".", "nan", "1..2", "99999999999", "1 s"}) {
        CAPTURE(bad);
        CHECK_FALSE(parse_duration(bad).has_value());
    }
}

TEST_CASE("ranges as in HTTP") {
    CHECK(parse_range("0-99") == byte_range::bounded(0, 100));
    CHECK(parse_range("5-5") == byte_range::bounded(5, 1));
    CHECK(parse_range("7-") == byte_range::from(7));
    CHECK(parse_range("-10") == byte_range::last(10));
    for (char const* const bad : {"", "-", "5", "5-4", "a-b", "1-2-3", "0-18446744073709551615", "+1-2", " 1-2"}) {
        CAPTURE(bad);
        CHECK_FALSE(parse_range(bad).has_value());
    }
}

TEST_CASE("sizes for people") {
    CHECK(size_text(0) == "0 B");
    CHECK(size_text(1023) == "1023 B");
    CHECK(size_text(1536) == "1.5 KiB");
    CHECK(size_text(320ull << 20) == "320.0 MiB");
    CHECK(size_text(18446744073709551615ull) == "16.0 EiB");
}
