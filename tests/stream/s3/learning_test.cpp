// What a store learns from the service, once: region, clock, fresh keys. And where it does not let itself be sent.
#include "stream/s3/fixture.hpp"

#include <sluice/upload.hpp>

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

/// Gives its first keys until a service refuses them.
class renewed_credentials final : public credential_source {
public:
    renewed_credentials(credentials first, credentials second)
        : now_(std::make_shared<credentials const>(std::move(first))),
          next_(std::make_shared<credentials const>(std::move(second))) {}
    awaitable<std::shared_ptr<credentials const>> get() override { co_return now_; }
    void rejected(std::shared_ptr<credentials const> const& keys) override {
        if (keys == now_) now_ = next_;
    }

private:
    std::shared_ptr<credentials const> now_, next_;
};

template <typename T>
awaitable<void> note(std::vector<std::string>* all, awaitable<T> work) {
    error const e = co_await error_of(std::move(work));
    all->push_back(std::string(to_string(e.reason())) + ": " + e.what());
}

/// Every kind of operation on `store`, each of which fails: how.
awaitable<std::vector<std::string>> failures_of_all(std::shared_ptr<object_store> store) {
    std::vector<std::string> all;
    poisoned into(10);
    std::vector<object_key> const several{"k", "l"};
    put_options secret, fresh;
    secret.keeping.key = customer_key(std::string(32, 'K'));
    fresh.create_only = true;
    co_await note(&all, store->head("k"));
    co_await note(&all, store->read("k", byte_range::whole(), into.span()));
    co_await note(&all, store->get("k"));
    co_await note(&all, store->put("k", payload("body")));
    co_await note(&all, store->put("k", payload("body"), fresh));
    co_await note(&all, store->put("k", payload("body"), secret));
    co_await note(&all, store->create_upload("k"));
    co_await note(&all, store->copy("k", "l"));
    co_await note(&all, store->list(""));
    co_await note(&all, store->remove(several));
    co_return all;
}

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

CO_TEST("no operation follows a redirect to another host, with keys, token, customer's key or body") {
    script_server evil([](testing::received_request const&) { return scripted_reply::ok("stolen"); });
    for (int const status : {301, 307}) {
        script_server server([&](testing::received_request const&) {
            return scripted_reply::status(status, "", {{"Location", evil.endpoint() + "/bucket/k"}});
        });
        s3_settings settings = quick_settings(server.endpoint());
        settings.credentials = static_credentials(credentials("AKIA", "CANARY-SECRET", "CANARY-TOKEN"));
        std::vector<std::string> const failures = co_await failures_of_all(make_s3_store(settings));
        for (std::string const& failure : failures) {
            CHECK_MESSAGE(failure.starts_with("protocol error: "), failure);
            CHECK_MESSAGE(!contains(failure, "CANARY"), failure);
        }
        CHECK(server.requests().size() == failures.size());  // nor is any sent again where it was
    }
    CHECK(evil.connections_accepted() == 0);
}

CO_TEST("another region is learned by a put, too, whose body is sent again from its first byte") {
    for (int const how : {0, 1}) {
        s3_server_options options;
        options.region = "eu-central-1";
        s3_server server(options);
        auto const store = quick_store(server.endpoint());
        std::string const data = pattern(how == 0 ? 300'000 : 100);
        co_await store->put("k", payload(data));
        CHECK(server.get("bucket", "k") == data);
        CHECK(server.counts().requests == 2);
        CHECK(server.counts().refused == 0);
    }
}

CO_TEST("a token that expires in the middle of an upload is refreshed, and the upload goes on") {
    s3_server_options options;
    options.session_token = "old-token";
    s3_server server(options);
    s3_settings settings = quick_settings(server.endpoint());
    settings.credentials = std::make_shared<renewed_credentials>(credentials(options.access_key, options.secret_key, "old-token"),
                                                                 credentials(options.access_key, options.secret_key, "new-token"));
    upload up = co_await make_s3_store(settings)->create_upload("k");
    std::string const first = pattern(5u << 20);
    co_await up.write({1, 0}, payload(first));
    server.rotate_session_token("new-token");
    co_await up.write({2, first.size()}, payload("after"));
    co_await up.complete();
    CHECK(server.get("bucket", "k") == first + "after");
    CHECK(server.counts().requests == 5);
    CHECK(server.counts().refused == 0);
    CHECK(server.uploads_open() == 0);
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
