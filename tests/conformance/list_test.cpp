#include "conformance/fixture.hpp"

#include <algorithm>
#include <set>

using namespace sluice;
using namespace sluice::test;

using list_of = std::vector<std::string>;

CONFORMANCE("an empty place lists nothing, and so does a prefix that matches nothing") {
    list_page const page = co_await p.store->list(p.prefix);
    CHECK(page.objects.empty());
    CHECK(page.prefixes.empty());
    CHECK(page.next.empty());
    co_await put(p, "a", "x");
    list_page const other = co_await list_all(p.store, p.key("b/"));
    CHECK(other.objects.empty());
    if (p.store->can().folder_listing) {
        CHECK_FAILS(errc::unsupported, p.store->list(p.key("b")));
        co_return;
    }
    list_page const none = co_await list_all(p.store, p.key("b"));
    CHECK(none.objects.empty());
}

CONFORMANCE("a listing has key, size, ETag and time of each object, in key order where one is promised") {
    co_await put(p, "b", "22");
    co_await put(p, "a", "1");
    co_await put(p, "c/d", "333");
    list_page const page = co_await list_all(p.store, p.prefix);
    CHECK(names(p, page) == list_of{"a", "b", "c/d"});
    for (object_meta const& one : page.objects) {
        object_meta const about = co_await p.store->head(one.key);
        CHECK(one.size == (one.key == p.key("b") ? 2 : one.key == p.key("a") ? 1 : 3));
        CHECK(one.etag == about.etag);
        CHECK(one.last_modified.has_value());
    }
}

CONFORMANCE("folders: foo/ never matches foo.bar/, and the name of a file is no folder") {
    for (char const* const name : {"foo/x", "foo.bar/y", "foobar"}) co_await put(p, name, "x");
    bool const paths = p.store->can().paths;
    if (paths) {
        CHECK_FAILS(errc::invalid_argument, put(p, "foo", "x"));
        CHECK_FAILS(errc::invalid_argument, put(p, "foobar/x", "x"));
    } else {
        co_await put(p, "foo", "x");
    }
    list_page const folder = co_await list_all(p.store, p.key("foo/"));
    CHECK(names(p, folder) == list_of{"foo/x"});
    list_page const file = co_await list_all(p.store, p.key("foobar/"));
    CHECK(file.objects.empty());
    list_options level;
    level.delimiter = "/";
    list_page const page = co_await list_all(p.store, p.prefix, level);
    CHECK(names(p, page) == (paths ? list_of{"foobar"} : list_of{"foo", "foobar"}));
    CHECK(groups(p, page) == list_of{"foo.bar/", "foo/"});
}

CONFORMANCE("a delimiter splits objects and prefixes exactly, at every level") {
    for (char const* const name : {"top", "a/1", "a/2", "a/b/3", "a/b/c/4", "z/5"}) co_await put(p, name, "x");
    list_options level;
    level.delimiter = "/";
    list_page const root = co_await list_all(p.store, p.prefix, level);
    CHECK(names(p, root) == list_of{"top"});
    CHECK(groups(p, root) == list_of{"a/", "z/"});
    list_page const a = co_await list_all(p.store, p.key("a/"), level);
    CHECK(names(p, a) == list_of{"a/1", "a/2"});
    CHECK(groups(p, a) == list_of{"a/b/"});
    if (p.store->can().folder_listing) {
        CHECK_FAILS(errc::unsupported, p.store->list(p.key("a/b"), level));
        level.delimiter = "b";
        CHECK_FAILS(errc::unsupported, p.store->list(p.prefix, level));
        co_return;
    }
    list_page const partial = co_await list_all(p.store, p.key("a/b"), level);
    CHECK(partial.objects.empty());
    CHECK(groups(p, partial) == list_of{"a/b/"});
}

CONFORMANCE("pages: each at most as long as asked, the union exact, no token on the last") {
    list_of wanted;
    for (int i = 0; i < 23; ++i) wanted.push_back("k" + std::to_string(100 + i));
    for (std::string const& name : wanted) co_await put(p, name, name);
    for (std::uint32_t const size : {1u, 2u, 3u, 5u, 23u, 24u}) {
        list_options options;
        options.max_keys = size;
        list_of got;
        std::size_t pages = 0;
        do {
            list_page const page = co_await p.store->list(p.prefix, options);
            CHECK(page.objects.size() <= size);
            std::ranges::copy(names(p, page), std::back_inserter(got));
            options.next = page.next;
            ++pages;
        } while (!options.next.empty() && pages < 100);
        if (!p.store->can().ordered_listing) std::ranges::sort(got);
        CHECK_MESSAGE(got == wanted, size);
    }
}

