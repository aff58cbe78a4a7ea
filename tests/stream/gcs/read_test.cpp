// Reads whose answers break off, change or lie.
#include "stream/gcs/fixture.hpp"

#include <optional>
#include <vector>

using namespace sluice;
using namespace sluice::test;
using sluice::testing::gcs_server_options;
using sluice::testing::service_fault;
using sluice::testing::service_request_view;

namespace {

service_fault cutting(std::uint64_t after) {
    service_fault fault;
    fault.cut_body_after = after;
    return fault;
}

}  // namespace

TEST_CASE("gcs reads: what breaks off goes on at the first missing byte") {
    gcs_world w;
    std::string const data = pattern(10'000);
    w.gcs.put("bucket", "k", data);
    std::shared_ptr<object_store> const store = w.store();
    w.faults("GET", {cutting(4000), cutting(1), refusing(503, "backendError"), cutting(0)});
    CHECK(w.run([&]() -> awaitable<void> {
        std::string const got = co_await content_of(store, "k");
        CHECK((got == data));
    }) == errc{});
}

TEST_CASE("gcs reads: an object that is replaced meanwhile is an error, and one whose generations are kept is read on") {
    for (bool const versions : {false, true}) {
        gcs_server_options options;
        options.versions = versions;
        gcs_world w(options);
        std::string const data = pattern(10'000);
        w.gcs.put("bucket", "k", data);
        std::shared_ptr<object_store> const store = w.store();
        unsigned gets = 0;
        w.gcs.on_request([&](service_request_view const&) -> std::optional<service_fault> {
            if (++gets == 1) return cutting(4000);
            if (gets == 2) w.gcs.put("bucket", "k", pattern(10'000, 2));
            return std::nullopt;
        });
        std::string got;
        errc const failed = w.run([&]() -> awaitable<void> { got = co_await content_of(store, "k"); });
        CHECK(failed == (versions ? errc{} : errc::precondition_failed));
        if (versions) CHECK((got == data));
    }
}

TEST_CASE("gcs reads: a flipped bit of the whole is found, and the object read again") {
    service_fault flip;
    flip.flip_bit_of = 123;
    gcs_world w;
    w.gcs.put("bucket", "k", pattern(1000));
    std::shared_ptr<object_store> const store = w.store();
    w.faults("GET", {flip});
    CHECK(w.run([&]() -> awaitable<void> {
        std::string into(1000, '\0');
        co_await store->read("k", byte_range::whole(), std::as_writable_bytes(std::span(into)));
        CHECK((into == pattern(1000)));
    }) == errc{});
    w.faults("GET", {flip});
    CHECK(w.run([&]() -> awaitable<void> { co_await content_of(store, "k"); }) == errc::checksum_mismatch);
}

TEST_CASE("gcs reads: what is stored in gzip comes as it is, and is refused when somebody has decompressed it") {
    gcs_world w;
    std::string const zipped = pattern(500);
    w.gcs.put("bucket", "k", zipped, {{"contentEncoding", "gzip"}, {"contentType", "text/plain"}});
    std::shared_ptr<object_store> const store = w.store();
    CHECK(w.run([&]() -> awaitable<void> {
        body_reader body = co_await store->get("k");
        CHECK(body.object().attributes.content_encoding == "gzip");
        std::string into(500, '\0');
        std::size_t const n = co_await body.read_all(std::as_writable_bytes(std::span(into)));
        CHECK(n == 500);
        CHECK((into == zipped));
    }) == errc{});
    service_fault decompressed;
    decompressed.headers = {{"Content-Encoding", ""}};
    w.faults("GET", {decompressed});
    CHECK(w.run([&]() -> awaitable<void> { co_await content_of(store, "k"); }) == errc::protocol);
}

TEST_CASE("gcs reads: an older generation is read by its number, and conditions cost a look at most") {
    gcs_server_options options;
    options.versions = true;
    gcs_world w(options);
    std::shared_ptr<object_store> const store = w.store();
    CHECK(w.run([&]() -> awaitable<void> {
        put_result const first = co_await store->put("k", payload("first"));
        co_await store->put("k", payload("second"));
        get_options old;
        old.version = first.version;
        std::string into(6, '-');
        read_result const got = co_await store->read("k", byte_range::whole(), std::as_writable_bytes(std::span(into)), old);
        CHECK(into == "first-");
        CHECK(got.object.version == first.version);
        get_options match;
        match.if_match = got.object.etag;
        match.version = first.version;
        std::uint64_t const before = w.gcs.counts().requests;
        co_await store->read("k", byte_range::whole(), std::as_writable_bytes(std::span(into)), match);
        CHECK(w.gcs.counts().requests == before + 1);
    }) == errc{});
    get_options odd;
    odd.version = "null";
    CHECK(w.run([&]() -> awaitable<void> { co_await store->get("k", odd); }) == errc::invalid_argument);
}

TEST_CASE("gcs reads: an answer of another range is refused") {
    gcs_world w;
    w.gcs.put("bucket", "k", pattern(1000));
    std::shared_ptr<object_store> const store = w.store();
    service_fault shift, ignore;
    shift.shift_range = 1;
    ignore.ignore_range = true;
    for (service_fault const& fault : {shift, ignore}) {
        w.faults("GET", {fault});
        std::string into(10, '-');
        CHECK(w.run([&]() -> awaitable<void> {
            co_await store->read("k", byte_range::bounded(100, 10), std::as_writable_bytes(std::span(into)));
        }) == errc::protocol);
        CHECK(into == "----------");
    }
}

TEST_CASE(
    "gcs reads: an object that was empty when it was asked, and is replaced before it is looked at, was empty: found by random worlds") {
    gcs_world w;
    w.gcs.put("bucket", "k", "");
    std::shared_ptr<object_store> const store = w.store();
    w.gcs.on_request([&](testing::service_request_view const& r) -> std::optional<testing::service_fault> {
        if (r.number == 2) w.gcs.put("bucket", "k", "no longer");
        return std::nullopt;
    });
    CHECK(w.run([&]() -> awaitable<void> {
        std::vector<std::byte> into(10);
        byte_range const ten = byte_range::bounded(0, 10);
        read_result const got = co_await store->read("k", ten, into);
        CHECK(got.range.length == 0);
        CHECK(got.object.size == 0);
    }) == errc{});
    CHECK(w.gcs.counts().requests == 2);
}

TEST_CASE("gcs reads: a part that a shorter successor has not got is precondition_failed, not a wrong range: found by random worlds") {
    gcs_world w;
    w.gcs.put("bucket", "k", pattern(5000));
    std::shared_ptr<object_store> const store = w.store();
    std::string etag;
    auto const read_end = [&]() -> awaitable<void> {
        std::vector<std::byte> into(100);
        get_options options;
        options.if_match = etag;
        byte_range const end = byte_range::bounded(4000, 100);
        co_await store->read("k", end, into, options);
    };
    CHECK(w.run([&]() -> awaitable<void> {
        object_meta const about = co_await store->head("k");
        etag = about.etag;
    }) == errc{});
    CHECK(w.run(read_end) == errc{});
    w.gcs.put("bucket", "k", "short");
    CHECK(w.run(read_end) == errc::precondition_failed);
    etag.clear();
    CHECK(w.run(read_end) == errc::range_not_satisfiable);
}
