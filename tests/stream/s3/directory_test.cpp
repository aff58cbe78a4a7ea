// Directory buckets (S3 Express One Zone): sessions, and what such a bucket has not got.
#include "stream/s3/fixture.hpp"

#include "async/clock.hpp"
#include "auth/sigv4.hpp"
#include "support/cancelling.hpp"

#include <sluice/async/task_group.hpp>
#include <sluice/listing.hpp>
#include <sluice/open.hpp>
#include <sluice/operations.hpp>
#include <sluice/s3_bucket.hpp>

#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <functional>

using namespace sluice;
using namespace sluice::test;
using namespace std::chrono_literals;
using testing::s3_fault, testing::s3_request_view, testing::s3_server, testing::s3_server_options, testing::script_server,
    testing::scripted_reply;

namespace {

constexpr char const* zonal = "data--use1-az4--x-s3";

s3_server_options directory_options() {
    s3_server_options options;
    options.directory = true;
    options.buckets = {zonal};
    return options;
}

s3_settings directory_settings(std::string endpoint) {
    s3_settings settings = quick_settings(std::move(endpoint));
    settings.bucket = zonal;
    return settings;
}

std::shared_ptr<object_store> directory_store(s3_server const& server) { return make_s3_store(directory_settings(server.endpoint())); }

awaitable<void> read_once(std::shared_ptr<object_store> store, object_key key) {
    whole_object const object = co_await get_all(std::move(store), std::move(key));
    CHECK(object.data.text() == "data");
}

/// So many readers at once; each failure fails the test.
awaitable<void> read_by_many(std::shared_ptr<object_store> store, int readers) {
    auto const body = [store, readers](async::task_group& group) -> awaitable<void> {
        for (int i = 0; i < readers; ++i) group.spawn([store] { return read_once(store, "k"); });
        co_return;
    };
    co_await async::with_task_group(body);
}

awaitable<void> pause(std::chrono::nanoseconds span) {
    boost::asio::any_io_executor const executor = co_await boost::asio::this_coro::executor;
    async::clock& clock = async::clock::of(executor);
    co_await clock.sleep_until(clock.now() + span);
}

template <class T>
awaitable<void> check_unsupported(awaitable<T> work, std::string words = "a directory bucket (S3 Express One Zone) ") {
    error const e = co_await error_of(std::move(work));
    CHECK_MESSAGE(e.reason() == errc::unsupported, e.what());
    CHECK_MESSAGE(contains(e.info().detail, words), e.what());
}

bool asks_for_session(s3_request_view const& r) { return r.method == "GET" && r.key.empty() && r.query == "session="; }

}  // namespace

CO_TEST("directory bucket: one session serves many calls at once, and those that follow") {
    s3_server server(directory_options());
    server.put(zonal, "k", "data");
    auto const store = directory_store(server);
    co_await read_by_many(store, 50);
    CHECK(server.counts().sessions == 1);
    CHECK(server.counts().gets == 50);
    co_await read_once(store, "k");
    CHECK(server.counts().sessions == 1);
    CHECK(server.counts().requests == 52);
    CHECK_MESSAGE(server.counts().refused == 0, server.counts().last_refusal);
}

CO_TEST("directory bucket: a session is renewed before it ends, and no request is refused for it") {
    s3_server_options options = directory_options();
    options.session_lifetime = 11s;  // ten of which are kept in reserve
    s3_server server(options);
    server.put(zonal, "k", "data");
    auto const store = directory_store(server);
    co_await read_once(store, "k");
    CHECK(server.counts().sessions == 1);
    co_await pause(2100ms);
    co_await read_by_many(store, 10);
    CHECK(server.counts().sessions == 2);
    CHECK(server.counts().requests == 13);  // two sessions and a read for each
    CHECK(server.counts().refused == 0);
}

CO_TEST("directory bucket: our clock does not make a session old, nor keep one that is") {
    for (std::chrono::seconds const off : {std::chrono::seconds(-600), std::chrono::seconds(600)}) {
        s3_server_options options = directory_options();
        options.clock_offset = off;
        s3_server server(options);
        server.put(zonal, "k", "data");
        auto const store = directory_store(server);
        for (int i = 0; i < 3; ++i) co_await read_once(store, "k");
        CHECK(server.counts().sessions == 1);
        CHECK(server.counts().refused == 0);
    }
}

