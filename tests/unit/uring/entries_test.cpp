#include "uring/directory.hpp"

#include <doctest/doctest.h>

#include <dirent.h>

#include <cstring>
#include <string>
#include <vector>

using namespace sluice;

namespace {

/// What getdents64 gives for one name.
void add(std::vector<std::byte>& to, std::string const& name, std::uint64_t inode, std::uint64_t next, unsigned char type) {
    std::size_t const length = (19 + name.size() + 1 + 7) / 8 * 8;
    std::vector<std::byte> one(length);
    auto const length16 = static_cast<std::uint16_t>(length);
    std::memcpy(one.data(), &inode, 8);
    std::memcpy(one.data() + 8, &next, 8);
    std::memcpy(one.data() + 16, &length16, 2);
    std::memcpy(one.data() + 18, &type, 1);
    std::memcpy(one.data() + 19, name.c_str(), name.size());
    to.insert(to.end(), one.begin(), one.end());
}

}  // namespace

TEST_CASE("entries: every one but . and ..") {
    std::vector<std::byte> all;
    add(all, ".", 1, 10, DT_DIR);
    add(all, "a", 2, 20, DT_REG);
    add(all, "..", 3, 30, DT_DIR);
    add(all, "...", 4, 40, DT_DIR);
    add(all, "link", 5, 50, DT_LNK);
    add(all, std::string(255, 'n'), 6, 60, DT_UNKNOWN);
    add(all, "fifo", 7, 70, DT_FIFO);
    uring::entries walk(all);
    uring::entry e;
    struct row {
        std::string name;
        std::uint64_t inode, next;
        uring::file_kind kind;
        bool known;
    };
    using uring::file_kind;
    for (row const& r : {row{"a", 2, 20, file_kind::regular, true}, row{"...", 4, 40, file_kind::directory, true},
                         row{"link", 5, 50, file_kind::symbolic_link, true}, row{std::string(255, 'n'), 6, 60, file_kind::other, false},
                         row{"fifo", 7, 70, file_kind::other, true}}) {
        REQUIRE(walk.next(e));
        CHECK(e.name == r.name);
        CHECK(e.inode == r.inode);
        CHECK(e.next == r.next);
        CHECK((e.kind == r.kind));
        CHECK(e.kind_known == r.known);
    }
    CHECK(!walk.next(e));
}

TEST_CASE("entries: a record that is cut or lies about its length ends the walk") {
    std::vector<std::byte> all;
    add(all, "abcdef", 1, 1, DT_REG);
    uring::entry e;
    for (std::size_t size = 0; size < all.size(); ++size) CHECK(!uring::entries(std::span(all).first(size)).next(e));
    for (unsigned lie : {0u, 19u, 33u, 65535u}) {
        auto const length = static_cast<std::uint16_t>(lie);
        std::memcpy(all.data() + 16, &length, 2);
        CHECK(!uring::entries(all).next(e));
    }
}

TEST_CASE("entries: what is the name of one") {
    for (std::string const& yes : {std::string("a"), std::string("..."), std::string("a..b"), std::string(" "), std::string("\\")})
        CHECK(uring::is_plain_name(yes));
    for (std::string const& no : {std::string(), std::string("."), std::string(".."), std::string("/"), std::string("a/b"),
                                  std::string("a/"), std::string("\0", 1), std::string("a\0", 2)})
        CHECK(!uring::is_plain_name(no));
}
