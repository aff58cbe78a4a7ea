// Ranges, empty objects, conditions: what one good answer means.
#include "stream/s3/fixture.hpp"
#include "support/s3_place.hpp"

#include <sluice/range_engine.hpp>

using namespace sluice;
using namespace sluice::test;
using testing::s3_server, testing::script_server, testing::scripted_reply;

namespace {

struct row {
    byte_range asked;
    resolved_range got;
};

}  // namespace

CO_TEST("ranges of an object of ten bytes") {
    s3_server server;
    std::string const data = "0123456789";
    server.put("bucket", "k", data);
    auto const store = quick_store(server.endpoint());
    using r = byte_range;
    for (row const& one :
         {row{r::whole(), {0, 10}}, row{r::bounded(0, 10), {0, 10}}, row{r::bounded(3, 4), {3, 4}}, row{r::bounded(8, 100), {8, 2}},
          row{r::bounded(9, 1), {9, 1}}, row{r::bounded(4, 0), {4, 0}}, row{r::bounded(0, 0), {0, 0}}, row{r::from(0), {0, 10}},
          row{r::from(9), {9, 1}}, row{r::last(3), {7, 3}}, row{r::last(10), {0, 10}}, row{r::last(100), {0, 10}}, row{r::last(0), {10, 0}},
          row{r::bounded(1, UINT64_MAX), {1, 9}}}) {
        poisoned into(12);
        read_result const got = co_await store->read("k", one.asked, into.span());
        CHECK(got.range == one.got);
        CHECK(got.object.size == 10);
        CHECK(got.object.key == "k");
        CHECK(into.text(one.got.length) == data.substr(one.got.offset, one.got.length));
        CHECK(into.untouched_from(one.got.length));
        get_options options;
        options.range = one.asked;
        body_reader reader = co_await store->get("k", options);
        CHECK(reader.range() == one.got);
        std::size_t const n = co_await reader.read_all(into.span());
        CHECK(n == one.got.length);
    }
    CHECK(server.counts().refused == 0);
    CHECK(server.counts().heads == 0);
    CHECK(server.counts().connections == 1);
}

CO_TEST("a range at or behind the end is range_not_satisfiable") {
    s3_server server;
    server.put("bucket", "k", "0123456789");
    auto const store = quick_store(server.endpoint());
    poisoned into(10);
    for (byte_range const range : {byte_range::bounded(10, 1), byte_range::bounded(10, 0), byte_range::from(10), byte_range::from(1000)}) {
        error const e = co_await error_of(store->read("k", range, into.span()));
        CHECK(e.reason() == errc::range_not_satisfiable);
        CHECK(contains(e.info().detail, "10 bytes"));
    }
    CHECK(into.untouched_from(0));
}

CO_TEST("an empty object is no error, however it is read") {
    s3_server server;
    server.put("bucket", "empty", "");
    auto const store = quick_store(server.endpoint());
    for (byte_range const range : {byte_range::whole(), byte_range::bounded(0, 100), byte_range::from(0), byte_range::last(5),
                                   byte_range::last(0), byte_range::bounded(0, 0)}) {
        server.reset_counts();
        poisoned into(10);
        read_result const got = co_await store->read("empty", range, into.span());
        CHECK(got.object.size == 0);
        CHECK(got.object.key == "empty");
        CHECK(got.range == resolved_range{0, 0});
        CHECK(server.counts().requests == 1);
    }
    poisoned into(10);
    error const e = co_await error_of(store->read("empty", byte_range::from(1), into.span()));
    CHECK(e.reason() == errc::range_not_satisfiable);
}

CO_TEST("a 416 that does not tell the size is followed by one HEAD") {
    script_server server;
    server.push(scripted_reply::status(416));
    server.push(scripted_reply("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nETag: \"e1\"\r\n\r\n"));
    auto const store = quick_store(server.endpoint());
    poisoned into(10);
    read_result const got = co_await store->read("k", byte_range::bounded(0, 10), into.span());
    CHECK(got.object.size == 0);
    CHECK(got.object.etag == "\"e1\"");
    server.push(scripted_reply::status(416));
    server.push(scripted_reply("HTTP/1.1 200 OK\r\nContent-Length: 7\r\nETag: \"e1\"\r\n\r\n"));
    error const e = co_await error_of(store->read("k", byte_range::bounded(0, 10), into.span()));
    CHECK(e.reason() == errc::range_not_satisfiable);
    CHECK(server.requests().back().method == "HEAD");
}

