#include "conformance/fixture.hpp"

#include <algorithm>
#include <iterator>

using namespace sluice;
using namespace sluice::test;

namespace {

/// Names that some client, server or proxy has got wrong before.
std::vector<std::string> nasty_names() {
    std::vector<std::string> names{
        "plain",
        "with space",
        " lead",
        "trail ",
        "a+b",
        "a%20b",
        "%48%45",
        "%",
        "100%",
        "%zz",
        "a&b=c",
        "a?b",
        "a#b",
        "a;b,c",
        "a:b@c",
        "a=b",
        "quote\"s'",
        "back\\slash",
        "<tag>",
        "a*b",
        "a[1]{2}",
        "tilde~",
        "bang!",
        "dollar$",
        "(paren)",
        "caret^",
        "pipe|",
        "back`tick",
        "dot.",
        "..hidden",
        "a..b",
        "percent%2Fslash",
        "\xc3\xa4\xc3\xb6\xc3\xbc",
        "\xe6\x97\xa5\xe6\x9c\xac",
        "\xf0\x9f\x98\x80",
        "\xf0\x9f\x87\xa9\xf0\x9f\x87\xaa",
        "nfd-a\xcc\x88",
    };
    std::string ascii = "ascii-";
    for (char c = 0x21; c < 0x7f; ++c)
        if (c != '/') ascii += c;
    names.push_back(ascii);
    return names;
}

/// Names that are no paths of files.
std::vector<std::string> pathless_names() {
    return {"double//slash", "trailing/slash/", "trailing/slash//", "/leading", "./dot", "../dots", "a/../b", "a/.", "a/.."};
}

}  // namespace

CONFORMANCE("nasty names: put, head, read, list, remove each of them") {
    std::vector<std::string> wanted = nasty_names();
    bool const az = p.store->uri().starts_with("az:");  // where a backslash would become a slash
    if (az) {
        CHECK_FAILS(errc::invalid_argument, put(p, "back\\slash", "content"));
        std::erase_if(wanted, [](std::string const& name) { return name.find('\\') != name.npos; });
    }
    if (!p.store->can().paths) std::ranges::copy(pathless_names(), std::back_inserter(wanted));
    for (std::string const& name : wanted) {
        co_await put(p, name, "content of " + name);
        object_meta const about = co_await p.store->head(p.key(name));
        CHECK_MESSAGE(about.size == name.size() + 11, name);
        std::string const got = co_await content(p, name);
        CHECK(got == "content of " + name);
    }
    list_page const page = co_await list_all(p.store, p.prefix);
    std::ranges::sort(wanted);
    CHECK(names(p, page) == wanted);

    for (std::string const& name : wanted) {
        std::string prefix = listed_prefix(p, p.key(name));
        list_page const one = co_await list_all(p.store, std::move(prefix));
        bool const found = std::ranges::any_of(one.objects, [&](object_meta const& m) { return m.key == p.key(name); });
        CHECK_MESSAGE(found, name);
    }
    std::vector<object_key> keys;
    for (std::string const& name : wanted) keys.push_back(p.key(name));
    remove_report const report = co_await p.store->remove(std::move(keys));
    CHECK(report.failed.empty());
    list_page const left = co_await list_all(p.store, p.prefix);
    CHECK(left.objects.empty());
}

CONFORMANCE("names of control characters: put, read, list, remove") {
    std::vector<std::string> wanted;
    bool const no_breaks = p.store->uri().starts_with("gs:");  // the service takes no CR and no LF
    for (char c = 0x01; c < 0x20; ++c) {
        std::string const name = std::string("c-") + c + "-end";
        bool const breaks = c == '\r' || c == '\n';
        if (breaks && no_breaks)
            CHECK_FAILS(errc::invalid_argument, put(p, name, name));
        else
            wanted.push_back(name);
    }
    wanted.push_back("c-\x7f-end");
    for (std::string const& name : wanted) co_await put(p, name, name);
    for (std::string const& name : wanted) {
        std::string const got = co_await content(p, name);
        CHECK(got == name);
    }
    list_page const page = co_await list_all(p.store, p.prefix);
    CHECK(names(p, page) == wanted);
    std::vector<object_key> keys;
    for (std::string const& name : wanted) keys.push_back(p.key(name));
    remove_report const report = co_await p.store->remove(std::move(keys));
    CHECK(report.failed.empty());
    list_page const left = co_await list_all(p.store, p.prefix);
    CHECK(left.objects.empty());
}

CONFORMANCE("a name that is no path is its own object, or refused: it is never another") {
    bool const paths = p.store->can().paths;
    for (std::string const& name : pathless_names()) {
        if (paths) {
            CHECK_FAILS(errc::invalid_argument, put(p, name, "x"));
            CHECK_FAILS(errc::invalid_argument, p.store->head(p.key(name)));
        } else {
            co_await put(p, name, "content of " + name);
        }
        list_page const page = co_await list_all(p.store, p.prefix);
        bool const found = std::ranges::any_of(page.objects, [&](object_meta const& m) { return m.key == p.key(name); });
        CHECK_MESSAGE(found == !paths, name);
        CHECK_MESSAGE((!paths || page.objects.empty()), name);
    }
}

CONFORMANCE("a name as long as names can be") {
    std::string name(p.store->can().longest_key - p.prefix.size(), 'n');
    if (p.store->can().paths) {
        CHECK_FAILS(errc::invalid_argument, put(p, name, "long"));
        for (std::size_t at = 200; at < name.size(); at += 200) name[at] = '/';
    }
    co_await put(p, name, "long");
    std::string const got = co_await content(p, name);
    CHECK(got == "long");
    CHECK_FAILS(errc::invalid_argument, put(p, std::string(1025, 'n'), "too long"));
}