CO_TEST("directory bucket: a session that is refused is renewed once, whoever meets the refusal") {
    s3_server server(directory_options());
    server.put(zonal, "k", "data");
    auto const store = directory_store(server);
    co_await read_once(store, "k");
    server.expire_sessions();
    co_await read_by_many(store, 20);
    CHECK(server.counts().sessions == 2);
    object_meta const meta = co_await store->head("k");
    CHECK(meta.size == 4);
    server.expire_sessions();
    object_meta const again = co_await store->head("k");  // whose refusal has no document
    CHECK(again.size == 4);
    CHECK(server.counts().sessions == 3);
    CHECK(server.counts().refused == 0);
}

CO_TEST("directory bucket: a bucket that refuses every session is asked for one more, and then it is an error") {
    s3_server server(directory_options());
    server.put(zonal, "k", "data");
    server.on_request([](s3_request_view const& r) -> std::optional<s3_fault> {
        if (asks_for_session(r)) return std::nullopt;
        return answer(400, "ExpiredToken");
    });
    error const e = co_await error_of(read_once(directory_store(server), "k"));
    CHECK(e.reason() == errc::unauthenticated);
    CHECK(server.counts().sessions == 2);
    CHECK(server.counts().gets == 2);
}

CO_TEST("directory bucket: no session, no request; the failure is that of the session") {
    struct row {
        int status;
        char const* code;
        errc reason;
        std::uint64_t asked;
    };
    for (row const& r : {row{403, "AccessDenied", errc::permission_denied, 1},
                         {404, "NoSuchBucket", errc::not_found, 1},
                         {503, "SlowDown", errc::throttled, 4}}) {
        s3_server server(directory_options());
        server.put(zonal, "k", "data");
        server.on_request([&](s3_request_view const& seen) -> std::optional<s3_fault> {
            if (!asks_for_session(seen)) return std::nullopt;
            return answer(r.status, r.code);
        });
        error const e = co_await error_of(read_once(directory_store(server), "k"));
        CHECK_MESSAGE(e.reason() == r.reason, e.what());
        CHECK(contains(e.info().detail, "no session with the bucket"));
        CHECK(e.info().service_code == r.code);
        CHECK(contains(e.what(), zonal));
        CHECK(server.counts().sessions == r.asked);
        CHECK(server.counts().gets == 0);
    }
}

CO_TEST("directory bucket: a session that comes late or broken off is asked for again") {
    s3_server server(directory_options());
    server.put(zonal, "k", "data");
    std::atomic<int> seen = 0;
    server.on_request([&](s3_request_view const& r) -> std::optional<s3_fault> {
        if (!asks_for_session(r)) return std::nullopt;
        s3_fault f;
        int const n = seen++;
        if (n == 0) return answer(503, "SlowDown");
        if (n == 1) f.cut_body_after = 100;
        if (n == 2) f.drop_after_apply = true;
        return f;
    });
    co_await read_once(directory_store(server), "k");
    CHECK(seen == 4);
    CHECK(server.counts().gets == 1);
}

CO_TEST("directory bucket: a document that is no session is a protocol error, and nothing of it is told") {
    journal log;
    script_server server([](testing::received_request const&) {
        return scripted_reply::ok(
            "<CreateSessionResult><Credentials><SecretAccessKey>canary</SecretAccessKey></Credentials></CreateSessionResult>");
    });
    s3_settings settings = directory_settings(server.endpoint());
    settings.log = log.sink();
    settings.verbosity = log_level::debug;
    error const e = co_await error_of(read_once(make_s3_store(settings), "k"));
    CHECK(e.reason() == errc::protocol);
    CHECK_FALSE(contains(e.what(), "canary"));
    CHECK_FALSE(contains(log.text(), "canary"));
}

CO_TEST("directory bucket: who is cancelled while asking for the session is cancelled alone") {
    s3_server server(directory_options());
    server.put(zonal, "k", "data");
    server.on_request([](s3_request_view const& r) -> std::optional<s3_fault> {
        if (!asks_for_session(r)) return std::nullopt;
        s3_fault late;
        late.delay = 150ms;
        return late;
    });
    auto const store = directory_store(server);
    bool leader_cancelled = false;
    std::function<awaitable<void>()> const read = [&] { return read_once(store, "k"); };
    auto const body = [&](async::task_group& group) -> awaitable<void> {
        group.spawn([&]() -> awaitable<void> { leader_cancelled = co_await cancelled(read, 50ms); });
        co_await pause(20ms);
        for (int i = 0; i < 5; ++i) group.spawn([&] { return read_once(store, "k"); });
    };
    co_await async::with_task_group(body);
    CHECK(leader_cancelled);
    CHECK(server.counts().sessions == 2);
    CHECK(server.counts().gets == 5);
}

