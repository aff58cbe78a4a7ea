#include "text/glob.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <string>

using sluice::cli::glob;

TEST_CASE("glob: what matches") {
    struct row {
        char const* pattern;
        char const* key;
        bool matches;
    };
    static constexpr row rows[] = {
        {"", "", true},
        {"", "a", false},
        {"a", "a", true},
        {"a", "ab", false},
        {"*", "", true},
        {"*", "abc", true},
        {"*", "a/b", false},
        {"**", "a/b/c", true},
        {"a/*", "a/b", true},
        {"a/*", "a/b/c", false},
        {"a/**", "a/b/c", true},
        {"a/**/c", "a/b/b/c", true},
        {"a/**/c", "a/c", false},
        {"a/**c", "a/c", true},
        {"*.txt", "notes.txt", true},
        {"*.txt", ".txt", true},
        {"*.txt", "notes.txt.gz", false},
        {"a*b*c", "aXbYbZc", true},
        {"a*b*c", "aXbY/bZc", false},
        {"**b*c", "x/y/b1c", true},
        {"**b*c", "x/b/y1c", false},
        {"?", "a", true},
        {"?", "", false},
        {"?", "/", false},
        {"?", "\xc3\xa9", true},
        {"?", "\xff", true},
        {"a?c", "abc", true},
        {"[abc]", "b", true},
        {"[abc]", "d", false},
        {"[a-c]x", "cx", true},
        {"[!a-c]x", "dx", true},
        {"[!a-c]x", "ax", false},
        {"[^a]", "b", true},
        {"[!a]", "/", false},
        {"[]]", "]", true},
        {"[a-]", "-", true},
        {"[\\]]", "]", true},
        {"[\xc3\xa0-\xc3\xb0]", "\xc3\xa9", true},
        {"[", "[", true},
        {"[a", "[a", true},
        {"a[b/c", "a[b/c", true},
        {"\\*", "*", true},
        {"\\*", "a", false},
        {"a\\", "a\\", true},
        {"\xff*", "\xff\xfe", true},
        {"\xff", "\xfe", false},
    };
    for (row const& r : rows) {
        CAPTURE(r.pattern);
        CAPTURE(r.key);
        CHECK(glob(r.pattern).matches(r.key) == r.matches);
    }
}

TEST_CASE("glob: what a listing needs to ask for") {
    struct row {
        char const* pattern;
        char const* prefix;
        bool one_level;
    };
    static constexpr row rows[] = {
        {"a/b", "a/b", true},    {"a/b*", "a/b", true},   {"a/b*/c", "a/b", false}, {"a/**", "a/", false}, {"*", "", true},
        {"a\\*b*", "a*b", true}, {"a[bc]/d", "a", false}, {"a[b", "a[b", true},     {"a?b/", "a", false},
    };
    for (row const& r : rows) {
        CAPTURE(r.pattern);
        CHECK(glob(r.pattern).literal_prefix() == r.prefix);
        CHECK(glob(r.pattern).one_level() == r.one_level);
    }
}

TEST_CASE("glob: a hostile pattern costs length times length, not more") {
    std::string pattern, key(1000, 'a');
    for (int i = 0; i < 200; ++i) pattern += "*a";
    pattern += "b";
    auto const start = std::chrono::steady_clock::now();
    CHECK_FALSE(glob(pattern).matches(key));
    CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(5));  // backtracking would take centuries
}
