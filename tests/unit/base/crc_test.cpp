#include "base/crc.hpp"
#include "base/checksum.hpp"
#include "base/crc64.hpp"

#include <doctest/doctest.h>

#include <array>
#include <random>
#include <string>
#include <string_view>
#include <vector>

using namespace sluice;
using namespace sluice::base;

namespace {

constexpr std::array kinds{crc_kind::crc32, crc_kind::crc32c, crc_kind::crc64nvme};

std::span<std::byte const> raw(std::string_view const text) { return std::as_bytes(std::span(text)); }

std::vector<std::byte> noise(std::size_t const size) {
    std::vector<std::byte> data(size);
    std::mt19937 random(7);
    for (std::byte& b : data) b = static_cast<std::byte>(random() & 0xff);
    return data;
}

std::string text_of(checksum_algorithm const algorithm, std::string_view const data) {
    checksum_stream stream(algorithm);
    stream.update(raw(data));
    return stream.finish();
}

}  // namespace

TEST_CASE("crc: the published check values") {  // reveng's catalogue, "123456789"
    CHECK(crc_extend(crc_kind::crc32, 0, raw("123456789")) == 0xcbf43926);
    CHECK(crc_extend(crc_kind::crc32c, 0, raw("123456789")) == 0xe3069283);
    CHECK(crc_extend(crc_kind::crc64nvme, 0, raw("123456789")) == 0xae8b14860a799888);
    // NVM Express Command Set Specification, 64b CRC examples: 4 KiB of zeros, of ones, and counting up
    std::vector<std::byte> block(4096);
    CHECK(crc_extend(crc_kind::crc64nvme, 0, block) == 0x6482d367eb22b64e);
    for (std::byte& b : block) b = std::byte{0xff};
    CHECK(crc_extend(crc_kind::crc64nvme, 0, block) == 0xc0ddba7302eca3ac);
    for (std::size_t i = 0; i < block.size(); ++i) block[i] = static_cast<std::byte>(i & 0xff);
    CHECK(crc_extend(crc_kind::crc64nvme, 0, block) == 0x3e729f5f6750449c);
    // RFC 3720 B.4: 32 bytes of zeros, of ones
    std::vector<std::byte> iscsi(32);
    CHECK(crc_extend(crc_kind::crc32c, 0, iscsi) == 0x8a9136aa);
    for (std::byte& b : iscsi) b = std::byte{0xff};
    CHECK(crc_extend(crc_kind::crc32c, 0, iscsi) == 0x62a8ab43);
}

TEST_CASE("crc: nothing is 0, and adds nothing") {
    for (crc_kind const kind : kinds) {
        CHECK(crc_extend(kind, 0, {}) == 0);
        CHECK(crc_extend(kind, 77, {}) == 77);
        CHECK(crc_combine(kind, 77, 0, 0) == 77);
        CHECK(crc_combine(kind, 0, 77, 5) == 77);
    }
}

TEST_CASE("crc: any split comes to the same, piece after piece and put together") {
    std::vector<std::byte> const data = noise(5000);
    std::mt19937 random(3);
    for (int round = 0; round < 300; ++round) {
        std::size_t const begin = random() % 70, size = random() % (data.size() - begin);
        auto const all = std::span(data).subspan(begin, size);
        std::size_t const cut = size == 0 ? 0 : random() % size;
        auto const front = all.first(cut), back = all.subspan(cut);
        for (crc_kind const kind : kinds) {
            std::uint64_t const whole = crc_extend(kind, 0, all);
            CHECK(crc_extend(kind, crc_extend(kind, 0, front), back) == whole);
            CHECK(crc_combine(kind, crc_extend(kind, 0, front), crc_extend(kind, 0, back), back.size()) == whole);
        }
    }
}

TEST_CASE("crc64nvme: folding, of one block and of two at once, and the table agree at every length and place") {
    std::vector<std::byte> const data = noise(1200);
    for (std::size_t size = 0; size <= 1100; ++size) {
        auto const piece = std::span(data).subspan(size % 17, size);
        REQUIRE(crc64nvme_by_folding(5, piece) == crc64nvme_by_table(5, piece));
        REQUIRE(crc_extend(crc_kind::crc64nvme, 5, piece) == crc64nvme_by_table(5, piece));
    }
}

TEST_CASE("crc: lengths beyond what can be counted in bits") {
    for (crc_kind const kind : kinds) {
        std::uint64_t const far = crc_combine(kind, 1, 0, ~std::uint64_t{0});
        std::uint64_t const halfway = crc_combine(kind, 1, 0, ~std::uint64_t{0} / 2);
        CHECK(far == crc_combine(kind, crc_combine(kind, halfway, 0, ~std::uint64_t{0} / 2), 0, 1));
    }
}

TEST_CASE("checksums are written as services write them") {
    CHECK(text_of(checksum_algorithm::crc32, "123456789") == "y/Q5Jg==");
    CHECK(text_of(checksum_algorithm::crc32c, "123456789") == "4waSgw==");
    CHECK(text_of(checksum_algorithm::crc64nvme, "123456789") == "rosUhgp5mIg=");
    CHECK(text_of(checksum_algorithm::sha1, "abc") == "qZk+NkcGgWq6PiVxeFDCbJzQ2J0=");
    CHECK(text_of(checksum_algorithm::sha256, "abc") == "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=");
    CHECK(text_of(checksum_algorithm::crc64nvme, "") == "AAAAAAAAAAA=");
}