CO_TEST("directory bucket: logs and errors hold no keys of sessions") {
    s3_server server(directory_options());
    server.put(zonal, "k", "data");
    journal log;
    s3_settings settings = directory_settings(server.endpoint());
    settings.log = log.sink();
    settings.verbosity = log_level::debug;
    auto const store = make_s3_store(settings);
    co_await read_once(store, "k");
    server.expire_sessions();
    co_await read_once(store, "k");
    error const e = co_await error_of(read_once(store, "absent"));
    CHECK(contains(log.text(), "session="));
    for (std::string const& text : {log.text(), std::string(e.what())})
        for (char const* const secret : {"session/", "session%2F", "ASIASESSION"}) CHECK_MESSAGE(!contains(text, secret), text);
}

CO_TEST("directory bucket: copies are asked for by the account's keys, whole and in parts") {
    s3_server_options options = directory_options();
    s3_server server(options);
    std::string const data = pattern(11u << 20);
    server.put(zonal, "from", data);
    auto const store = directory_store(server);
    co_await store->copy("from", "whole");
    store_copy_options parts;
    parts.part_size = 5u << 20;
    co_await store->copy("from", "parts", parts);
    CHECK(server.get(zonal, "whole") == data);
    CHECK(server.get(zonal, "parts") == data);
    CHECK(server.counts().copies == 4);
    CHECK_MESSAGE(server.counts().refused == 0, server.counts().last_refusal);
}

CO_TEST("directory bucket: an upload whose completion lost its answer is ambiguous, since ETags tell nothing") {
    s3_server server(directory_options());
    std::atomic<int> seen = 0;
    server.on_request([&](s3_request_view const& r) -> std::optional<s3_fault> {
        if (r.method != "POST" || !r.query.starts_with("uploadId=")) return std::nullopt;
        s3_fault lost;
        lost.drop_after_apply = seen++ == 0;
        return lost;
    });
    upload up = co_await directory_store(server)->create_upload("k");
    payload data("data");
    co_await up.write({1, 0}, std::move(data));
    error const e = co_await error_of(up.complete());
    CHECK(e.reason() == errc::ambiguous);
    CHECK(server.get(zonal, "k") == "data");
}

CO_TEST("directory bucket: is made, looked at and removed; what plain buckets have besides is refused unsent") {
    s3_server_options options = directory_options();
    options.buckets.clear();
    s3_server server(options);
    s3_bucket const bucket(directory_settings(server.endpoint()));
    co_await bucket.create();
    std::string const region = co_await bucket.head();
    CHECK(region == "us-east-1");
    error const twice = co_await error_of(bucket.create());
    CHECK(twice.reason() == errc::already_exists);
    std::uint64_t const before = server.counts().requests;
    object_version one;
    one.key = "k";
    one.version = "v";
    version_visitor const none = [](std::vector<object_version>) -> awaitable<bool> { co_return true; };
    object_tags const tags{{"a", "b"}};
    std::vector<object_version> const some{one};
    co_await check_unsupported(bucket.location());
    co_await check_unsupported(bucket.versioning());
    co_await check_unsupported(bucket.set_versioning(bucket_versioning::enabled));
    co_await check_unsupported(bucket.for_each_version("", none));
    co_await check_unsupported(bucket.remove_versions(some));
    co_await check_unsupported(bucket.tags("k"));
    co_await check_unsupported(bucket.set_tags("k", tags));
    co_await check_unsupported(bucket.uploads("pre"));
    CHECK(server.counts().requests == before);
    co_await bucket.remove();
    error const gone = co_await error_of(bucket.remove());
    CHECK(gone.reason() == errc::not_found);
    CHECK_MESSAGE(server.counts().refused == 0, server.counts().last_refusal);
}

CO_TEST("directory bucket: choices that it has not got are unsupported, and nothing is sent for them") {
    s3_server server(directory_options());
    auto const store = directory_store(server);
    std::vector<std::function<void(put_options&)>> const choices{
        [](put_options& o) { o.keeping.acl = "private"; },
        [](put_options& o) {
            o.keeping.tags = {{"a", "b"}};
        },
        [](put_options& o) { o.keeping.storage_class = "STANDARD"; }, [](put_options& o) { o.keeping.legal_hold = true; },
        [](put_options& o) { o.keeping.key = customer_key(std::string(32, 'k')); }};
    for (auto const& choose : choices) {
        put_options options;
        choose(options);
        store_copy_options as;
        choose(as);
        payload const data("x");
        co_await check_unsupported(store->put("k", data, options), "this store has no choice of");
        co_await check_unsupported(store->create_upload("k", options), "this store has no choice of");
        co_await check_unsupported(store->copy("k", "l", as), "this store has no choice of");
    }
    get_options version, keyed;
    version.version = "v";
    keyed.key = customer_key(std::string(32, 'k'));
    for (get_options const& options : {version, keyed}) {
        co_await check_unsupported(store->get("k", options));
        co_await check_unsupported(store->head("k", options));
    }
    CHECK(server.counts().requests == 0);
    s3_settings settings = directory_settings(server.endpoint());
    settings.requester_pays = true;
    CHECK_THROWS_WITH_AS(make_s3_store(settings), doctest::Contains("requester"), error);
}

