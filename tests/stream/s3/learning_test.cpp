// What a store learns from the service, once: region, clock, fresh keys. And where it does not let itself be sent.
#include "stream/s3/fixture.hpp"

#include <atomic>

using namespace sluice;
using namespace sluice::test;
using testing::s3_server, testing::s3_server_options, testing::script_server, testing::scripted_reply;

namespace {

constexpr std::string_view redirect_body = "<Error><Code>PermanentRedirect</Code><Message>elsewhere</Message></Error>";

/// Gives the second pair of keys from the second call on.
class changing_credentials final : public credential_source {
public:
    changing_credentials(credentials first, credentials second)
        : first_(std::make_shared<credentials const>(std::move(first))),
          second_(std::make_shared<credentials const>(std::move(second))) {}
    awaitable<std::shared_ptr<credentials const>> get() override {
        if (calls_++ == 0) co_return first_;
        co_return second_;
    }

private:
    std::shared_ptr<credentials const> first_, second_;
    std::atomic<int> calls_ = 0;
};

}  // namespace

CO_TEST("another region is learned once") {
    s3_server_options options;
    options.region = "eu-central-1";
    s3_server server(options);
    server.put("bucket", "k", "data");
    journal log;
    s3_settings settings = quick_settings(server.endpoint());
    settings.log = log.sink();
    settings.verbosity = log_level::info;
    auto const store = make_s3_store(settings);
    poisoned into(10);
    co_await store->read("k", byte_range::whole(), into.span());
    CHECK(into.text(4) == "data");
    CHECK(server.counts().requests == 2);
    co_await store->read("k", byte_range::whole(), into.span());
    CHECK(server.counts().requests == 3);
    CHECK(contains(log.text(), "is in region eu-central-1"));
    CHECK(server.counts().refused == 0);
}

CO_TEST("a service that sends us from region to region is not followed") {
    std::atomic<int> n = 0;
    script_server server([&](testing::received_request const&) {
        return scripted_reply::status(301, redirect_body, {{"x-amz-bucket-region", "region-" + std::to_string(n++)}});
    });
    error const e = co_await error_of(quick_store(server.endpoint())->list(""));
    CHECK(server.requests().size() == 2);
    CHECK(contains(e.info().detail, "set region to region-1"));
}

CO_TEST("a redirect to another host is never followed") {
    script_server evil([](testing::received_request const&) { return scripted_reply::ok("stolen"); });
    for (int const status : {301, 302, 307, 308}) {
        script_server server;
        server.push(scripted_reply::status(status, "", {{"Location", evil.endpoint() + "/bucket/k?X-Amz-Signature=canary"}}));
        error const e = co_await error_of(quick_store(server.endpoint())->get("k"));
        CHECK(e.reason() == errc::protocol);
        CHECK(contains(e.info().detail, "127.0.0.1"));
        CHECK_FALSE(contains(e.what(), "canary"));
        CHECK(server.requests().size() == 1);
    }
    CHECK(evil.connections_accepted() == 0);
}

CO_TEST("a clock that is off is learned once, by error code and by Date") {
    for (bool const by_head : {false, true}) {
        s3_server_options options;
        options.clock_offset = std::chrono::hours(26);
        s3_server server(options);
        server.put("bucket", "k", "data");
        auto const store = quick_store(server.endpoint());
        if (by_head) {
            co_await store->head("k");
        } else {
            poisoned into(10);
            co_await store->read("k", byte_range::whole(), into.span());
        }
        CHECK(server.counts().requests == 2);
        co_await store->head("k");
        CHECK(server.counts().requests == 3);
        CHECK(server.counts().refused == 0);
    }
}

CO_TEST("an expired token is refreshed once") {
    s3_server_options options;
    options.session_token = "old-token";
    s3_server server(options);
    server.put("bucket", "k", "data");
    server.rotate_session_token("new-token");
    s3_settings settings = quick_settings(server.endpoint());
    settings.credentials = std::make_shared<changing_credentials>(credentials(options.access_key, options.secret_key, "old-token"),
                                                                  credentials(options.access_key, options.secret_key, "new-token"));
    object_meta const meta = co_await make_s3_store(settings)->head("k");
    CHECK(meta.size == 4);

    settings.credentials = static_credentials(credentials(options.access_key, options.secret_key, "old-token"));
    auto const stale = make_s3_store(settings);
    error const e = co_await error_of(stale->list(""));
    CHECK(e.reason() == errc::unauthenticated);
    CHECK(contains(e.info().detail, "get new credentials"));
    CHECK(e.info().attempts == 1);
}

CO_TEST("anonymous requests are not signed") {
    s3_server_options options;
    options.allow_anonymous = true;
    s3_server server(options);
    server.put("bucket", "k", "data");
    s3_settings settings = quick_settings(server.endpoint());
    settings.credentials = anonymous_credentials();
    object_meta const meta = co_await make_s3_store(settings)->head("k");
    CHECK(meta.size == 4);
    CHECK(server.counts().refused == 0);
    script_server seen;
    seen.push(scripted_reply::status(404));
    settings.endpoint = seen.endpoint();
    co_await error_of(make_s3_store(settings)->head("k"));
    CHECK(seen.requests()[0].header("Authorization").empty());
}

CO_TEST("the bucket in the host name") {
    s3_server server;
    server.put("bucket", "a/k", "data");
    s3_settings settings = quick_settings("http://localhost:" + std::to_string(server.port()));
    settings.style = bucket_style::virtual_host;
    object_meta const meta = co_await make_s3_store(settings)->head("a/k");
    CHECK(meta.size == 4);
    CHECK(server.counts().refused == 0);
}
