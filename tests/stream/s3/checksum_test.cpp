// A bit that changes anywhere between the caller's memory and the service's is found: each test changes one.
#include "stream/s3/checked.hpp"

#include <sluice/memory.hpp>
#include <sluice/operations.hpp>
#include <sluice/range_engine.hpp>

#include <array>
#include <atomic>
#include <functional>

using namespace sluice;
using namespace sluice::test;
using testing::s3_fault, testing::s3_request_view, testing::s3_server, testing::s3_server_options, testing::script_server,
    testing::scripted_reply;

namespace {

constexpr std::array algorithms{checksum_algorithm::crc64nvme, checksum_algorithm::crc32c, checksum_algorithm::crc32,
                                checksum_algorithm::sha256, checksum_algorithm::sha1};

}  // namespace

CO_TEST("checksums: every algorithm is sent, stored, told and found right, whole and in parts") {
    s3_server_options options;
    options.min_part_size = 1000;
    s3_server server(options);
    std::string const data = data_of(700'001);
    for (checksum_algorithm const algorithm : algorithms) {
        auto const store = checked_store(server.endpoint(), algorithm);
        for (std::string const& content : {std::string(), data}) {
            co_await store->put("o", payload(content));
            object_meta const meta = co_await store->head("o");
            REQUIRE(meta.checksum);
            CHECK(meta.checksum->algorithm == algorithm);
            poisoned into(content.size());
            read_result const got = co_await store->read("o", byte_range::whole(), into.span());
            CHECK(into.text(content.size()) == content);
            CHECK(got.object.checksum == meta.checksum);
        }
        upload up = co_await store->create_upload("parts");
        co_await up.write({2, 6 << 20}, payload("tail"));
        payload front(data_of(6 << 20));
        co_await up.write({1, 0}, front);
        co_await up.complete();
        object_meta const whole = co_await store->head("parts");
        bool const joins = algorithm != checksum_algorithm::sha256 && algorithm != checksum_algorithm::sha1;
        CHECK(whole.checksum.has_value() == joins);
        poisoned all((6 << 20) + 4);
        co_await store->read("parts", byte_range::whole(), all.span());
        CHECK(all.text((6 << 20) + 4) == data_of(6 << 20) + "tail");
        upload empty = co_await store->create_upload("none");
        co_await empty.complete();
        CHECK(server.get("bucket", "none") == "");
    }
    CHECK(server.counts().refused == 0);
}

CO_TEST("checksums: a bit flipped on its way here is read again, or an error") {
    s3_server server;
    auto const store = checked_store(server.endpoint());
    std::string const data = data_of(700'001);
    co_await store->put("o", payload(data));
    for (std::uint64_t const at : {std::uint64_t{0}, std::uint64_t{262'144}, std::uint64_t{700'000}}) {
        server.reset_counts();
        spoil(server, "GET", 1, flipped(at));
        poisoned into(data.size());
        co_await store->read("o", byte_range::whole(), into.span());
        CHECK(into.text(data.size()) == data);
        CHECK(server.counts().gets == 2);
    }
    spoil(server, "GET", 1000, flipped(5));
    poisoned into(data.size());
    error const always = co_await error_of(store->read("o", byte_range::whole(), into.span()));
    CHECK(always.reason() == errc::checksum_mismatch);
    CHECK(always.info().attempts == 4);

    body_reader body = co_await store->get("o");
    std::string piece(data.size(), '\0');
    error const streamed = co_await error_of(body.read_all(std::as_writable_bytes(std::span(piece))));
    CHECK(streamed.reason() == errc::checksum_mismatch);
}

CO_TEST("checksums: a body that breaks off and is resumed is checked as one") {
    s3_server server;
    auto const store = checked_store(server.endpoint());
    std::string const data = data_of(500'000);
    co_await store->put("o", payload(data));
    s3_fault cut;
    cut.cut_body_after = 123'457;
    spoil(server, "GET", 1, cut);
    poisoned into(data.size());
    co_await store->read("o", byte_range::whole(), into.span());
    CHECK(into.text(data.size()) == data);
    s3_fault both = cut;
    both.flip_bit_of = 1000;
    spoil(server, "GET", 1, both);
    body_reader body = co_await store->get("o");
    std::string piece(data.size(), '\0');
    error const e = co_await error_of(body.read_all(std::as_writable_bytes(std::span(piece))));
    CHECK(e.reason() == errc::checksum_mismatch);
}

CO_TEST("checksums: a bit flipped on its way there is never stored") {
    s3_server_options options;
    options.min_part_size = 1000;
    s3_server server(options);
    auto const store = checked_store(server.endpoint());
    s3_fault flip;
    flip.flip_received = 3;
    spoil(server, "PUT", 1, flip);
    co_await store->put("o", payload("content"));
    CHECK(server.get("bucket", "o") == "content");
    spoil(server, "PUT", 1000, flip);
    error const e = co_await error_of(store->put("never", payload("content")));
    CHECK(e.reason() == errc::checksum_mismatch);
    CHECK_FALSE(server.get("bucket", "never"));

    upload up = co_await store->create_upload("parts");
    spoil(server, "PUT", 1, flip);
    co_await up.write({1, 0}, payload("content"));
    co_await up.complete();
    CHECK(server.get("bucket", "parts") == "content");
}

CO_TEST("checksums: none is sent of a whole without bytes, of which MinIO computes another one") {
    script_server server;
    server.push(scripted_reply::ok("<InitiateMultipartUploadResult><UploadId>i</UploadId></InitiateMultipartUploadResult>"));
    server.push(scripted_reply::ok("", {{"ETag", "\"e\""}}));
    server.push(scripted_reply::ok("<CompleteMultipartUploadResult><ETag>\"e-1\"</ETag></CompleteMultipartUploadResult>"));
    auto const store = checked_store(server.endpoint());
    upload none = co_await store->create_upload("none");
    co_await none.complete();
    auto const requests = server.requests();
    REQUIRE(requests.size() == 3);
    CHECK(requests[1].header("x-amz-checksum-crc64nvme") == "AAAAAAAAAAA=");
    CHECK(requests[2].header("x-amz-checksum-crc64nvme").empty());
}

CO_TEST("checksums: a service that says it stored something else is not believed") {
    s3_server server;
    auto const store = checked_store(server.endpoint(), checksum_algorithm::crc32c);
    s3_fault lie;
    lie.headers = {{"x-amz-checksum-crc32c", "AAAAAA=="}};
    spoil(server, "PUT", 1000, lie);
    error const e = co_await error_of(store->put("o", payload("content")));
    CHECK(e.reason() == errc::checksum_mismatch);
}

CO_TEST("checksums: by mode none is sent or asked for, one that comes unasked is checked, and off is off") {
    s3_server server;
    server.put("bucket", "o", "content");
    s3_fault unasked;
    unasked.headers = {{"x-amz-checksum-crc32", "AAAAAA=="}};
    poisoned into(100);
    auto const required = checked_store(server.endpoint(), checksum_algorithm::crc32, checksum_mode::when_required);
    co_await required->put("p", payload("content"));
    co_await required->read("o", byte_range::whole(), into.span());
    spoil(server, "GET", 1000, unasked);
    error const e = co_await error_of(required->read("o", byte_range::whole(), into.span()));
    CHECK(e.reason() == errc::checksum_mismatch);
    auto const off = checked_store(server.endpoint(), checksum_algorithm::crc32, checksum_mode::off);
    co_await off->read("o", byte_range::whole(), into.span());
    CHECK(into.text(7) == "content");
    read_result const part = co_await required->read("o", byte_range::bounded(1, 3), into.span());
    CHECK(into.text(3) == "ont");  // that of the whole says nothing of a part
    CHECK_FALSE(part.object.checksum);
    object_meta const stored = co_await checked_store(server.endpoint())->head("p");
    CHECK_FALSE(stored.checksum);
    CHECK(server.counts().refused == 0);
}

CO_TEST("checksums: of parts and unknown ones are no reason to fail") {
    s3_server server;
    server.put("bucket", "o", "content");
    auto const store = checked_store(server.endpoint());
    poisoned into(100);
    for (auto const& [name, value] : {std::pair<char const*, char const*>{"x-amz-checksum-crc32", "AAAAAA==-2"},
                                      {"x-amz-checksum-xxhash3", "AAAA"},
                                      {"x-amz-checksum-type", "COMPOSITE"}}) {
        s3_fault f;
        f.headers = {{name, value}};
        spoil(server, "GET", 1000, f);
        co_await store->read("o", byte_range::whole(), into.span());
        CHECK(into.text(7) == "content");
    }
}
