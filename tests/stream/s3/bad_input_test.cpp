// What users do wrong and services refuse: each has its type and says what to do, and nothing is left behind.
#include "stream/s3/fixture.hpp"

#include <sluice/memory.hpp>
#include <sluice/operations.hpp>
#include <sluice/s3_bucket.hpp>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <functional>

using namespace sluice;
using namespace sluice::test;
using namespace std::chrono_literals;
using testing::s3_fault, testing::s3_request_view, testing::s3_server, testing::s3_server_options, testing::script_server,
    testing::scripted_reply;

namespace {

constexpr std::size_t part = 5u << 20;

using deed = std::function<awaitable<void>()>;

struct named_deed {
    char const* name;
    deed act;
};

/// Two parts and a bit of a third, as a stream.
awaitable<void> stream_to(std::shared_ptr<object_store> store, object_key where, put_options how = {}) {
    std::string const data(2 * part + 100, 'd');
    std::size_t taken = 0;
    byte_source const from = [&](std::span<std::byte> into) -> awaitable<std::size_t> {
        std::size_t const n = std::min(into.size(), data.size() - taken);
        std::memcpy(into.data(), data.data() + taken, n);
        taken += n;
        co_return n;
    };
    put_stream_options options;
    options.part_size = part;
    options.put = std::move(how);
    co_await put_stream(std::move(store), std::move(where), from, options);
}

awaitable<void> read_some_of(std::shared_ptr<object_store> store, object_key where, get_options how) {
    poisoned into(100);
    co_await store->read(std::move(where), byte_range::whole(), into.span(), std::move(how));
}

awaitable<void> remove_two(std::shared_ptr<object_store> store, object_key where) {
    std::vector<object_key> const keys{"a", std::move(where)};
    co_await store->remove(keys);
}

/// Everything that can be done with an object.
std::vector<named_deed> all_deeds(std::shared_ptr<object_store> const& store, object_key const& key) {
    return {{"head", [=]() -> awaitable<void> { co_await store->head(key); }},
            {"read", [=]() { return read_some_of(store, key, {}); }},
            {"get", [=]() -> awaitable<void> { co_await store->get(key); }},
            {"put", [=]() -> awaitable<void> { co_await store->put(key, payload("x")); }},
            {"remove", [=]() { return remove_two(store, key); }},
            {"list", [=]() -> awaitable<void> { co_await store->list(key); }},
            {"create_upload", [=]() -> awaitable<void> { co_await store->create_upload(key); }},
            {"put_stream", [=]() { return stream_to(store, key); }}};
}

/// Fails as it should, in one line that names what was done and to what.
awaitable<error> clear_error_of(named_deed one, errc reason) {
    error e = co_await error_of(one.act());
    std::string const what = std::string(one.name) + " gave " + e.what();
    CHECK_MESSAGE(to_string(e.reason()) == to_string(reason), what);
    CHECK_MESSAGE(contains(e.what(), "s3://"), what);
    CHECK_MESSAGE(!e.info().operation.empty(), what);
    CHECK_MESSAGE(!e.info().detail.empty(), what);
    CHECK_MESSAGE(what.find('\n') == what.npos, what);
    co_return e;
}

void refuse_all(s3_server& server, int status, std::string code) {
    server.on_request([=](s3_request_view const&) { return std::optional(answer(status, code)); });
}

/// Does `fault` to every part of an upload; all else goes well.
void at_parts(s3_server& server, s3_fault fault) {
    server.on_request([=](s3_request_view const& r) { return r.query.starts_with("partNumber=") ? std::optional(fault) : std::nullopt; });
}

}  // namespace

CO_TEST("bad input: a part that is too small for this service is told when the upload is completed, and nothing is left") {
    s3_server_options options;
    options.min_part_size = part + 1;
    s3_server server(options);
    server.put("bucket", "k", "old");
    auto const store = quick_store(server.endpoint());
    named_deed const one{"put_stream", [=]() { return stream_to(store, "k"); }};
    error const e = co_await clear_error_of(one, errc::invalid_argument);
    CHECK(contains(e.info().detail, "smaller than the service takes"));
    CHECK(e.info().service_code == "EntityTooSmall");
    CHECK(server.uploads_open() == 0);
    CHECK(server.get("bucket", "k") == "old");
}

CO_TEST("bad input: part 10,001, and part 0, are refused before anything is sent") {
    s3_server server;
    auto const store = quick_store(server.endpoint());
    upload to = co_await store->create_upload("k");
    for (std::uint32_t const number : {0u, 10'001u, 4'294'967'295u}) {
        named_deed const one{"write", [&to, number]() -> awaitable<void> {
                                 payload data("x");
                                 part_place const where{number, 0};
                                 co_await to.write(where, data);
                             }};
        error const e = co_await clear_error_of(one, errc::invalid_argument);
        CHECK(contains(e.info().detail, std::to_string(number)));
        CHECK(contains(e.info().detail, "10000"));
    }
    CHECK(server.counts().parts == 0);
    co_await to.abort();
    CHECK(server.uploads_open() == 0);
}

