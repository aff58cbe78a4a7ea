// What goes wrong outside: typed errors that say what to do, one history of attempts, nothing followed that should not be.
#include "stream/s3/fixture.hpp"

#include <sluice/async/deadline.hpp>
#include <sluice/async/task_group.hpp>

#include <atomic>

using namespace sluice;
using namespace sluice::test;
using namespace std::chrono_literals;
using testing::s3_fault, testing::s3_request_view, testing::s3_server, testing::s3_server_options, testing::script_server,
    testing::scripted_reply;

CO_TEST("a busy service is asked again; its last word is what the error says") {
    s3_server server;
    server.put("bucket", "k", "data");
    auto const store = quick_store(server.endpoint());
    std::atomic<int> left = 2;
    server.on_request([&](s3_request_view const&) -> std::optional<s3_fault> {
        if (left-- <= 0) return std::nullopt;
        s3_fault f;
        f.status = 503;
        f.code = "SlowDown";
        return f;
    });
    poisoned into(10);
    co_await store->read("k", byte_range::whole(), into.span());
    CHECK(into.text(4) == "data");
    CHECK(server.counts().requests == 3);
    left = 100;
    error const e = co_await error_of(store->read("k", byte_range::whole(), into.span()));
    CHECK(e.reason() == errc::throttled);
    CHECK(e.info().attempts == 4);
    CHECK(e.info().status == 503);
    CHECK(e.info().service_code == "SlowDown");
    CHECK_FALSE(e.info().request_id.empty());
    CHECK(contains(e.what(), "4 attempts"));
}

CO_TEST("Retry-After is honoured, and a pause that would end behind the deadline is not begun") {
    script_server server;
    server.push(scripted_reply::status(503, "", {{"Retry-After", "3600"}}));
    auto const store = quick_store(server.endpoint());
    head_options options;
    options.time_limit = 30s;  // within the 60 s that a pause is cut to
    error const e = co_await error_of(store->head("k", options));
    CHECK(e.reason() == errc::throttled);
    CHECK(e.info().attempts == 1);
}

CO_TEST("the time limit holds for the whole operation") {
    s3_server server;
    server.put("bucket", "k", "data");
    s3_fault slow;
    slow.delay = 1h;
    server.on_request([slow](s3_request_view const&) { return std::optional<s3_fault>(slow); });
    s3_settings settings = quick_settings(server.endpoint());
    settings.timeouts.operation = 100ms;
    auto const store = make_s3_store(settings);
    poisoned into(10);
    error const e = co_await error_of(store->read("k", byte_range::whole(), into.span()));
    CHECK(e.reason() == errc::timed_out);
    CHECK(e.info().elapsed >= 100ms);
}

CO_TEST("cancellation is errc::cancelled, with what was being done") {
    s3_server server;
    s3_fault slow;
    slow.delay = 1h;
    server.on_request([slow](s3_request_view const&) { return std::optional<s3_fault>(slow); });
    auto const store = quick_store(server.endpoint());
    std::optional<error> caught;
    auto read = [&]() -> awaitable<void> {
        poisoned into(10);
        try {
            co_await store->read("k", byte_range::whole(), into.span());
        } catch (error const& e) {
            caught = e;
            throw;
        }
    };
    auto body = [&](async::task_group& group) -> awaitable<void> {
        group.spawn([&] { return read(); });
        while (server.counts().requests == 0) co_await async::sleep_for(1ms);
        group.cancel();
    };
    co_await async::with_task_group(body);
    REQUIRE(caught);
    CHECK(caught->reason() == errc::cancelled);
    CHECK(caught->code() == boost::asio::error::operation_aborted);
    CHECK(caught->info().operation == "read");
    CHECK(caught->info().uri == "s3://bucket/k");
    CHECK(caught->info().attempts == 1);
}

CO_TEST("wrong keys, no keys, wrong bucket") {
    s3_server server;
    s3_settings settings = quick_settings(server.endpoint());
    settings.credentials = static_credentials(credentials("AKIDEXAMPLE", "wrong"));
    error const secret = co_await error_of(make_s3_store(settings)->list(""));
    CHECK(secret.reason() == errc::unauthenticated);
    CHECK(contains(secret.info().detail, "secret key"));
    settings.credentials = static_credentials(credentials("NOBODY", "wrong"));
    error const unknown = co_await error_of(make_s3_store(settings)->list(""));
    CHECK(unknown.reason() == errc::unauthenticated);
    settings.credentials = nullptr;
    error const anonymous = co_await error_of(make_s3_store(settings)->list(""));
    CHECK(anonymous.reason() == errc::permission_denied);
    CHECK(contains(anonymous.info().detail, "not signed"));
    settings = quick_settings(server.endpoint());
    settings.bucket = "elsewhere";
    error const bucket = co_await error_of(make_s3_store(settings)->list("p/"));
    CHECK(bucket.reason() == errc::not_found);
    CHECK(bucket.info().service_code == "NoSuchBucket");
    CHECK(bucket.info().uri == "s3://elsewhere/p/");
    CHECK(contains(bucket.info().detail, "bucket does not exist"));
}

