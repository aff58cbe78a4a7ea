#include "conformance/fixture.hpp"

#include <algorithm>

using namespace sluice;
using namespace sluice::test;

CONFORMANCE("copy: the new object is the old one, whatever its size, and tells what it was made of") {
    for (std::size_t const size : {std::size_t{0}, std::size_t{1}, std::size_t{4096}, std::size_t{3'000'001}}) {
        std::string const data = pattern(size);
        co_await put(p, "from", data);
        object_meta const before = co_await p.store->head(p.key("from"));
        copied const done = co_await p.store->copy(p.key("from"), p.key("copies/to"));
        CHECK(done.object.key == p.key("from"));
        CHECK(done.object.size == size);
        CHECK(done.object.etag == before.etag);
        std::string const there = co_await content(p, "copies/to");
        CHECK(there == data);
        object_meta const about = co_await p.store->head(p.key("copies/to"));
        CHECK(about.etag == done.put.etag);
        std::string const still = co_await content(p, "from");
        CHECK(still == data);
    }
}

CONFORMANCE("copy: replaces what is there, and onto itself leaves the same bytes") {
    co_await put(p, "from", "new bytes");
    co_await put(p, "to", "these are older ones");
    co_await p.store->copy(p.key("from"), p.key("to"));
    std::string now = co_await content(p, "to");
    CHECK(now == "new bytes");
    co_await p.store->copy(p.key("to"), p.key("to"));
    now = co_await content(p, "to");
    CHECK(now == "new bytes");
}

CONFORMANCE("copy: of nothing is not_found, and the target stays what it was") {
    co_await put(p, "to", "old");
    CHECK_FAILS(errc::not_found, p.store->copy(p.key("missing"), p.key("to")));
    CHECK_FAILS(errc::invalid_argument, p.store->copy(p.key("to"), object_key()));
    CHECK_FAILS(errc::invalid_argument, p.store->copy(object_key(), p.key("to")));
    std::string const now = co_await content(p, "to");
    CHECK(now == "old");
}

CONFORMANCE("copy: attributes are the source's unless some are given") {
    if (!p.store->can().attributes) co_return;
    put_options first;
    first.attributes.content_type = "text/plain";
    first.attributes.metadata = {{"made", "here"}};
    payload data("data");
    co_await p.store->put(p.key("from"), data, first);
    co_await p.store->copy(p.key("from"), p.key("same"));
    object_meta same = co_await p.store->head(p.key("same"));
    CHECK(same.attributes == first.attributes);
    store_copy_options anew;
    anew.attributes.content_type = "text/html";
    anew.attributes.cache_control = "no-cache";
    co_await p.store->copy(p.key("from"), p.key("other"), anew);
    object_meta const other = co_await p.store->head(p.key("other"));
    CHECK(other.attributes == anew.attributes);
    co_await p.store->copy(p.key("from"), p.key("from"), anew);
    object_meta const itself = co_await p.store->head(p.key("from"));
    CHECK(itself.attributes == anew.attributes);
}

CONFORMANCE("copy: conditions of the source hold") {
    co_await put(p, "from", "first");
    object_meta const first = co_await p.store->head(p.key("from"));
    store_copy_options options;
    options.source.if_match = first.etag;
    co_await p.store->copy(p.key("from"), p.key("to"), options);
    co_await put(p, "from", "second, which is longer");
    CHECK_FAILS(errc::precondition_failed, p.store->copy(p.key("from"), p.key("to"), options));
    options.source.if_match.clear();
    object_meta const second = co_await p.store->head(p.key("from"));
    options.source.if_none_match = second.etag;
    CHECK_FAILS(errc::not_modified, p.store->copy(p.key("from"), p.key("to"), options));
    std::string const now = co_await content(p, "to");
    CHECK(now == "first");
}

CONFORMANCE("copy: create_only meets an object, and leaves it") {
    if (!p.store->can().create_only_put) co_return;
    co_await put(p, "from", "new");
    store_copy_options options;
    options.create_only = true;
    co_await p.store->copy(p.key("from"), p.key("to"), options);
    std::string now = co_await content(p, "to");
    CHECK(now == "new");
    co_await put(p, "to", "theirs");
    CHECK_FAILS(errc::already_exists, p.store->copy(p.key("from"), p.key("to"), options));
    now = co_await content(p, "to");
    CHECK(now == "theirs");
}

CONFORMANCE("copy: if_match replaces exactly one version") {
    if (!p.store->can().conditional_put || !p.swaps) co_return;
    co_await put(p, "from", "new");
    co_await put(p, "to", "first");
    object_meta const first = co_await p.store->head(p.key("to"));
    co_await put(p, "to", "second, longer");
    store_copy_options options;
    options.if_match = first.etag;
    CHECK_FAILS(errc::precondition_failed, p.store->copy(p.key("from"), p.key("to"), options));
    object_meta const second = co_await p.store->head(p.key("to"));
    options.if_match = second.etag;
    co_await p.store->copy(p.key("from"), p.key("to"), options);
    std::string const now = co_await content(p, "to");
    CHECK(now == "new");
}

CONFORMANCE("copy_object: within one store the bytes stay there, and the progress ends at the whole") {
    std::string const data = pattern(2'000'003);
    co_await put(p, "from", data);
    std::uint64_t last = 0, opened = 0;
    copy_options options;
    options.report = [&last](std::uint64_t done, std::uint64_t) { last = done; };
    options.read.opened = [&opened](object_meta const& object) { opened = object.size; };
    copied const done = co_await copy_object(p.store, p.key("from"), p.store, p.key("to"), options);
    CHECK(last == data.size());
    CHECK(opened == data.size());
    CHECK(done.object.size == data.size());
    std::string const there = co_await content(p, "to");
    CHECK(there == data);
}

CONFORMANCE("what a store has no keys for is unsupported, never ignored") {
    co_await put(p, "k", "data");
    bool const of_a_cloud = p.store->uri().starts_with("s3:") || p.store->uri().starts_with("az:") || p.store->uri().starts_with("gs:");
    if (!of_a_cloud) {
        head_options head;
        head.key = customer_key(std::string(32, 'k'));
        CHECK_FAILS(errc::unsupported, p.store->head(p.key("k"), head));
        get_options get;
        get.key = head.key;
        CHECK_FAILS(errc::unsupported, p.store->get(p.key("k"), get));
        put_options put_under;
        put_under.keeping.key = head.key;
        payload data("x");
        CHECK_FAILS(errc::unsupported, p.store->put(p.key("k"), data, put_under));
    }
    head_options odd;
    odd.key = customer_key("too short");
    errc const reason = co_await reason_of([&]() -> awaitable<void> { co_await p.store->head(p.key("k"), odd); });
    CHECK((reason == errc::unsupported || reason == errc::invalid_argument));
}

CONFORMANCE("object_lister: gives every key once, in order where one is promised, and nothing behind the last") {
    std::vector<std::string> expected;
    for (int i = 100; i < 130; ++i) {
        expected.push_back(p.key("o" + std::to_string(i)));
        co_await put(p, "o" + std::to_string(i), "x");
    }
    list_options few;
    few.max_keys = 4;
    object_lister lister(p.store, p.prefix, few);
    std::vector<std::string> got;
    for (;;) {
        std::optional<object_meta> const next = co_await lister.next();
        if (!next) break;
        got.push_back(next->key);
    }
    if (!p.store->can().ordered_listing) std::ranges::sort(got);
    CHECK(got == expected);
    std::optional<object_meta> const after = co_await lister.next();
    CHECK_FALSE(after.has_value());
}