CO_TEST("bad input: bytes that arrive as others, every time, are a wrong checksum; nothing of them is left") {
    s3_server server;
    server.put("bucket", "k", "old");
    s3_settings settings = quick_settings(server.endpoint());
    settings.write_checksums = checksum_mode::when_supported;
    auto const store = make_s3_store(settings);
    s3_fault flip;
    flip.flip_received = 2;
    at_parts(server, flip);
    named_deed const stream{"put_stream", [=]() { return stream_to(store, "k"); }};
    co_await clear_error_of(stream, errc::checksum_mismatch);
    CHECK(server.uploads_open() == 0);
    server.on_request([flip](s3_request_view const& r) { return r.method == "PUT" ? std::optional(flip) : std::nullopt; });
    named_deed const put{"put", [=]() -> awaitable<void> { co_await store->put("k", payload("new")); }};
    error const e = co_await clear_error_of(put, errc::checksum_mismatch);
    CHECK(e.info().attempts == 4);
    CHECK(server.get("bucket", "k") == "old");
}

CO_TEST("bad input: a key of more than 1,024 bytes, of none, or with a NUL is refused by every operation before anything is sent") {
    using namespace std::string_literals;
    s3_server server;
    auto const store = quick_store(server.endpoint());
    for (std::string const& key : {std::string(1025, 'k'), "a\0b"s, "\xc3"s, std::string(1023, 'k') + "\xc3\xa9"}) {
        for (named_deed const& one : all_deeds(store, key)) {
            error const e = co_await clear_error_of(one, errc::invalid_argument);
            CHECK(e.info().attempts == 0);
        }
        s3_bucket const bucket(quick_settings(server.endpoint()));
        named_deed const presign{"presign", [&]() -> awaitable<void> { co_await bucket.presign(key); }};
        co_await clear_error_of(presign, errc::invalid_argument);
    }
    CHECK(server.counts().requests == 0);
    co_await store->put(std::string(1022, 'k') + "\xc3\xa9", payload("x"));
    CHECK(server.object_count() == 1);
}

