#include "backend/file/list_walk.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

using namespace sluice;
using file::entry_kind;
using file::list_walk;

namespace {

/// A tree in memory: the entries of each folder.
class tree {
public:
    explicit tree(std::vector<std::string> const& keys) : keys_(keys) {
        for (std::string const& key : keys) {
            std::string folder = ".";
            for (std::size_t at = 0;;) {
                std::size_t const slash = key.find('/', at);
                std::string const name = key.substr(at, slash - at);
                folders_[folder][name] = slash == std::string::npos ? entry_kind::file : entry_kind::folder;
                if (slash == std::string::npos) break;
                folder = key.substr(0, slash);
                at = slash + 1;
            }
        }
    }

    /// Does what a step asks for. Returns false at the end.
    void read(list_walk& walk) const {
        auto const found = folders_.find(walk.folder());
        if (found == folders_.end()) return walk.no_folder();
        for (auto const& [name, kind] : found->second)
            if (walk.wants(name, kind)) walk.add(name, kind);
        walk.names().sort();
        walk.folder_read({}, true);
        ++folders_read;
    }

    bool has_key(std::string const& folder, std::string const& after) const {
        return std::ranges::any_of(keys_, [&](std::string const& key) { return key > after && key.starts_with(folder); });
    }

    std::vector<std::string> const& keys() const { return keys_; }
    mutable int folders_read = 0;

private:
    std::vector<std::string> keys_;
    std::map<std::string, std::map<std::string, entry_kind>> folders_;
};

/// What a listing of object stores gives: keys and groups in one order, at most `limit`.
std::vector<std::string> listed(tree const& t, std::string const& prefix, list_options const& options) {
    std::set<std::string> all;
    std::string const after = options.next.empty() ? options.start_after : options.next;
    for (std::string const& key : t.keys()) {
        if (!key.starts_with(prefix) || key <= after) continue;
        std::size_t const cut = options.delimiter.empty() ? std::string::npos : key.find(options.delimiter, prefix.size());
        std::string const shown = cut == std::string::npos ? key : key.substr(0, cut + options.delimiter.size());
        if (shown != options.next) all.insert(shown);
    }
    std::vector<std::string> out(all.begin(), all.end());
    if (out.size() > options.max_keys) out.resize(options.max_keys);
    return out;
}

std::vector<std::string> walked(tree const& t, std::string const& prefix, list_options const& options, std::size_t memory) {
    std::vector<std::string> out;
    list_walk walk(prefix, options, memory);
    while (out.size() < options.max_keys) {
        switch (walk.next()) {
        case list_walk::step::read_folder: t.read(walk); break;
        case list_walk::step::object: out.push_back(walk.key()); break;
        case list_walk::step::group:
            if (walk.kind() == entry_kind::folder && !t.has_key(walk.key(), walk.after())) break;
            out.emplace_back(walk.group());
            walk.pass_over(out.back());
            break;
        case list_walk::step::end: return out;
        }
    }
    return out;
}

tree const& small_tree() {
    static tree const t({"a.b", "a/1", "a/2", "a/b/3", "a/b/c/4", "a0", "b", "c-d/x", "c/d/x", "c/e", "z/y/x"});
    return t;
}

}  // namespace

TEST_CASE("list walk: keys come in byte order of the whole key") {
    CHECK(walked(small_tree(), "", list_options(), 1 << 20) == small_tree().keys());
    CHECK(walked(small_tree(), "a/", list_options(), 1 << 20) == std::vector<std::string>{"a/1", "a/2", "a/b/3", "a/b/c/4"});
    CHECK(walked(small_tree(), "c", list_options(), 1 << 20) == std::vector<std::string>{"c-d/x", "c/d/x", "c/e"});
    for (char const* const none : {"nothing", "a//", "../", "./", "/", "a/../", "b/", "a/1/"}) {
        CAPTURE(none);
        CHECK(walked(small_tree(), none, list_options(), 1 << 20).empty());
    }
}

TEST_CASE("list walk: with the usual delimiter folders are groups, and are not read") {
    list_options level;
    level.delimiter = "/";
    small_tree().folders_read = 0;
    CHECK(walked(small_tree(), "", level, 1 << 20) == std::vector<std::string>{"a.b", "a/", "a0", "b", "c-d/", "c/", "z/"});
    CHECK(small_tree().folders_read == 1);
    CHECK(walked(small_tree(), "a/b/", level, 1 << 20) == std::vector<std::string>{"a/b/3", "a/b/c/"});
}

TEST_CASE("list walk: put back, the same comes again") {
    list_walk walk("", list_options(), 1 << 20);
    REQUIRE(walk.next() == list_walk::step::read_folder);
    small_tree().read(walk);
    REQUIRE(walk.next() == list_walk::step::object);
    CHECK(walk.key() == "a.b");
    CHECK(walk.folder() == ".");
    walk.put_back();
    REQUIRE(walk.next() == list_walk::step::object);
    CHECK(walk.key() == "a.b");
    REQUIRE(walk.next() == list_walk::step::read_folder);
    CHECK(walk.folder() == "a");
}

TEST_CASE("list walk: every start, delimiter and amount of memory gives what an object store gives") {
    for (std::uint32_t seed = 1; seed <= 60; ++seed) {
        CAPTURE(seed);
        std::mt19937 engine(seed);
        auto const random = [&] { return static_cast<std::uint32_t>(engine()); };
        std::set<std::string> keys;
        std::string const letters = "ab-.0";
        std::set<std::string> folders;
        for (int i = 0; i < 80; ++i) {
            std::string key;
            for (int depth = static_cast<int>(random() % 4); depth >= 0; --depth) {
                for (unsigned n = 1 + random() % 3; n > 0; --n) key += letters[random() % letters.size()];
                if (depth > 0) key += '/';
            }
            bool clash = folders.contains(key + '/') || key.find("./") != std::string::npos || key == "." || key == ".." ||
                         key.ends_with("/.") || key.ends_with("/..");
            for (std::size_t slash = key.find('/'); slash != std::string::npos; slash = key.find('/', slash + 1))
                clash = clash || keys.contains(key.substr(0, slash));
            if (clash) continue;
            for (std::size_t slash = key.find('/'); slash != std::string::npos; slash = key.find('/', slash + 1))
                folders.insert(key.substr(0, slash + 1));
            keys.insert(key);
        }
        std::vector<std::string> const sorted(keys.begin(), keys.end());
        tree const t(sorted);
        for (int i = 0; i < 60; ++i) {
            list_options options;
            constexpr std::string_view delimiters[] = {"", "/", "a", "-", "b/", "/a"};
            options.delimiter = delimiters[random() % 6];
            options.max_keys = 1 + random() % 20;
            std::string const some = sorted[random() % sorted.size()];
            std::string prefix = random() % 2 ? std::string() : some.substr(0, random() % (some.size() + 1));
            if (random() % 2) options.start_after = sorted[random() % sorted.size()].substr(0, 1 + random() % 5);
            std::size_t const memory = random() % 2 ? 0 : 1 << 20;
            CAPTURE(prefix);
            CAPTURE(options.delimiter);
            CAPTURE(options.start_after);
            std::vector<std::string> all;
            for (int pages = 0; pages < 200; ++pages) {
                std::vector<std::string> const page = walked(t, prefix, options, memory);
                CHECK(page == listed(t, prefix, options));
                if (page.empty()) break;
                options.next = page.back();
            }
        }
    }
}