CONFORMANCE("pages with a delimiter name each prefix once") {
    list_of folders;
    for (int i = 0; i < 9; ++i) {
        folders.push_back("f" + std::to_string(i) + '/');
        for (int k = 0; k < 3; ++k) co_await put(p, folders.back() + std::to_string(k), "x");
        co_await put(p, "f" + std::to_string(i) + "-file", "x");
    }
    for (std::uint32_t const size : {1u, 2u, 7u}) {
        list_options options;
        options.delimiter = "/";
        options.max_keys = size;
        list_page const all = co_await list_all(p.store, p.prefix, options);
        CHECK_MESSAGE(groups(p, all) == folders, size);
        CHECK_MESSAGE(all.objects.size() == 9, size);
    }
}

CONFORMANCE("start_after excludes its own key, exists or not; without an order it is unsupported") {
    for (char const* const name : {"a", "b", "b0", "c", "d"}) co_await put(p, name, "x");
    struct row {
        std::string_view after;
        list_of expected;
    };
    row const rows[] = {{"a", {"b", "b0", "c", "d"}},
                        {"b", {"b0", "c", "d"}},
                        {"b00", {"c", "d"}},
                        {"0", {"a", "b", "b0", "c", "d"}},
                        {"d", {}},
                        {"zz", {}}};
    if (!p.store->can().ordered_listing) {
        list_options options;
        options.start_after = p.key("a");
        CHECK_FAILS(errc::unsupported, p.store->list(p.prefix, options));
        co_return;
    }
    for (row const& r : rows) {
        list_options options;
        options.start_after = p.key(r.after);
        list_page const page = co_await list_all(p.store, p.prefix, options);
        CHECK_MESSAGE(names(p, page) == r.expected, r.after);
    }
}

CONFORMANCE("a prefix that is no text is refused, as a key is: found by the random programs") {
    std::string const cut = p.prefix + "\xc3/", nul = p.prefix + std::string("\0/", 2);
    CHECK_FAILS(errc::invalid_argument, p.store->list(cut));
    CHECK_FAILS(errc::invalid_argument, p.store->list(nul));
    list_options options;
    options.delimiter = "\xff";
    if (!p.store->can().folder_listing) CHECK_FAILS(errc::invalid_argument, p.store->list(p.prefix, options));
}

CONFORMANCE("a page of no keys is refused") {
    list_options options;
    options.max_keys = 0;
    CHECK_FAILS(errc::invalid_argument, p.store->list(p.prefix, options));
}

CONFORMANCE("inserting and removing between pages keeps the rest of the listing whole") {
    for (int i = 10; i < 30; ++i) co_await put(p, "k" + std::to_string(i), "x");
    list_options options;
    options.max_keys = 5;
    list_page const first = co_await p.store->list(p.prefix, options);
    REQUIRE_FALSE(first.next.empty());
    co_await put(p, "k00", "before what was listed");
    std::vector<object_key> gone{p.key("k10"), p.key("k25")};
    co_await p.store->remove(std::move(gone));
    co_await put(p, "k28a", "still to come");
    std::set<std::string> seen;
    for (std::string const& name : names(p, first)) seen.insert(name);
    options.next = first.next;
    for (int pages = 0; !options.next.empty() && pages < 50; ++pages) {
        list_page const page = co_await p.store->list(p.prefix, options);
        for (std::string const& name : names(p, page)) CHECK(seen.insert(name).second);
        options.next = page.next;
    }
    for (int i = 11; i < 30; ++i)
        if (i != 25) CHECK(seen.contains("k" + std::to_string(i)));
    if (!p.store->can().ordered_listing) co_return;  // what came and went may lie on either side of the first page's end
    CHECK(seen.contains("k10"));
    CHECK(seen.contains("k28a"));
    CHECK_FALSE(seen.contains("k25"));
}

CONFORMANCE("for_each_page stops when the visitor says so") {
    for (int i = 0; i < 6; ++i) co_await put(p, std::to_string(i), "x");
    list_options options;
    options.max_keys = 2;
    int pages = 0;
    page_visitor const two_pages = [&](list_page) -> awaitable<bool> { co_return ++pages < 2; };
    co_await for_each_page(p.store, p.prefix, options, two_pages);
    CHECK(pages == 2);
}
