#include "support/co_test.hpp"

#include <sluice/memory.hpp>
#include <sluice/operations.hpp>
#include <sluice/wrap/prefixed.hpp>

using namespace sluice;
using namespace sluice::test;

CO_TEST("prefixed: keys inside and outside differ by the prefix, and what lies beside it is not seen") {
    std::shared_ptr<object_store> const inner = make_memory_store();
    std::shared_ptr<object_store> const part = make_prefixed(inner, "team/");
    payload mine("mine"), other("other");
    co_await inner->put("teams", other);
    co_await part->put("a/b", mine);
    object_meta const about = co_await inner->head("team/a/b");
    CHECK(about.size == 4);
    object_meta const short_name = co_await part->head("a/b");
    CHECK(short_name.key == "a/b");
    body_reader const body = co_await part->get("a/b");
    CHECK(body.object().key == "a/b");
    list_page const page = co_await list_all(part, "");
    REQUIRE(page.objects.size() == 1);
    CHECK(page.objects.front().key == "a/b");
    CHECK(part->uri() == "mem://memory/team/");
}

CO_TEST("prefixed: an error names the whole key; an empty key is refused, and one that is too long with the prefix") {
    std::shared_ptr<object_store> const part = make_prefixed(make_memory_store(), "team/");
    struct row {
        object_key key;
        errc expected;
        std::string uri;
    };
    row const rows[] = {
        {"absent", errc::not_found, "mem://memory/team/absent"},
        {"", errc::invalid_argument, "mem://memory/team/"},
        {std::string(1020, 'k'), errc::invalid_argument, "mem://memory/team/" + std::string(1020, 'k')},
        {std::string(1019, 'k'), errc::not_found, "mem://memory/team/" + std::string(1019, 'k')},
    };
    for (row const& r : rows) {
        errc reason{};
        std::string uri;
        try {
            co_await part->head(r.key);
        } catch (error const& e) {
            reason = e.reason();
            uri = e.info().uri;
        }
        CHECK(to_string(reason) == to_string(r.expected));
        CHECK(uri == r.uri);
    }
}

CO_TEST("prefixed: start_after and page tokens stay inside the prefix") {
    std::shared_ptr<object_store> const inner = make_memory_store("memory", 2);
    std::shared_ptr<object_store> const part = make_prefixed(inner, "p/");
    for (char const* key : {"a", "b", "c", "d", "e"}) {
        payload data("x");
        co_await part->put(key, data);
    }
    list_options options;
    options.start_after = "b";
    list_page const rest = co_await list_all(part, "", options);
    REQUIRE(rest.objects.size() == 3);
    CHECK(rest.objects[0].key == "c");
    CHECK(rest.objects[2].key == "e");
}