CO_TEST("nobody there, and somebody who does not speak HTTP") {
    std::string endpoint;
    {
        script_server gone;
        endpoint = gone.endpoint();
    }
    error const dead = co_await error_of(quick_store(endpoint)->head("k"));
    CHECK(dead.reason() == errc::unreachable);
    CHECK(dead.info().attempts == 4);
    script_server odd([](testing::received_request const&) {
        scripted_reply reply(std::string("SSH-2.0-OpenSSH_9.2\r\n"));
        reply.close = true;
        return reply;
    });
    error const ssh = co_await error_of(quick_store(odd.endpoint())->head("k"));
    CHECK(ssh.reason() == errc::protocol);
    CHECK(contains(ssh.info().detail, "S3 endpoint?"));
    CHECK(odd.requests().size() == 1);
}

CO_TEST("a page of a proxy is shown in part, not understood") {
    script_server server;
    server.push(scripted_reply::status(403, "<html><h1>Proxy\r\nsays no</h1>" + std::string(10'000, 'x') + "</html>"));
    error const e = co_await error_of(quick_store(server.endpoint())->get("k"));
    CHECK(e.reason() == errc::permission_denied);
    CHECK(e.info().service_code.empty());
    CHECK(e.info().service_message.starts_with("<html><h1>Proxysays no"));
    CHECK(e.info().service_message.size() == 200);
}

CO_TEST("an error body without end is not read to its end") {
    script_server server([](testing::received_request const&) { return scripted_reply::status(404, std::string(1 << 20, 'x')); });
    error const e = co_await error_of(quick_store(server.endpoint())->get("k"));
    CHECK(e.reason() == errc::not_found);
}

CO_TEST("a store may die before its operations") {
    s3_server server;
    server.put("bucket", "k", pattern(100'000));
    auto store = quick_store(server.endpoint());
    poisoned into(100'000);
    auto pending = store->read("k", byte_range::whole(), into.span());
    auto opening = store->get("k");
    store.reset();
    co_await std::move(pending);
    body_reader reader = co_await std::move(opening);
    std::size_t const n = co_await reader.read_all(into.span());
    CHECK(n == 100'000);
}

CO_TEST("what a payload source throws is the operation's error") {
    class broken final : public payload_source {
    public:
        std::uint64_t size() const noexcept override { return 1000; }
        awaitable<void> read(std::uint64_t, std::span<std::byte>) override {
            error_info info;
            info.detail = "the file became shorter";
            throw error(errc::io, info);
            co_return;
        }
    };
    s3_server server;
    auto const source = std::make_shared<broken>();
    error const e = co_await error_of(quick_store(server.endpoint())->put("k", payload(source)));
    CHECK(e.reason() == errc::io);
    CHECK(e.info().operation == "put");
    CHECK(e.info().uri == "s3://bucket/k");
    CHECK(e.info().detail == "the file became shorter");
    CHECK(server.object_count() == 0);
}

CO_TEST("no secret gets into a log line or an error") {
    s3_server_options options;
    options.secret_key = "canary-secret-key";
    options.session_token = "canary-session-token";
    s3_server server(options);
    server.put("bucket", "k", "data");
    journal log;
    s3_settings settings = quick_settings(server.endpoint());
    settings.credentials = static_credentials(credentials(options.access_key, options.secret_key, options.session_token));
    settings.log = log.sink();
    settings.verbosity = log_level::debug;
    auto const store = make_s3_store(settings);
    poisoned into(10);
    co_await store->read("k", byte_range::whole(), into.span());
    co_await store->put("k2", payload("x"));
    co_await store->list("");
    error const missing = co_await error_of(store->head("missing"));
    settings.credentials = static_credentials(credentials(options.access_key, "canary-wrong-key", options.session_token));
    error const wrong = co_await error_of(make_s3_store(settings)->list(""));
    server.kill();
    error const dead = co_await error_of(store->head("k"));
    std::string const all = log.text() + missing.what() + wrong.what() + dead.what() + missing.info().detail + wrong.info().service_message;
    CHECK(contains(all, "GET "));
    CHECK(contains(all, "read s3://bucket/k: 4 bytes"));
    CHECK_FALSE(contains(all, "canary"));
    CHECK_FALSE(contains(all, "Signature="));
    CHECK_FALSE(contains(all, "AWS4-HMAC"));
}

TEST_CASE("settings that cannot be are refused when the store is made") {
    auto const refused = [](s3_settings settings) {
        try {
            make_s3_store(std::move(settings));
        } catch (error const& e) {
            CHECK(e.info().operation == "open");
            return e.reason() == errc::invalid_argument;
        }
        return false;
    };
    s3_settings const good = quick_settings("http://127.0.0.1:1");
    CHECK(make_s3_store(good)->uri() == "s3://bucket/");
    CHECK(make_s3_store(good)->can().create_only_put);
    for (std::string const endpoint : {"127.0.0.1:1", "http://u:p@h", "http://h/?x", "ftp://h"}) {
        s3_settings bad = good;
        bad.endpoint = endpoint;
        CHECK(refused(bad));
    }
    s3_settings bad = good;
    bad.bucket = "a/b";
    CHECK(refused(bad));
    bad = good;
    bad.region = "x.evil.com/#";
    CHECK(refused(bad));
    bad = good;
    bad.endpoint = "https://127.0.0.1:1";
    bad.ca_file = "/nowhere/ca.pem";
    CHECK(refused(bad));
    bad = good;
    bad.retry.max_attempts = 0;
    CHECK(refused(bad));
}
