#include "conformance/fixture.hpp"

#include <chrono>

using namespace sluice;
using namespace sluice::test;
using namespace std::chrono_literals;

CONFORMANCE("what was put is read back whole, by head, read, get and get_all") {
    std::string const data = pattern(100'000);
    co_await put(p, "a", data);

    object_meta const about = co_await p.store->head(p.key("a"));
    CHECK(about.size == data.size());
    CHECK(about.key == p.key("a"));
    CHECK_FALSE(about.etag.empty());
    REQUIRE(about.last_modified.has_value());
    CHECK(std::chrono::abs(*about.last_modified - std::chrono::system_clock::now()) < 10min);

    std::string into(data.size(), 'x');
    read_result const got = co_await p.store->read(p.key("a"), byte_range::whole(), writable(into));
    CHECK(got.range == resolved_range{0, data.size()});
    CHECK(got.object.size == data.size());
    CHECK(got.object.etag == about.etag);
    CHECK(into == data);

    body_reader body = co_await p.store->get(p.key("a"));
    CHECK(body.object().etag == about.etag);
    std::string streamed;
    std::string piece(7'777, '\0');
    for (;;) {
        std::size_t const n = co_await body.read_some(writable(piece));
        if (n == 0) break;
        streamed.append(piece, 0, n);
    }
    CHECK(streamed == data);
    std::string const all = co_await content(p, "a");
    CHECK(all == data);
}

CONFORMANCE("ranges: bounded, clipped, from, last, and the full size with each") {
    co_await put(p, "digits", "0123456789");
    struct row {
        byte_range range;
        std::string_view expected;
        std::uint64_t offset;
    };
    row const rows[] = {
        {byte_range::bounded(3, 5), "34567", 3},       {byte_range::bounded(0, 1), "0", 0},
        {byte_range::bounded(9, 1), "9", 9},           {byte_range::bounded(7, 100), "789", 7},
        {byte_range::bounded(0, 10), "0123456789", 0}, {byte_range::from(3), "3456789", 3},
        {byte_range::from(0), "0123456789", 0},        {byte_range::last(4), "6789", 6},
        {byte_range::last(100), "0123456789", 0},      {byte_range::whole(), "0123456789", 0},
    };
    for (row const& r : rows) {
        resolved_range const range{r.offset, r.expected.size()};
        std::string into(10, 'x');
        read_result const got = co_await p.store->read(p.key("digits"), r.range, writable(into));
        CHECK_MESSAGE(got.object.size == 10, r.expected);
        CHECK_MESSAGE(got.range == range, r.expected);
        CHECK(into == std::string(r.expected) + std::string(10 - r.expected.size(), 'x'));

        get_options options;
        options.range = r.range;
        body_reader body = co_await p.store->get(p.key("digits"), options);
        CHECK_MESSAGE(body.range() == range, r.expected);
        std::size_t const n = co_await body.read_all(writable(into));
        CHECK(into.substr(0, n) == r.expected);
    }
}

CONFORMANCE("a range that begins at or behind the end fails") {
    co_await put(p, "digits", "0123456789");
    std::string into(10, 'x');
    CHECK_FAILS(errc::range_not_satisfiable, p.store->read(p.key("digits"), byte_range::bounded(10, 1), writable(into)));
    CHECK_FAILS(errc::range_not_satisfiable, p.store->read(p.key("digits"), byte_range::from(11), writable(into)));
    CHECK(into == "xxxxxxxxxx");
}

CONFORMANCE("a buffer that is too small is refused, and nothing is written behind it") {
    co_await put(p, "digits", "0123456789");
    std::string into(10, 'x');
    CHECK_FAILS(errc::buffer_too_small, p.store->read(p.key("digits"), byte_range::whole(), writable(into).first(9)));
    CHECK_FAILS(errc::buffer_too_small, p.store->read(p.key("digits"), byte_range::bounded(2, 5), writable(into).first(4)));
    CHECK(into.back() == 'x');
}

CONFORMANCE("an empty object is read by every path") {
    co_await put(p, "empty", "");
    object_meta const about = co_await p.store->head(p.key("empty"));
    CHECK(about.size == 0);
    std::string const all = co_await content(p, "empty");
    CHECK(all.empty());
    read_result const whole = co_await p.store->read(p.key("empty"), byte_range::whole(), {});
    CHECK(whole.range == resolved_range{0, 0});
    read_result const front = co_await p.store->read(p.key("empty"), byte_range::bounded(0, 10), {});
    CHECK(front.range == resolved_range{0, 0});
    CHECK(front.object.size == 0);
    body_reader body = co_await p.store->get(p.key("empty"));
    std::string piece(4, 'x');
    std::size_t const n = co_await body.read_some(writable(piece));
    CHECK(n == 0);
}

CONFORMANCE("an object of one byte, and objects around powers of two, are read whole") {
    for (std::size_t const size : {std::size_t{1}, std::size_t{4095}, std::size_t{4096}, std::size_t{16'384}, std::size_t{65'537}}) {
        std::string const data = pattern(size);
        co_await put(p, "sized", data);
        std::string const got = co_await content(p, "sized");
        CHECK_MESSAGE(got == data, size);
    }
}

CONFORMANCE("what does not exist is not_found, for every read") {
    std::string into(4, 'x');
    CHECK_FAILS(errc::not_found, p.store->head(p.key("nothing")));
    CHECK_FAILS(errc::not_found, p.store->read(p.key("nothing"), byte_range::whole(), writable(into)));
    CHECK_FAILS(errc::not_found, p.store->get(p.key("nothing")));
    bool const there = co_await exists(p.store, p.key("nothing"));
    CHECK_FALSE(there);
    co_await put(p, "folder/file", "x");
    CHECK_FAILS(errc::not_found, p.store->head(p.key("folder")));
    bool const file = co_await exists(p.store, p.key("folder/file"));
    CHECK(file);
}

CONFORMANCE("an error names the operation, the object and the reason") {
    try {
        co_await p.store->head(p.key("nothing"));
        FAIL("no error");
    } catch (error const& e) {
        CHECK(e.info().operation == "head");
        CHECK(e.info().uri == p.store->uri() + p.key("nothing"));
        CHECK(std::string_view(e.what()).find("not found") != std::string_view::npos);
    }
}

CONFORMANCE("conditions of reads hold for head, read and get") {
    co_await put(p, "c", "first");
    object_meta const first = co_await p.store->head(p.key("c"));
    wall_time const modified = *first.last_modified;

    get_options match;
    match.if_match = first.etag;
    std::string into(5, 'x');
    co_await p.store->read(p.key("c"), byte_range::whole(), writable(into), match);
    CHECK(into == "first");

    get_options none;
    none.if_none_match = first.etag;
    CHECK_FAILS(errc::not_modified, p.store->get(p.key("c"), none));
    head_options head_none;
    head_none.if_none_match = first.etag;
    CHECK_FAILS(errc::not_modified, p.store->head(p.key("c"), head_none));

    get_options since;
    since.if_modified_since = modified + 1h;
    CHECK_FAILS(errc::not_modified, p.store->get(p.key("c"), since));
    since.if_modified_since = modified - 1h;
    co_await p.store->get(p.key("c"), since);
    get_options unmodified;
    unmodified.if_unmodified_since = modified - 1h;
    CHECK_FAILS(errc::precondition_failed, p.store->get(p.key("c"), unmodified));
    unmodified.if_unmodified_since = modified + 1h;
    co_await p.store->get(p.key("c"), unmodified);

    co_await put(p, "c", "second");
    object_meta const second = co_await p.store->head(p.key("c"));
    CHECK(second.etag != first.etag);
    CHECK_FAILS(errc::precondition_failed, p.store->get(p.key("c"), match));
    CHECK_FAILS(errc::precondition_failed, p.store->read(p.key("c"), byte_range::bounded(0, 2), writable(into), match));
    head_options head_match;
    head_match.if_match = first.etag;
    CHECK_FAILS(errc::precondition_failed, p.store->head(p.key("c"), head_match));
}

CONFORMANCE("a body that is dropped early does no harm to what follows") {
    std::string const data = pattern(2'000'000);
    co_await put(p, "big", data);
    for (int i = 0; i < 3; ++i) {
        body_reader body = co_await p.store->get(p.key("big"));
        std::string piece(1'000, '\0');
        std::size_t const n = co_await body.read_all(writable(piece));
        CHECK(n == 1'000);
        CHECK(piece == data.substr(0, 1'000));
    }
    std::string const all = co_await content(p, "big");
    CHECK(all == data);
}

CONFORMANCE("an operation outlives the store it was started on") {
    co_await put(p, "k", "value");
    auto store = p.store;
    p.store.reset();
    awaitable<object_meta> pending = store->head(p.prefix + "k");
    store.reset();
    object_meta const about = co_await std::move(pending);
    CHECK(about.size == 5);
}
