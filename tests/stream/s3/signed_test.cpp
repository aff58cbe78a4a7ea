// Bodies in the signature, and checksums behind the body: what the service must be told, and how often a source is read.
#include "stream/s3/fixture.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstring>

using namespace sluice;
using namespace sluice::test;
using testing::s3_fault, testing::s3_request_view, testing::s3_server, testing::s3_server_options;

namespace {

/// Bytes of memory as a source that counts what is read of it, and changes one of them after `good` bytes.
class counted_source final : public payload_source {
public:
    explicit counted_source(std::string data) : data_(std::move(data)) {}
    std::uint64_t size() const noexcept override { return data_.size(); }
    awaitable<void> read(std::uint64_t offset, std::span<std::byte> into) override {
        std::memcpy(into.data(), data_.data() + offset, into.size());
        bytes_read += into.size();
        co_return;
    }
    std::uint64_t bytes_read = 0;

private:
    std::string const data_;
};

payload from(std::shared_ptr<counted_source> const& source) { return payload(std::shared_ptr<payload_source>(source)); }

s3_settings writing(s3_server const& server, payload_signing signing, checksum_place place, std::optional<checksum_algorithm> by) {
    s3_settings settings = quick_settings(server.endpoint());
    settings.signing = signing;
    settings.source_checksums = place;
    settings.write_checksums = settings.read_checksums = by ? checksum_mode::when_supported : checksum_mode::off;
    if (by) settings.checksum = *by;
    return settings;
}

constexpr std::array algorithms{checksum_algorithm::crc64nvme, checksum_algorithm::crc32c, checksum_algorithm::crc32,
                                checksum_algorithm::sha256, checksum_algorithm::sha1};

/// What was put must be there, under the right checksum.
awaitable<void> check_there(std::shared_ptr<object_store> store, s3_server* server, std::string data, bool checked) {
    CHECK(server->get("bucket", "k") == data);
    object_meta const meta = co_await store->head("k");
    CHECK(meta.checksum.has_value() == checked);
    CHECK_MESSAGE(server->counts().refused == 0, server->counts().last_refusal);
}

/// A source is read once, whole or as a part, and its checksum arrives.
awaitable<void> check_read_once(payload_signing signing, checksum_algorithm by) {
    s3_server server;
    auto const store = make_s3_store(writing(server, signing, checksum_place::behind_body, by));
    std::uint64_t sent = 0;
    for (std::size_t const size :
         {std::size_t{0}, std::size_t{1}, std::size_t{8191}, std::size_t{1 << 20}, std::size_t{(1 << 20) + 1}, std::size_t{3'000'001}}) {
        std::string const data = pattern(size);
        auto const source = std::make_shared<counted_source>(data);
        put_options options;
        options.attributes.content_encoding = size % 2 == 0 ? "" : "gzip";
        co_await store->put("k", from(source), options);
        CHECK(source->bytes_read == size);
        co_await check_there(store, &server, data, true);
        object_meta const meta = co_await store->head("k");
        CHECK(meta.attributes.content_encoding == options.attributes.content_encoding);
        CHECK(server.counts().trailers == sent + (size > 0 ? 1 : 0));
        sent = server.counts().trailers;
    }
    std::string const front = pattern(5 << 20);
    upload up = co_await store->create_upload("k");
    auto const source = std::make_shared<counted_source>(front), tail = std::make_shared<counted_source>("tail");
    co_await up.write(part_place{2, front.size()}, from(tail));
    co_await up.write(part_place{1, 0}, from(source));
    co_await up.complete();
    CHECK(source->bytes_read == front.size());
    CHECK(server.counts().trailers == sent + 2);
    bool const joins = by != checksum_algorithm::sha256 && by != checksum_algorithm::sha1;
    co_await check_there(store, &server, front + "tail", joins);
}

}  // namespace