CO_TEST("a range that does not fit is buffer_too_small, and nothing is written") {
    s3_server server;
    server.put("bucket", "k", pattern(1 << 20));
    auto const store = quick_store(server.endpoint());
    poisoned into(100);
    error const e = co_await error_of(store->read("k", byte_range::bounded(5, 101), into.span()));
    CHECK(e.reason() == errc::buffer_too_small);
    CHECK(into.untouched_from(0));
    error const whole = co_await error_of(store->read("k", byte_range::whole(), into.span()));
    CHECK(whole.reason() == errc::buffer_too_small);
    read_result const fits = co_await store->read("k", byte_range::bounded((1 << 20) - 10, 500), into.span());
    CHECK(fits.range.length == 10);
}

CO_TEST("conditions of reads") {
    s3_server server;
    std::string const etag = server.put("bucket", "k", "data");
    auto const store = quick_store(server.endpoint());
    poisoned into(10);
    object_meta const meta = co_await store->head("k");
    REQUIRE(meta.last_modified);

    get_options good;
    good.if_match = etag.substr(1, etag.size() - 2);
    co_await store->read("k", byte_range::whole(), into.span(), good);
    get_options bad;
    bad.if_match = "other";
    error const e1 = co_await error_of(store->read("k", byte_range::whole(), into.span(), bad));
    CHECK(e1.reason() == errc::precondition_failed);
    get_options unchanged;
    unchanged.if_none_match = etag;
    error const e2 = co_await error_of(store->read("k", byte_range::whole(), into.span(), unchanged));
    CHECK(e2.reason() == errc::not_modified);
    get_options since;
    since.if_modified_since = *meta.last_modified;
    error const e3 = co_await error_of(store->get("k", since));
    CHECK(e3.reason() == errc::not_modified);
    get_options before;
    before.if_unmodified_since = *meta.last_modified - std::chrono::seconds(10);
    error const e4 = co_await error_of(store->get("k", before));
    CHECK(e4.reason() == errc::precondition_failed);
    head_options head;
    head.if_none_match = etag;
    error const e5 = co_await error_of(store->head("k", head));
    CHECK(e5.reason() == errc::not_modified);
    CHECK(server.counts().refused == 0);
}

CO_TEST("head: size, version and attributes; nothing for what is not there") {
    s3_server server;
    auto const store = quick_store(server.endpoint());
    put_options options;
    options.attributes.content_type = "text/plain";
    options.attributes.cache_control = "no-store";
    options.attributes.metadata = {{"Owner", "me  too"}};
    put_result const put = co_await store->put("k", payload("data"), options);
    object_meta const meta = co_await store->head("k");
    CHECK(meta.size == 4);
    CHECK(meta.etag == put.etag);
    CHECK(meta.attributes.content_type == "text/plain");
    CHECK(meta.attributes.cache_control == "no-store");
    CHECK(meta.attributes.metadata == std::vector<std::pair<std::string, std::string>>{{"owner", "me  too"}});
    error const e = co_await error_of(store->head("missing"));
    CHECK(e.reason() == errc::not_found);
    CHECK(e.info().status == 404);
    CHECK(e.info().operation == "head");
    CHECK(e.info().uri == "s3://bucket/missing");
}

CO_TEST("read: what turns out to be small is proven by the one answer it costs, also by the engine") {
    s3_server server;
    s3_settings settings = settings_for(server);
    settings.write_checksums = settings.read_checksums = checksum_mode::when_supported;
    auto const store = make_s3_store(settings);
    std::string const data = pattern(5000);
    co_await store->put("k", payload(data));
    server.reset_counts();
    whole_object const got = co_await get_all(store, "k");
    CHECK(got.data.text() == data);
    CHECK(server.counts().requests == 1);

    server.on_request([](testing::s3_request_view const& r) {
        std::optional<testing::s3_fault> fault(std::in_place);
        fault->flip_bit_of = r.method == "GET" ? 4999 : ~0ull;
        return fault;
    });
    error const e = co_await error_of(get_all(store, "k"));
    CHECK(e.reason() == errc::checksum_mismatch);
    poisoned into(6000);
    error const in_place = co_await error_of(read_ranged(store, "k", byte_range::whole(), into.span()));
    CHECK(in_place.reason() == errc::checksum_mismatch);

    // The front of what turns out to be large is checked with the rest.
    range_engine_options parts;
    parts.threshold = parts.part_size = 2000;
    server.on_request([](testing::s3_request_view const& r) {
        std::optional<testing::s3_fault> fault;
        if (r.method == "GET" && r.range.empty()) fault.emplace().flip_bit_of = 100;
        return fault;
    });
    error const in_front = co_await error_of(get_all(store, "k", parts));
    CHECK(in_front.reason() == errc::checksum_mismatch);
    server.on_request({});
    whole_object const again = co_await get_all(store, "k", parts);
    CHECK(again.data.text() == data);
}
