// copy: within the service, in one request or as an upload whose parts are copied; tags, versions and customers' keys.
#include "stream/s3/fixture.hpp"

#include <sluice/operations.hpp>
#include <sluice/s3_bucket.hpp>

#include <atomic>
#include <memory>

using namespace sluice;
using namespace sluice::test;
using testing::s3_fault, testing::s3_request_view, testing::s3_server, testing::s3_server_options, testing::script_server,
    testing::scripted_reply;

namespace {

store_copy_options in_parts() {
    store_copy_options options;
    options.part_size = 5u << 20;
    return options;
}

std::string head_of(std::size_t size, std::string const& more = {}) {
    return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(size) + "\r\nETag: \"e\"\r\n" + more + "\r\n";
}

}  // namespace

CO_TEST("s3 copy: a small object costs one look and one request, and no byte comes here") {
    s3_server server;
    server.put("bucket", "from", pattern(100'000));
    auto const store = quick_store(server.endpoint());
    std::uint64_t told = 0;
    store_copy_options options;
    options.report = [&told](std::uint64_t done, std::uint64_t) { told = done; };
    copied const done = co_await store->copy("from", "a b/+to", options);
    CHECK(done.object.size == 100'000);
    CHECK_FALSE(done.put.etag.empty());
    CHECK(told == 100'000);
    CHECK(server.counts().heads == 1);
    CHECK(server.counts().copies == 1);
    CHECK(server.counts().gets == 0);
    CHECK(server.counts().refused == 0);
    whole_object const there = co_await get_all(store, "a b/+to");
    CHECK(there.data.text() == pattern(100'000));
}

CO_TEST("s3 copy: a large object is copied in parts side by side, with attributes and tags") {
    s3_server server;
    auto const store = quick_store(server.endpoint());
    std::string const data = pattern((11u << 20) + 1);
    put_options first;
    first.attributes.content_type = "text/x-t";
    first.attributes.metadata = {{"made", "here"}};
    first.keeping.tags = {{"team", "a&b"}};
    payload whole(data);
    co_await store->put("from", whole, first);
    std::vector<std::uint64_t> told;
    store_copy_options options = in_parts();
    options.report = [&told](std::uint64_t done, std::uint64_t) { told.push_back(done); };
    server.reset_counts();
    co_await store->copy("from", "to", options);
    CHECK(server.counts().copies == 3);
    CHECK(server.counts().completions == 1);
    CHECK(server.counts().gets == 0);
    CHECK(told.size() == 3);
    CHECK(told.back() == data.size());
    whole_object const there = co_await get_all(store, "to");
    CHECK(there.data.text() == data);
    CHECK(there.object.attributes == first.attributes);
    s3_bucket const bucket(quick_settings(server.endpoint()));
    object_tags const tags = co_await bucket.tags("to");
    CHECK(tags == first.keeping.tags);
    CHECK(server.counts().refused == 0);
}

CO_TEST("s3 copy: a part that fails for good ends it, and no upload is left open") {
    s3_server server;
    server.put("bucket", "from", pattern(11u << 20));
    server.put("bucket", "to", "old");
    auto const store = quick_store(server.endpoint());
    server.on_request([](s3_request_view const& request) -> std::optional<s3_fault> {
        if (!contains(request.query, "partNumber=2")) return std::nullopt;
        s3_fault fault;
        fault.status = 403;
        fault.code = "AccessDenied";
        return fault;
    });
    error const e = co_await error_of(store->copy("from", "to", in_parts()));
    CHECK(e.reason() == errc::permission_denied);
    CHECK(e.info().uri == "s3://bucket/to");
    CHECK(server.uploads_open() == 0);
    whole_object const there = co_await get_all(store, "to");
    CHECK(there.data.text() == "old");
}

CO_TEST("s3 copy: a source that is replaced between two parts is precondition_failed, never a mix") {
    s3_server server;
    server.put("bucket", "from", pattern(11u << 20));
    auto const store = quick_store(server.endpoint());
    server.on_request([&server](s3_request_view const& request) -> std::optional<s3_fault> {
        if (contains(request.query, "partNumber=3")) server.put("bucket", "from", std::string(11u << 20, 'x'));
        return std::nullopt;
    });
    error const e = co_await error_of(store->copy("from", "to", in_parts()));
    CHECK(e.reason() == errc::precondition_failed);
    CHECK(server.uploads_open() == 0);
    CHECK(server.object_count() == 1);
}

CO_TEST("s3 copy: an error inside a good answer is an error, and is tried again where that helps") {
    script_server server;
    server.push(scripted_reply(head_of(5)));
    server.push(scripted_reply::ok("  \n<?xml version=\"1.0\"?><Error><Code>InternalError</Code><Message>sorry</Message></Error>"));
    server.push(scripted_reply::ok("<CopyObjectResult><ETag>\"n\"</ETag></CopyObjectResult>"));
    copied const done = co_await quick_store(server.endpoint())->copy("from", "to");
    CHECK(done.put.etag == "\"n\"");
    CHECK(server.requests().size() == 3);

    script_server denied;
    denied.push(scripted_reply(head_of(5)));
    denied.push(scripted_reply::ok("<Error><Code>AccessDenied</Code><Message>no</Message></Error>"));
    error const e = co_await error_of(quick_store(denied.endpoint())->copy("from", "to"));
    CHECK(e.reason() == errc::permission_denied);
    CHECK(denied.requests().size() == 2);

    for (char const* const odd : {"", "<html>Welcome</html>", "<CopyObjectResult></CopyObjectResult>"}) {
        script_server portal;
        portal.push(scripted_reply(head_of(5)));
        portal.push(scripted_reply::ok(odd));
        error const none = co_await error_of(quick_store(portal.endpoint())->copy("from", "to"));
        CHECK_MESSAGE(none.reason() == errc::protocol, odd);
    }
}

CO_TEST("s3 copy: an error inside a good answer to a part is an error, too, and leaves no upload (UploadPartCopy)") {
    s3_server server;
    std::string const data = pattern((11u << 20) + 1);
    server.put("bucket", "from", data);
    auto const store = quick_store(server.endpoint());
    auto const at_second_part = [&server](std::string code, int times) {
        auto const left = std::make_shared<std::atomic<int>>(times);
        server.on_request([code, left](s3_request_view const& r) -> std::optional<s3_fault> {
            return contains(r.query, "partNumber=2") && left->fetch_sub(1) > 0 ? std::optional(answer(200, code)) : std::nullopt;
        });
    };
    at_second_part("AccessDenied", 100);
    error const e = co_await error_of(store->copy("from", "to", in_parts()));
    CHECK(e.reason() == errc::permission_denied);
    CHECK(server.uploads_open() == 0);
    CHECK_FALSE(server.get("bucket", "to"));
    at_second_part("InternalError", 1);
    server.reset_counts();
    co_await store->copy("from", "to", in_parts());
    CHECK((server.get("bucket", "to") == data));
    CHECK(server.counts().completions == 1);
}

CO_TEST("s3 copy: parts of a service without strong ETags are refused, one request is not") {
    script_server server;
    server.push(scripted_reply("HTTP/1.1 200 OK\r\nContent-Length: 11000000\r\nETag: W/\"e\"\r\n\r\n"));
    error const e = co_await error_of(quick_store(server.endpoint())->copy("from", "to", in_parts()));
    CHECK(e.reason() == errc::protocol);
    CHECK(server.requests().size() == 1);
}

CO_TEST("s3 copy: cancelled while a part is under way, it leaves no upload") {
    s3_server server;
    server.put("bucket", "from", pattern(11u << 20));
    auto const store = quick_store(server.endpoint());
    server.on_request([](s3_request_view const& request) -> std::optional<s3_fault> {
        if (!contains(request.query, "partNumber=2")) return std::nullopt;
        s3_fault fault;
        fault.delay = std::chrono::seconds(20);
        return fault;
    });
    store_copy_options options = in_parts();
    options.time_limit = std::chrono::milliseconds(300);
    error const e = co_await error_of(store->copy("from", "to", options));
    CHECK(e.reason() == errc::timed_out);
    CHECK(server.uploads_open() == 0);
    CHECK(server.object_count() == 1);
}

CO_TEST("tags: set, read and removed; of a missing object not_found") {
    s3_server server;
    server.put("bucket", "k", "x");
    s3_bucket const bucket(quick_settings(server.endpoint()));
    object_tags const tags{{"a&b", "<1> +%"}, {"empty", ""}};
    co_await bucket.set_tags("k", tags);
    object_tags now = co_await bucket.tags("k");
    CHECK(now == tags);
    co_await bucket.set_tags("k", {});
    now = co_await bucket.tags("k");
    CHECK(now.empty());
    error const missing = co_await error_of(bucket.tags("missing"));
    CHECK(missing.reason() == errc::not_found);
    object_tags const twice{{"a", "1"}, {"a", "2"}};
    error const refused = co_await error_of(bucket.set_tags("k", twice));
    CHECK(refused.reason() == errc::invalid_argument);
    CHECK(server.counts().refused == 0);
}

CO_TEST("versions: listed page after page, and removed by their ids") {
    script_server server;
    server.push(scripted_reply::ok(
        "<ListVersionsResult><IsTruncated>true</IsTruncated><EncodingType>url</EncodingType><NextKeyMarker>a</NextKeyMarker>"
        "<NextVersionIdMarker>2</NextVersionIdMarker>"
        "<Version><Key>a</Key><VersionId>2</VersionId><IsLatest>true</IsLatest><Size>3</Size></Version>"
        "</ListVersionsResult>"));
    server.push(scripted_reply::ok(
        "<ListVersionsResult><IsTruncated>false</IsTruncated><EncodingType>url</EncodingType>"
        "<DeleteMarker><Key>b</Key><VersionId>9</VersionId><IsLatest>true</IsLatest></DeleteMarker></ListVersionsResult>"));
    server.push(
        scripted_reply::ok("<DeleteResult><Deleted><Key>a</Key><VersionId>2</VersionId></Deleted>"
                           "<Deleted><Key>b</Key><VersionId>9</VersionId></Deleted></DeleteResult>"));
    s3_bucket const bucket(quick_settings(server.endpoint()));
    std::vector<object_version> all;
    version_visitor const collect = [&all](std::vector<object_version> page) -> awaitable<bool> {
        for (object_version& one : page) all.push_back(std::move(one));
        co_return true;
    };
    co_await bucket.for_each_version("", collect);
    REQUIRE(all.size() == 2);
    CHECK(all[1].removed);
    remove_report const report = co_await bucket.remove_versions(all);
    CHECK(report.removed == 2);
    auto const requests = server.requests();
    REQUIRE(requests.size() == 3);
    CHECK(contains(requests[1].target, "key-marker=a"));
    CHECK(contains(requests[1].target, "version-id-marker=2"));
    CHECK(contains(requests[2].body, "<Key>b</Key><VersionId>9</VersionId>"));
    std::vector<object_version> nameless(1);
    error const e = co_await error_of(bucket.remove_versions(nameless));
    CHECK(e.reason() == errc::invalid_argument);
}

CO_TEST("a customer's key: an object written under one is read, copied and uploaded under it only, and it is never logged") {
    s3_server server;
    std::string logged;
    s3_settings settings = quick_settings(server.endpoint());
    settings.verbosity = log_level::debug;
    std::mutex guard;
    settings.log = [&](log_level, std::string_view line) {
        std::lock_guard const lock(guard);
        logged += line;
    };
    auto const store = make_s3_store(settings);
    customer_key const key(std::string(32, 'K')), other(std::string(32, 'o'));
    put_options under;
    under.keeping.key = key;
    payload data("secret");
    co_await store->put("k", data, under);
    get_options with_key;
    with_key.key = key;
    range_engine_options engine;
    engine.get = with_key;
    whole_object const there = co_await get_all(store, "k", engine);
    CHECK(there.data.text() == "secret");
    error const without = co_await error_of(store->get("k"));
    CHECK(without.reason() == errc::invalid_argument);
    with_key.key = other;
    error const wrong = co_await error_of(store->get("k", with_key));
    CHECK(wrong.reason() == errc::permission_denied);

    store_copy_options copy_under;
    copy_under.source.key = key;
    copy_under.keeping.key = other;
    co_await store->copy("k", "copy", copy_under);
    copy_under.create_only = true;
    co_await store->copy("k", "made", copy_under);
    for (char const* const name : {"copy", "made"}) {
        range_engine_options by_other;
        by_other.get.key = other;
        whole_object const copy = co_await get_all(store, name, by_other);
        CHECK_MESSAGE(copy.data.text() == "secret", name);
    }
    upload parts = co_await store->create_upload("parts", under);
    payload part("a part");
    co_await parts.write(part_place{1, 0}, part);
    co_await parts.complete();
    head_options head;
    head.key = key;
    object_meta const about = co_await store->head("parts", head);
    CHECK(about.size == 6);
    CHECK(server.counts().refused == 0);
    CHECK_FALSE(contains(logged, std::string(8, 'K')));
    CHECK_FALSE(contains(logged, "S0tL"));
}

CO_TEST("a customer's key: goes with the end of an upload, too, which wants it where the parts have checksums") {
    s3_server server;
    s3_settings settings = quick_settings(server.endpoint());
    settings.write_checksums = checksum_mode::when_supported;
    auto const store = make_s3_store(settings);
    put_options under;
    under.keeping.key = customer_key(std::string(32, 'K'));
    upload to = co_await store->create_upload("k", under);
    payload data("in parts");
    part_place const first{1, 0};
    co_await to.write(first, data);
    co_await to.complete();
    head_options head;
    head.key = under.keeping.key;
    object_meta const about = co_await store->head("k", head);
    CHECK(about.size == 8);
    CHECK(server.counts().refused == 0);
}

CO_TEST("a customer's key: a service that does not say that it used it is not believed") {
    script_server silent([](testing::received_request const& request) {
        if (request.method == "POST")
            return scripted_reply::ok("<InitiateMultipartUploadResult><UploadId>id</UploadId></InitiateMultipartUploadResult>");
        return scripted_reply("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nETag: \"e\"\r\n\r\n");
    });
    auto const store = quick_store(silent.endpoint());
    put_options under;
    under.keeping.key = customer_key(std::string(32, 'K'));
    payload data("secret"), part("secret");
    error const put = co_await error_of(store->put("k", data, under));
    CHECK(put.reason() == errc::unsupported);
    CHECK(contains(put.what(), "in the open"));
    CHECK(put.info().attempts == 1);
    upload to = co_await store->create_upload("k", under);
    part_place const first{1, 0};
    error const written = co_await error_of(to.write(first, part));
    CHECK(written.reason() == errc::unsupported);
    head_options head;
    head.key = under.keeping.key;
    error const seen = co_await error_of(store->head("k", head));
    CHECK(seen.reason() == errc::unsupported);
}

CO_TEST("a customer's key: is refused before it is sent where it would go in the clear, or is none") {
    head_options head;
    head.key = customer_key(std::string(32, 'k'));
    s3_server server;
    std::vector<s3_settings> in_the_clear{quick_settings("http://storage.example:9000"), quick_settings("http://127.evil.example"),
                                          quick_settings("http://127.0.0.1:9000")};
    in_the_clear.back().network.http_proxy = server.endpoint();
    for (s3_settings const& far : in_the_clear) {
        auto const store = make_s3_store(far);
        error const clear = co_await error_of(store->head("k", head));
        CHECK_MESSAGE(clear.reason() == errc::invalid_argument, far.endpoint);
        CHECK_MESSAGE(contains(clear.what(), "TLS"), far.endpoint);
    }
    head.key = customer_key("short");
    error const odd = co_await error_of(quick_store(server.endpoint())->head("k", head));
    CHECK(odd.reason() == errc::invalid_argument);
    CHECK(server.counts().requests == 0);
}
