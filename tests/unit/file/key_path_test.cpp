#include "backend/file/key_path.hpp"

#include "store/partial_name.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace sluice;
using file::key_path;
using file::path_of;

TEST_CASE("file key: folder and name of a path") {
    struct row {
        std::string_view key, folder, name;
    };
    row const rows[] = {
        {"a", ".", "a"},     {"a/b", "a", "b"},     {"a/b/c.d", "a/b", "c.d"}, {"a..b/..c", "a..b", "..c"}, {".hidden", ".", ".hidden"},
        {"...", ".", "..."}, {"a\\b", ".", "a\\b"}, {" / ", " ", " "},
    };
    for (row const& r : rows) {
        CAPTURE(r.key);
        result<key_path> const path = path_of(r.key);
        REQUIRE(path.has_value());
        CHECK(path->folder == r.folder);
        CHECK(path->name == r.name);
        CHECK(path->whole() == r.key);
    }
}

TEST_CASE("file key: what could lead elsewhere, or be the same file as another key, is refused") {
    std::string const nul("a\0b", 3), long_name(256, 'n');
    for (std::string const& key :
         {std::string(), std::string("/"), std::string("/a"), std::string("a/"), std::string("a//b"), std::string("."), std::string(".."),
          std::string("../a"), std::string("a/.."), std::string("a/../b"), std::string("a/./b"), std::string("./a"), nul, long_name,
          "a/" + long_name + "/b", std::string("a\xff"), std::string(1025, 'a')}) {
        CAPTURE(key);
        result<key_path> const path = path_of(key);
        REQUIRE(path.has_error());
        CHECK(path.error().reason() == errc::invalid_argument);
    }
    CHECK(path_of(std::string(255, 'n')).has_value());
}

TEST_CASE("file key: names of half-written files are not written to") {
    std::string const partial = store::partial_name(std::string(32, 'a'));
    CHECK(path_of("a/" + partial).has_value());
    CHECK(file::path_to_write("a/" + partial).has_error());
    CHECK(file::path_to_write("a/" + partial + "x").has_value());
}