CO_TEST("directory bucket: listings have no order and take whole folders; what needs an order is refused unsent") {
    s3_server_options options = directory_options();
    options.page_limit = 7;
    s3_server server(options);
    std::vector<std::string> wanted;
    for (int i = 100; i < 130; ++i) wanted.push_back("dir/" + std::to_string(i));
    for (std::string const& key : wanted) server.put(zonal, key, "x");
    server.put(zonal, "other", "x");
    auto const store = directory_store(server);
    CHECK_FALSE(store->can().ordered_listing);
    CHECK(store->can().folder_listing);

    list_page const page = co_await list_all(store, "dir/");
    std::vector<std::string> got;
    for (object_meta const& one : page.objects) got.push_back(one.key);
    CHECK_FALSE(std::ranges::is_sorted(got));  // or the server tests nothing
    std::ranges::sort(got);
    CHECK(got == wanted);

    std::uint64_t const before = server.counts().requests;
    list_options from, odd;
    from.start_after = "dir/1";
    odd.delimiter = "-";
    page_visitor const visit = [](list_page) -> awaitable<bool> { co_return true; };
    sharded_list_options const sharded;
    co_await check_unsupported(store->list("dir"));
    co_await check_unsupported(store->list("dir/", from));
    co_await check_unsupported(store->list("dir/", odd));
    error const divided = co_await error_of(list_sharded(store, "dir/", sharded, visit));
    CHECK(divided.reason() == errc::unsupported);
    CHECK(contains(divided.info().detail, "in no order"));
    CHECK(server.counts().requests == before);
    CHECK_MESSAGE(server.counts().refused == 0, server.counts().last_refusal);
}

CO_TEST("directory bucket: open uploads are listed page by page, in the order of the service") {
    s3_server_options options = directory_options();
    options.page_limit = 4;
    s3_server server(options);
    auto const store = directory_store(server);
    std::vector<std::string> wanted;
    for (int i = 10; i < 23; ++i) wanted.push_back("dir/" + std::to_string(i));
    for (std::string const& key : wanted) co_await store->create_upload(key);
    s3_bucket const bucket(directory_settings(server.endpoint()));
    std::vector<open_upload> const open = co_await bucket.uploads("dir/");
    std::vector<std::string> got;
    for (open_upload const& one : open) got.push_back(one.key);
    std::ranges::sort(got);
    CHECK(got == wanted);
    for (open_upload const& one : open) co_await bucket.abort_upload(one.key, one.id);
    CHECK(server.uploads_open() == 0);
    CHECK_MESSAGE(server.counts().refused == 0, server.counts().last_refusal);
}

CO_TEST("directory bucket: a presigned URL holds for its session") {
    s3_server server(directory_options());
    server.put(zonal, "k", "data");
    s3_bucket const bucket(directory_settings(server.endpoint()));
    std::string const url = co_await bucket.presign("k");
    CHECK(contains(url, "&X-Amz-S3session-Token="));
    CHECK_FALSE(contains(url, "Security-Token"));
    open_settings plain;
    opened const one = sluice::open(url, plain);
    co_await read_once(one.store, one.key);
    CHECK_MESSAGE(server.counts().refused == 0, server.counts().last_refusal);
    server.expire_sessions();
    error const e = co_await error_of(read_once(one.store, one.key));
    CHECK(e.reason() == errc::unauthenticated);
    CHECK(contains(e.info().detail, "session"));
    CHECK_FALSE(contains(e.what(), "session%2F"));
}

CO_TEST("directory bucket: the server of these tests takes no object call by the account's keys") {
    s3_server server(directory_options());
    server.put(zonal, "k", "data");
    s3_server_options const keys;
    http::request request;
    request.method = "GET";
    request.target = std::string("/") + zonal + "/k";
    std::string const host = server.endpoint().substr(7);
    request.headers.add("Host", host);
    auth::sigv4_signer const signer("s3express");
    std::string const target =
        signer.presign(request, credentials(keys.access_key, keys.secret_key), "us-east-1", std::chrono::system_clock::now(), 300s);
    open_settings plain;
    opened const one = sluice::open("http://" + host + target, plain);
    error const e = co_await error_of(read_once(one.store, one.key));
    CHECK(e.info().service_code == "InvalidAccessKeyId");
}
