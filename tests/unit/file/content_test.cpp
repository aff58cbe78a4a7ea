#include "backend/file/piece_cursor.hpp"
#include "backend/file/version.hpp"

#include <doctest/doctest.h>

#include <array>
#include <random>
#include <string>

using namespace sluice;

TEST_CASE("version: an ETag has inode, size and time, in quotes") {
    uring::file_status status;
    status.inode = 0x1a2b;
    status.size = 0;
    status.modified = 0x123456789abcdef;
    CHECK(file::etag_of(status) == "\"1a2b-0-123456789abcdef\"");
    status.inode = status.size = ~std::uint64_t{0};
    status.modified = -1;
    CHECK(file::etag_of(status) == "\"ffffffffffffffff-ffffffffffffffff-ffffffffffffffff\"");
    status.modified = 1'700'000'000'123'456'789;
    object_meta const meta = file::meta_of("k", status);
    CHECK(meta.key == "k");
    CHECK(meta.last_modified->time_since_epoch() == std::chrono::nanoseconds(status.modified));
}

TEST_CASE("piece cursor: all bytes once and in order, however little each write takes") {
    for (std::uint32_t seed = 0; seed < 200; ++seed) {
        CAPTURE(seed);
        std::mt19937 engine(seed);
        auto const random = [&] { return static_cast<std::uint32_t>(engine()); };
        std::string expected;
        std::vector<bytes> pieces;
        for (unsigned n = random() % 9; n > 0; --n) {
            std::string const piece(random() % 5, static_cast<char>('a' + random() % 26));
            expected += piece;
            pieces.push_back(bytes::copy_of(piece));
        }
        std::string written;
        std::array<iovec, 3> next{};
        file::piece_cursor at(pieces);
        while (!at.at_end()) {
            std::size_t const count = at.next(next);
            REQUIRE(count > 0);
            std::string offered;
            for (std::size_t i = 0; i < count; ++i) offered.append(static_cast<char const*>(next[i].iov_base), next[i].iov_len);
            REQUIRE(!offered.empty());
            std::size_t const taken = 1 + random() % offered.size();
            written += offered.substr(0, taken);
            at.moved(taken);
            CHECK(at.done() == written.size());
        }
        CHECK(written == expected);
    }
}

TEST_CASE("piece cursor: copies over the ends of pieces, and says what is left of the one it stands on") {
    std::vector<bytes> const pieces{bytes::copy_of("abc"), bytes(), bytes::copy_of("d"), bytes::copy_of("efgh")};
    file::piece_cursor at(pieces);
    std::array<std::byte, 5> five{};
    at.copy(five);
    CHECK(std::string_view(reinterpret_cast<char const*>(five.data()), 5) == "abcde");
    CHECK(at.done() == 5);
    CHECK(at.run().size() == 3);
    at.copy(std::span(five).first(3));
    CHECK(std::string_view(reinterpret_cast<char const*>(five.data()), 3) == "fgh");
    CHECK(at.at_end());
    CHECK(at.run().empty());
}
