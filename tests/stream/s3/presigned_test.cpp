// URLs that somebody else signed, used as objects.
#include "stream/s3/fixture.hpp"

#include <sluice/open.hpp>
#include <sluice/operations.hpp>
#include <sluice/s3_bucket.hpp>

using namespace sluice;
using namespace sluice::test;
using testing::s3_request_view, testing::s3_server, testing::s3_server_options, testing::script_server, testing::scripted_reply;

namespace {

using named = std::vector<std::pair<std::string, std::string>>;

awaitable<std::string> url_for(std::string endpoint, object_key key, std::string method, named headers = {}) {
    s3_bucket const bucket(quick_settings(std::move(endpoint)));
    presign_options how;
    how.method = std::move(method);
    how.headers = std::move(headers);
    std::string url = co_await bucket.presign(std::move(key), how);
    co_return url;
}

opened opened_with(std::string const& url, journal* told = nullptr) {
    open_settings settings;
    settings.s3 = quick_settings("http://127.0.0.1:1");  // of these, what concerns another service has no effect
    settings.s3.requester_pays = settings.s3.fips = settings.s3.dual_stack = true;
    settings.s3.signing = payload_signing::signed_payload;
    settings.s3.write_checksums = settings.s3.read_checksums = checksum_mode::when_supported;
    if (told != nullptr) {
        settings.s3.log = told->sink();
        settings.s3.verbosity = log_level::debug;
    }
    return sluice::open(url, settings);
}

/// What stands behind the '?' names no text that leaves the library.
void check_secret(std::string_view text) {
    CHECK_MESSAGE(text.find("X-Amz-") == text.npos, text);
    CHECK_MESSAGE(text.find("AKIDEXAMPLE") == text.npos, text);
}

payload payload_of(std::string const& text) { return payload(text); }

}  // namespace