CO_TEST("bad input: metadata, tags and headers that are no text, or would be lines of their own, are refused before anything is sent") {
    s3_server server;
    auto const store = quick_store(server.endpoint());
    std::vector<std::string> const bad{"\xff",  "caf\xc3",         "caf\xc3\xa9",     "a\r\nx-amz-acl: public-read", "a\nb", "a\rb",
                                       "a\x7f", std::string(1, 0), " ends in blanks "};
    using setter = std::function<void(put_options&, std::string const&)>;
    std::vector<std::pair<char const*, setter>> const places{
        {"metadata", [](put_options& o, std::string const& v) { o.attributes.metadata = {{"a", v}}; }},
        {"a metadata name", [](put_options& o, std::string const& v) { o.attributes.metadata = {{v, "a"}}; }},
        {"content_type", [](put_options& o, std::string const& v) { o.attributes.content_type = v; }},
        {"content_encoding", [](put_options& o, std::string const& v) { o.attributes.content_encoding = v; }},
        {"content_language", [](put_options& o, std::string const& v) { o.attributes.content_language = v; }},
        {"content_disposition", [](put_options& o, std::string const& v) { o.attributes.content_disposition = v; }},
        {"cache_control", [](put_options& o, std::string const& v) { o.attributes.cache_control = v; }},
        {"storage_class", [](put_options& o, std::string const& v) { o.keeping.storage_class = v; }},
        {"acl", [](put_options& o, std::string const& v) { o.keeping.acl = v; }},
        {"encryption", [](put_options& o, std::string const& v) { o.keeping.encryption = v; }},
        {"kms_key",
         [](put_options& o, std::string const& v) {
             o.keeping.encryption = "aws:kms";
             o.keeping.kms_key = v;
         }},
        {"lock_mode", [](put_options& o, std::string const& v) {
             o.keeping.lock_mode = v;
             o.keeping.retain_until = wall_time(4'000'000'000s);
         }}};
    for (auto const& [name, set] : places) {
        for (std::string const& value : bad) {
            put_options options;
            set(options, value);
            named_deed const put{name, [&]() -> awaitable<void> { co_await store->put("k", payload("x"), options); }};
            named_deed const begin{name, [&]() -> awaitable<void> { co_await store->create_upload("k", options); }};
            named_deed const stream{name, [&]() { return stream_to(store, "k", options); }};
            for (named_deed const& one : {put, begin, stream}) {
                error const e = co_await clear_error_of(one, errc::invalid_argument);
                CHECK_FALSE(contains(e.what(), "public-read"));
            }
        }
    }
    put_options tagged;
    tagged.keeping.tags = {{"a", "\xff"}};
    named_deed const tags{"tags", [&]() -> awaitable<void> { co_await store->put("k", payload("x"), tagged); }};
    co_await clear_error_of(tags, errc::invalid_argument);
    CHECK(server.counts().requests == 0);
}

CO_TEST("bad input: line ends in ETags, versions, tokens and keys of the account get into no request as lines") {
    s3_server server;
    server.put("bucket", "k", "data");
    auto const store = quick_store(server.endpoint());
    std::string const evil = "x\r\nX-Evil: canary";
    get_options match, unmatched;
    match.if_match = unmatched.if_none_match = evil;
    put_options swap;
    swap.if_match = evil;
    std::vector<named_deed> deeds{{"if_match", [&]() { return read_some_of(store, "k", match); }},
                                  {"if_none_match", [&]() { return read_some_of(store, "k", unmatched); }},
                                  {"if_match", [&]() -> awaitable<void> { co_await store->put("k", payload("x"), swap); }}};
    for (bool const token : {false, true}) {
        s3_settings settings = quick_settings(server.endpoint());
        settings.credentials = static_credentials(credentials(token ? "AKIDEXAMPLE" : evil, "secret", token ? evil : ""));
        auto const other = make_s3_store(settings);
        deeds.push_back({"keys", [other]() -> awaitable<void> { co_await other->head("k"); }});
    }
    for (named_deed const& one : deeds) {
        error const e = co_await clear_error_of(one, errc::invalid_argument);
        CHECK_FALSE(contains(e.what(), "canary"));
    }
    CHECK(server.counts().requests == 0);
    CHECK(server.get("bucket", "k") == "data");
    // In the target of a request they are encoded, and no more than a value that names nothing.
    script_server seen([](testing::received_request const&) { return scripted_reply::status(404); });
    auto const encoding = quick_store(seen.endpoint());
    get_options version;
    version.version = evil;
    list_options listing;
    listing.start_after = listing.delimiter = listing.next = evil;
    co_await error_of(read_some_of(encoding, "k", version));
    co_await error_of(encoding->list(evil, listing));
    CHECK(seen.errors().empty());
    for (testing::received_request const& r : seen.requests()) CHECK(r.header("X-Evil").empty());
}

CO_TEST("bad input: line ends in settings are refused when the store is made") {
    auto const refused = [](s3_settings settings) {
        try {
            make_s3_store(std::move(settings));
        } catch (error const& e) {
            return e.reason() == errc::invalid_argument;
        }
        return false;
    };
    for (std::string const evil : {"x\r\nX-Evil: y", "x\ny", "x\ry"}) {
        s3_settings bucket = quick_settings("http://127.0.0.1:1"), region = bucket, endpoint = bucket;
        bucket.bucket = evil;
        region.region = evil;
        endpoint.endpoint = "http://127.0.0.1:1" + evil;
        CHECK(refused(bucket));
        CHECK(refused(region));
        CHECK(refused(endpoint));
    }
    co_return;
}

CO_TEST("bad input: a clock that is 20 minutes off is learned, by every operation that comes first") {
    for (std::chrono::seconds const off : {20min, -20min}) {
        s3_server_options options;
        options.clock_offset = off;
        for (std::size_t first = 0; first < 8; ++first) {
            s3_server server(options);
            server.put("bucket", "k", "data");
            auto const store = quick_store(server.endpoint());
            named_deed const one = all_deeds(store, "k")[first];
            co_await one.act();
            CHECK_MESSAGE(server.counts().refused == 0, one.name);
        }
    }
}

CO_TEST("bad input: a clock that cannot be learned is told as what it is, and nothing is left") {
    s3_server server;
    server.put("bucket", "k", "old");
    at_parts(server, answer(403, "RequestTimeTooSkewed"));
    auto const store = quick_store(server.endpoint());
    named_deed const one{"put_stream", [=]() { return stream_to(store, "k"); }};
    error const e = co_await clear_error_of(one, errc::unauthenticated);
    CHECK(contains(e.info().detail, "clock"));
    CHECK(e.info().attempts <= 2);
    CHECK(server.uploads_open() == 0);
    CHECK(server.get("bucket", "k") == "old");
}

CO_TEST("bad input: an expired token is told by every operation; an upload that it leaves is named") {
    s3_server_options options;
    options.session_token = "old-token";
    s3_server server(options);
    s3_settings settings = quick_settings(server.endpoint());
    settings.credentials = static_credentials(credentials(options.access_key, options.secret_key, "old-token"));
    auto const store = make_s3_store(settings);
    upload to = co_await store->create_upload("k");
    co_await to.write({1, 0}, payload("x"));
    server.rotate_session_token("new-token");
    for (named_deed const& one : all_deeds(store, "k")) {
        bool const is_head = std::string_view(one.name) == "head";  // whose answer has no words, so that it may be something else
        errc const reason = is_head ? errc::invalid_argument : errc::unauthenticated;
        error const e = co_await clear_error_of(one, reason);
        CHECK(contains(e.info().detail, is_head ? "may have expired" : "get new credentials"));
        CHECK_FALSE(contains(e.what(), "old-token"));
        CHECK(e.info().attempts == 1);
    }
    named_deed const complete{"complete", [&to]() -> awaitable<void> { co_await to.complete(); }};
    named_deed const abort{"abort", [&to]() -> awaitable<void> { co_await to.abort(); }};
    co_await clear_error_of(complete, errc::unauthenticated);
    co_await clear_error_of(abort, errc::unauthenticated);

    // In the middle of a stream: who could not write the part cannot throw the upload away either.
    server.rotate_session_token("old-token");
    std::atomic<bool> rotated = false;
    server.on_request([&](s3_request_view const& r) -> std::optional<s3_fault> {
        if (r.query.starts_with("partNumber=2") && !rotated.exchange(true)) server.rotate_session_token("newest-token");
        return std::nullopt;
    });
    named_deed const stream{"put_stream", [=]() { return stream_to(store, "k"); }};
    error const e = co_await clear_error_of(stream, errc::unauthenticated);
    CHECK(contains(e.what(), "upload/+"));
    CHECK_FALSE(server.get("bucket", "k"));
}

CO_TEST("bad input: an action that is denied is permission_denied by every operation, asked for once") {
    s3_server server;
    server.put("bucket", "k", "data");
    auto const store = quick_store(server.endpoint());
    upload to = co_await store->create_upload("k");
    co_await to.write({1, 0}, payload("x"));
    refuse_all(server, 403, "AccessDenied");
    std::vector<named_deed> deeds = all_deeds(store, "k");
    deeds.push_back({"write", [&to]() -> awaitable<void> { co_await to.write({2, 1}, payload("x")); }});
    deeds.push_back({"complete", [&to]() -> awaitable<void> { co_await to.complete(); }});
    deeds.push_back({"abort", [&to]() -> awaitable<void> { co_await to.abort(); }});
    for (named_deed const& one : deeds) {
        error const e = co_await clear_error_of(one, errc::permission_denied);
        CHECK(contains(e.info().detail, "denied"));
        CHECK(e.info().attempts == 1);
    }
    server.on_request({});
    co_await to.abort();
    CHECK(server.uploads_open() == 0);
    CHECK(server.get("bucket", "k") == "data");
}

CO_TEST("bad input: a bucket that is gone is not_found by every operation, and leaves no upload to speak of") {
    s3_server server;
    s3_settings settings = quick_settings(server.endpoint());
    settings.bucket = "gone";
    auto const store = make_s3_store(settings);
    for (named_deed const& one : all_deeds(store, "k")) {
        error const e = co_await clear_error_of(one, errc::not_found);
        CHECK(contains(e.info().detail, "no such bucket") != contains(e.info().detail, "the bucket does not exist"));
        CHECK(contains(e.info().uri, "s3://gone/"));
        CHECK(e.info().attempts == 1);
    }
    // Gone in the middle of an upload, which goes with it.
    auto const still = quick_store(server.endpoint());
    server.on_request([](s3_request_view const& r) {
        bool const begins = r.query == "uploads=";
        return begins ? std::nullopt : std::optional(answer(404, "NoSuchBucket"));
    });
    named_deed const stream{"put_stream", [=]() { return stream_to(still, "k"); }};
    error const e = co_await clear_error_of(stream, errc::not_found);
    CHECK(contains(e.info().detail, "the bucket does not exist"));
    CHECK_FALSE(contains(e.what(), "upload/+"));
}

CO_TEST("bad input: a quota that is used up is no_space, asked for once, and nothing is left") {
    for (auto const& [status, code] : {std::pair<int, char const*>{403, "QuotaExceeded"}, {507, "XMinioStorageFull"}, {507, ""}}) {
        s3_server server;
        server.put("bucket", "k", "old");
        auto const store = quick_store(server.endpoint());
        s3_fault const full = answer(status, code);
        server.on_request([full](s3_request_view const& r) { return r.method == "PUT" ? std::optional(full) : std::nullopt; });
        named_deed const put{"put", [=]() -> awaitable<void> { co_await store->put("k", payload("new")); }};
        named_deed const stream{"put_stream", [=]() { return stream_to(store, "k"); }};
        for (named_deed const& one : {put, stream}) {
            error const e = co_await clear_error_of(one, errc::no_space);
            CHECK(e.info().attempts == 1);
        }
        CHECK(server.uploads_open() == 0);
        CHECK(server.get("bucket", "k") == "old");
    }
}