CO_TEST("signed payload: whatever is written goes into the signature, in whatever kind of body") {
    for (std::optional<checksum_algorithm> const by :
         {std::optional<checksum_algorithm>(), std::optional(checksum_algorithm::crc64nvme), std::optional(checksum_algorithm::sha256)}) {
        s3_server server;
        auto const store = make_s3_store(writing(server, payload_signing::signed_payload, checksum_place::automatic, by));
        for (std::string const& data : {std::string(), std::string("x"), pattern(3'000'001)}) {
            co_await store->put("k", payload(data));
            co_await check_there(store, &server, data, by.has_value());
            std::vector<bytes> pieces;
            for (std::size_t at = 0; at < data.size(); at += 999'999)
                pieces.push_back(bytes::copy_of(std::string_view(data).substr(at, 999'999)));
            payload in_pieces(std::move(pieces));
            co_await store->put("k", in_pieces);
            co_await check_there(store, &server, data, by.has_value());
            auto const source = std::make_shared<counted_source>(data);
            co_await store->put("k", from(source));
            co_await check_there(store, &server, data, by.has_value());
            CHECK(source->bytes_read == 2 * data.size());
        }
        std::string const front = pattern(5 << 20);
        upload up = co_await store->create_upload("k");
        auto const source = std::make_shared<counted_source>(front);
        co_await up.write(part_place{1, 0}, from(source));
        co_await up.write(part_place{2, front.size()}, payload("tail"));
        co_await up.complete();
        CHECK(source->bytes_read == 2 * front.size());
        bool const joins = by && *by == checksum_algorithm::crc64nvme;
        co_await check_there(store, &server, front + "tail", joins);
        std::vector<object_key> const all{"k"};
        co_await store->remove(all);
        CHECK(server.counts().refused == 0);
    }
}

CO_TEST("signed payload: a body that changes on the way is turned away, also without a checksum") {
    s3_server server;
    auto const signed_store = make_s3_store(writing(server, payload_signing::signed_payload, checksum_place::automatic, std::nullopt));
    auto const source = std::make_shared<counted_source>(pattern(100'000));
    co_await signed_store->put("k", from(source));
    CHECK(server.counts().refused == 0);
    struct liar final : payload_source {
        std::uint64_t size() const noexcept override { return 100; }
        awaitable<void> read(std::uint64_t, std::span<std::byte> into) override {
            std::ranges::fill(into, std::byte{static_cast<unsigned char>('a' + times++)});
            co_return;
        }
        int times = 0;
    };
    std::shared_ptr<payload_source> const changing = std::make_shared<liar>();
    payload changes(changing);
    error const e = co_await error_of(signed_store->put("k", changes));
    CHECK(e.info().service_code == "XAmzContentSHA256Mismatch");
    CHECK(server.get("bucket", "k") == pattern(100'000));
    CHECK(server.counts().refused > 0);
}

CO_TEST("trailers: a source is read once, whole or as a part, and its checksum arrives") {
    for (checksum_algorithm const by : algorithms) co_await check_read_once(payload_signing::unsigned_payload, by);
}

CO_TEST("trailers: signed, chunk by chunk, a source is read once as well") {
    for (checksum_algorithm const by : algorithms) co_await check_read_once(payload_signing::signed_payload, by);
}

CO_TEST("trailers: without keys a source is sent as it is, since nothing would say that it is coded") {
    s3_server_options options;
    options.allow_anonymous = true;
    s3_server server(options);
    for (payload_signing const signing : {payload_signing::unsigned_payload, payload_signing::signed_payload}) {
        for (bool const asked : {false, true}) {
            s3_settings settings = writing(server, signing, checksum_place::behind_body, checksum_algorithm::crc64nvme);
            settings.credentials = asked ? static_credentials(credentials("", "")) : nullptr;
            auto const store = make_s3_store(settings);
            auto const source = std::make_shared<counted_source>(pattern(100'000));
            co_await store->put("k", from(source));
            CHECK(server.get("bucket", "k") == pattern(100'000));
            CHECK(server.counts().trailers == 0);
            CHECK_MESSAGE(server.counts().refused == 0, server.counts().last_refusal);
        }
    }
}

CO_TEST("trailers: where they are not known a source is read twice for a part, and a put of one has none") {
    s3_server server;
    auto const store =
        make_s3_store(writing(server, payload_signing::unsigned_payload, checksum_place::automatic, checksum_algorithm::crc64nvme));
    std::string const data = pattern(5 << 20);
    auto const part = std::make_shared<counted_source>(data), whole = std::make_shared<counted_source>(data);
    upload up = co_await store->create_upload("k");
    co_await up.write(part_place{1, 0}, from(part));
    co_await up.complete();
    CHECK(part->bytes_read == 2 * data.size());
    co_await store->put("k", from(whole));
    CHECK(whole->bytes_read == data.size());
    co_await check_there(store, &server, data, false);
    CHECK(server.counts().trailers == 0);
}

CO_TEST("trailers: what arrives changed is turned away and sent once more, from its first byte, and signed anew") {
    for (payload_signing const signing : {payload_signing::unsigned_payload, payload_signing::signed_payload}) {
        s3_server server;
        auto const store = make_s3_store(writing(server, signing, checksum_place::behind_body, checksum_algorithm::crc32c));
        std::string const data = pattern(2'500'000);
        auto const source = std::make_shared<counted_source>(data);
        std::atomic<int> seen = 0;
        s3_fault flip;
        flip.flip_received = 1'234'567;
        fault_first(server, "PUT", flip, seen);
        co_await store->put("k", from(source));
        CHECK(seen == 2);
        CHECK(source->bytes_read == 2 * data.size());
        CHECK(server.get("bucket", "k") == data);
    }
}

CO_TEST("trailers: an answer that does not come is made good by a whole sending") {
    std::string const data = pattern(2'500'000);
    for (payload_signing const signing : {payload_signing::unsigned_payload, payload_signing::signed_payload}) {
        s3_server server;
        auto const store = make_s3_store(writing(server, signing, checksum_place::behind_body, checksum_algorithm::crc64nvme));
        auto const source = std::make_shared<counted_source>(data);
        std::atomic<int> seen = 0;
        s3_fault lost;
        lost.drop_after_apply = true;
        fault_first(server, "PUT", lost, seen);
        co_await store->put("k", from(source));
        CHECK(seen == 2);
        CHECK(source->bytes_read == 2 * data.size());
        co_await check_there(store, &server, data, true);
    }
}