CO_TEST("presigned object: read whole, in ranges and at once, and looked at, by GET alone") {
    s3_server server;
    std::string const data = pattern(300'000);
    for (std::string const key : {"k", "a b/\u00e9?%3F+", "%"}) {
        server.put("bucket", key, data);
        std::string const url = co_await url_for(server.endpoint(), key, "GET");
        journal told;
        opened const one = opened_with(url, &told);
        CHECK(one.key == "bucket/" + key);
        CHECK(one.store->uri() == server.endpoint() + "/");
        object_meta const meta = co_await one.store->head(one.key);
        CHECK(meta.size == data.size());
        CHECK(meta.key == one.key);
        CHECK_FALSE(meta.etag.empty());
        poisoned into(1000);
        read_result const some = co_await one.store->read(one.key, byte_range::bounded(500, 1000), into.span());
        CHECK(some.range.length == 1000);
        CHECK(into.text(1000) == std::string_view(data).substr(500, 1000));
        std::string got;
        part_sink const append = [&got](std::uint64_t, bytes part) -> awaitable<void> {
            got.append(reinterpret_cast<char const*>(part.view().data()), part.size());
            co_return;
        };
        range_engine_options engine;
        engine.part_size = engine.threshold = 64'000;
        co_await stream_ranged(one.store, one.key, byte_range::whole(), append, engine);
        CHECK(got == data);
        check_secret(told.text());
        CHECK(contains(told.text(), "GET 127.0.0.1"));
    }
    CHECK(server.counts().heads == 0);
    CHECK(server.counts().refused == 0);
}

CO_TEST("presigned object: an empty one") {
    s3_server server;
    server.put("bucket", "empty", "");
    std::string const url_one = co_await url_for(server.endpoint(), "empty", "GET");
    opened const one = opened_with(url_one);
    object_meta const meta = co_await one.store->head(one.key);
    CHECK(meta.size == 0);
    CHECK(server.counts().heads == 0);
    script_server silent([](testing::received_request const& r) {
        bool const ranged = !r.header("range").empty();
        return ranged ? scripted_reply::status(416, "") : scripted_reply::status(200, "", {{"ETag", "\"e\""}, {"Content-Length", "0"}});
    });
    opened const other = opened_with(silent.endpoint() + "/k?X-Amz-Signature=s");
    object_meta const nothing = co_await other.store->head(other.key);
    CHECK(nothing.size == 0);
    CHECK(nothing.etag == "\"e\"");
    for (testing::received_request const& r : silent.requests()) {
        CHECK(r.method == "GET");
        CHECK(r.target == "/k?X-Amz-Signature=s");
    }
}

CO_TEST("presigned object: one put, with the headers that were signed") {
    s3_server server;
    std::string const url_one = co_await url_for(server.endpoint(), "new", "PUT");
    opened const one = opened_with(url_one);
    put_options typed;
    typed.attributes.content_type = "text/plain";
    put_result const put = co_await one.store->put(one.key, payload_of("hello"), typed);
    CHECK(server.get("bucket", "new") == "hello");
    CHECK_FALSE(put.etag.empty());
    put_options fresh;
    fresh.create_only = true;
    error const there = co_await error_of(one.store->put(one.key, payload_of("x"), fresh));
    CHECK(there.reason() == errc::already_exists);

    named const headers{{"x-amz-meta-a", "1"}};
    std::string const url_marked = co_await url_for(server.endpoint(), "marked", "PUT", headers);
    opened const marked = opened_with(url_marked);
    put_options with;
    with.attributes.metadata = {{"a", "1"}};
    co_await marked.store->put(marked.key, payload_of("hello"), with);
    object_meta const meta = co_await quick_store(server.endpoint())->head("marked");
    CHECK(meta.attributes.metadata == with.attributes.metadata);
    server.reset_counts();
    error const lacking = co_await error_of(marked.store->put(marked.key, payload_of("x")));
    CHECK(lacking.reason() == errc::unsupported);
    error const unsigned_header = co_await error_of(one.store->put(one.key, payload_of("x"), with));
    CHECK(unsigned_header.reason() == errc::unsupported);
    CHECK(server.counts().requests == 0);
}

CO_TEST("presigned object: runs of blanks in a signed header are one blank in the signature (found by the fuzzer signature)") {
    s3_server server;
    named const headers{{"x-amz-meta-a", "two  blanks"}};
    std::string const url = co_await url_for(server.endpoint(), "marked", "PUT", headers);
    opened const marked = opened_with(url);
    put_options with;
    with.attributes.metadata = {{"a", "two  blanks"}};
    co_await marked.store->put(marked.key, payload_of("hello"), with);
    CHECK(server.counts().refused == 0);
}

CO_TEST("presigned object: all else is unsupported, and nothing is sent") {
    s3_server server;
    server.put("bucket", "k", "x");
    std::string const url_one = co_await url_for(server.endpoint(), "k", "GET");
    opened const one = opened_with(url_one);
    server.reset_counts();
    get_options version;
    version.version = "v";
    get_options key;
    key.key = customer_key(std::string(32, 'k'));
    std::vector<object_key> const keys{one.key};
    error const listed = co_await error_of(one.store->list(""));
    error const removed = co_await error_of(one.store->remove(keys));
    error const begun = co_await error_of(one.store->create_upload(one.key));
    error const copied_there = co_await error_of(one.store->copy(one.key, one.key));
    error const another = co_await error_of(one.store->head("bucket/other"));
    error const got_another = co_await error_of(one.store->get("k"));
    error const put_another = co_await error_of(one.store->put("k", payload_of("x")));
    error const versioned = co_await error_of(one.store->get(one.key, version));
    error const with_key = co_await error_of(one.store->head(one.key, key));
    std::vector<error> const all{listed, removed, begun, copied_there, another, got_another, put_another, versioned, with_key};
    for (error const& e : all) {
        CHECK_MESSAGE(e.reason() == errc::unsupported, e.what());
        CHECK(e.info().uri.starts_with(server.endpoint() + "/"));
        check_secret(e.what());
    }
    CHECK(server.counts().requests == 0);
}

CO_TEST("presigned object: the wrong method, an altered and an expired one are refused, each with a word about it") {
    s3_server server;
    server.put("bucket", "k", "x");
    std::string const url_to_write = co_await url_for(server.endpoint(), "k", "PUT");
    opened const to_write = opened_with(url_to_write);
    error const wrong = co_await error_of(to_write.store->head(to_write.key));
    CHECK(wrong.info().status == 403);
    CHECK(contains(wrong.what(), "another method"));
    check_secret(wrong.what());
    std::string url = co_await url_for(server.endpoint(), "k", "GET");
    opened const to_read = opened_with(url);
    error const not_written = co_await error_of(to_read.store->put(to_read.key, payload_of("y")));
    CHECK(not_written.info().status == 403);
    CHECK(server.get("bucket", "k") == "x");
    url.back() = url.back() == '0' ? '1' : '0';
    opened const altered = opened_with(url);
    error const refused = co_await error_of(altered.store->get(altered.key));
    CHECK(refused.info().service_code == "SignatureDoesNotMatch");
    CHECK(refused.info().attempts == 1);

    s3_server_options later;
    later.clock_offset = std::chrono::hours(2);
    s3_server ahead(later);
    ahead.put("bucket", "k", "x");
    std::string const url_expired = co_await url_for(ahead.endpoint(), "k", "GET");
    opened const expired = opened_with(url_expired);
    error const late = co_await error_of(expired.store->head(expired.key));
    CHECK(late.reason() == errc::permission_denied);
    CHECK(contains(late.what(), "has expired, at 20"));
    CHECK(late.info().attempts == 1);
    check_secret(late.what());
}

CO_TEST("presigned object: the query goes as it is, redirects are not followed, and what a service repeats is not shown") {
    std::string const query = "?a=%2f~%7E/&X-Amz-Signature=5ec12e7&empty=&X-Amz-Security-Token=t/+%2B";
    script_server elsewhere([](testing::received_request const&) { return scripted_reply::ok("x"); });
    script_server server([&elsewhere](testing::received_request const& r) {
        if (r.target.starts_with("/moved"))
            return scripted_reply::status(307, "", {{"Location", elsewhere.endpoint() + r.target}, {"x-amz-bucket-region", "eu-west-1"}});
        return scripted_reply::status(400, "<Error><Code>BadRequest</Code><Message>what is " + r.target + "?</Message></Error>");
    });
    journal told;
    opened const moved = opened_with(server.endpoint() + "/moved" + query, &told);
    error const away = co_await error_of(moved.store->head(moved.key));
    CHECK(away.reason() == errc::protocol);
    CHECK(contains(away.what(), "redirects"));
    opened const bad = opened_with(server.endpoint() + "/%7e" + query, &told);
    error const echoed = co_await error_of(bad.store->head(bad.key));
    for (std::string const& text : {std::string(away.what()), std::string(echoed.what()), echoed.info().service_message, told.text()}) {
        CHECK_MESSAGE(!contains(text, "5ec12e7"), text);
        CHECK_MESSAGE(!contains(text, "t/+"), text);
    }
    CHECK(elsewhere.requests().empty());
    auto const requests = server.requests();
    REQUIRE(requests.size() == 2);
    CHECK(requests[0].target == "/moved" + query);
    CHECK(requests[1].target == "/%7e" + query);
    CHECK(requests[1].header("authorization").empty());
    for (auto const& [name, value] : requests[1].headers) CHECK_FALSE(name.starts_with("x-amz-"));
}

CO_TEST("presigned object: copied from one service to another") {
    s3_server server;
    std::string const data = pattern(20'000'000);
    server.put("bucket", "from", data);
    std::string const url_from = co_await url_for(server.endpoint(), "from", "GET");
    opened const from = opened_with(url_from);
    std::string const url_to = co_await url_for(server.endpoint(), "to", "PUT");
    opened const to = opened_with(url_to);
    copied const done = co_await copy_object(from.store, from.key, to.store, to.key);
    CHECK(done.object.size == data.size());
    CHECK(server.get("bucket", "to") == data);
    CHECK(server.counts().puts == 1);
    CHECK(server.counts().refused == 0);
}
