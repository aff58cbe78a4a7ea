#include "backend/file/name_selection.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <span>
#include <string>
#include <vector>

using namespace sluice;
using file::entry_kind;
using file::name_selection;

namespace {

std::vector<std::string> names(name_selection const& s) {
    std::vector<std::string> all;
    for (std::size_t i = 0; i < s.size(); ++i) all.emplace_back(s.name(i));
    return all;
}

}  // namespace

TEST_CASE("selection: a folder sorts as its keys do") {
    name_selection s(1 << 20);
    s.add("a", entry_kind::folder);
    s.add("a.b", entry_kind::file);
    s.add("a0", entry_kind::file);
    s.add("a-b", entry_kind::link);
    s.add("a", entry_kind::file);
    s.sort();
    CHECK(names(s) == std::vector<std::string>{"a", "a-b", "a.b", "a/", "a0"});
    CHECK(s.kind(1) == entry_kind::link);
    CHECK(s.kind(3) == entry_kind::folder);
    CHECK(s.complete());
}

TEST_CASE("selection: bytes are compared without sign, and ends of names before anything else") {
    name_selection s(1 << 20);
    for (std::string_view const name : {"prefix\xc3\xa4", "prefix", "prefixz", "prefix\x01", "prefixzzzzzzzzzzzzb", "prefixzzzzzzzzzzzza"})
        s.add(name, entry_kind::file);
    s.sort();
    std::vector<std::string> const got = names(s);
    std::vector<std::string> expected = got;
    std::ranges::sort(expected, [](std::string const& a, std::string const& b) {
        return std::ranges::lexicographical_compare(
            a, b, {}, [](char c) { return static_cast<unsigned char>(c); }, [](char c) { return static_cast<unsigned char>(c); });
    });
    CHECK(got == expected);
    CHECK(got.front() == "prefix");
    CHECK(got.back() == "prefix\xc3\xa4");
}

TEST_CASE("selection: of more names than fit the smallest stay, whatever their order") {
    for (std::uint32_t const seed : {1u, 2u, 3u, 4u}) {
        CAPTURE(seed);
        std::mt19937 random(seed);
        std::vector<std::string> all;
        for (int i = 0; i < 5'000; ++i) all.push_back("name-" + std::to_string(random() % 1'000'000) + '-' + std::to_string(i));
        if (seed == 2) std::ranges::sort(all);
        if (seed == 3) std::ranges::sort(all, std::greater<>());
        name_selection s(16 * 1024);
        for (std::string const& name : all) s.add(name, entry_kind::file);
        s.sort();
        std::ranges::sort(all);
        CHECK_FALSE(s.complete());
        CHECK(s.size() > 100);
        CHECK(s.size() < 1'000);
        std::vector<std::string> const got = names(s);
        CHECK(std::ranges::equal(got, std::span(all).first(got.size())));
    }
}

TEST_CASE("selection: one name fits always") {
    name_selection s(0);
    s.add("b", entry_kind::file);
    s.add("a", entry_kind::file);
    s.add("c", entry_kind::file);
    s.sort();
    CHECK(names(s) == std::vector<std::string>{"a"});
    CHECK_FALSE(s.complete());
}
