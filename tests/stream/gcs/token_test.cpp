// Tokens that end in the middle.
#include "stream/gcs/fixture.hpp"

#include <memory>
#include <string>

using namespace sluice;
using namespace sluice::test;
using sluice::testing::service_fault;
using sluice::testing::service_request_view;

namespace {

/// Gives another token each time one was rejected.
class counting_source final : public token_source {
public:
    awaitable<std::shared_ptr<access_token const>> get() override { co_return now_; }
    void rejected(std::shared_ptr<access_token const> const& token) override {
        if (token != now_) return;
        ++rejections;
        now_ = std::make_shared<access_token const>("token-" + std::to_string(rejections));
    }
    unsigned rejections = 0;

private:
    std::shared_ptr<access_token const> now_ = std::make_shared<access_token const>("token-0");
};

testing::gcs_server_options first_token() {
    testing::gcs_server_options options;
    options.token = "token-0";
    return options;
}

}  // namespace

TEST_CASE("gcs tokens: one that ends in the middle of an upload is renewed once, and the upload goes on") {
    for (unsigned at = 1; at <= 4; ++at) {
        gcs_world w(first_token());
        auto const tokens = std::make_shared<counting_source>();
        gcs_settings settings = w.settings();
        settings.tokens = tokens;
        std::shared_ptr<object_store> const store = make_gcs_store(settings);
        unsigned requests = 0;
        w.gcs.on_request([&](service_request_view const&) -> std::optional<service_fault> {
            if (++requests == at) w.gcs.rotate_token("token-1");
            return std::nullopt;
        });
        std::size_t const size = 700'000;
        errc const failed = w.run([&]() -> awaitable<void> { co_await store->put("k", from_source(size)); });
        CHECK_MESSAGE(failed == errc{}, at, w.what);
        CHECK((w.gcs.get("bucket", "k") == pattern(size)));
        CHECK(tokens->rejections == 1);
    }
}

TEST_CASE("gcs tokens: one that ends between two reads of a stream that breaks off") {
    gcs_world w(first_token());
    w.gcs.put("bucket", "k", pattern(5000));
    auto const tokens = std::make_shared<counting_source>();
    gcs_settings settings = w.settings();
    settings.tokens = tokens;
    std::shared_ptr<object_store> const store = make_gcs_store(settings);
    unsigned requests = 0;
    w.gcs.on_request([&](service_request_view const&) -> std::optional<service_fault> {
        service_fault fault;
        if (++requests == 1) fault.cut_body_after = 3000;
        if (requests == 2) w.gcs.rotate_token("token-1");
        return fault;
    });
    CHECK(w.run([&]() -> awaitable<void> {
        std::string const got = co_await content_of(store, "k");
        CHECK((got == pattern(5000)));
    }) == errc{});
    CHECK(tokens->rejections == 1);
}

TEST_CASE("gcs tokens: a token that cannot be renewed is unauthenticated, and shown nowhere") {
    gcs_world w(first_token());
    w.gcs.rotate_token("another");
    gcs_settings settings = w.settings();
    settings.tokens = static_token("token-0");
    std::string log;
    settings.verbosity = log_level::debug;
    settings.log = [&](log_level, std::string_view line) { log.append(line).append("\n"); };
    settings.api_key = "very-secret";
    std::shared_ptr<object_store> const store = make_gcs_store(settings);
    CHECK(w.run([&]() -> awaitable<void> { co_await store->head("k"); }) == errc::unauthenticated);
    CHECK(w.what.find("token-0") == std::string::npos);
    CHECK_FALSE(log.empty());
    CHECK(log.find("token-0") == std::string::npos);
    CHECK(log.find("very-secret") == std::string::npos);
}

TEST_CASE("gcs tokens: without any a store is anonymous, and says so when that is not enough") {
    gcs_world w;
    gcs_settings settings = w.settings();
    settings.tokens = nullptr;
    std::shared_ptr<object_store> const store = make_gcs_store(settings);
    CHECK(w.run([&]() -> awaitable<void> { co_await store->head("k"); }) == errc::unauthenticated);
    CHECK(w.failed.detail.find("give credentials") != std::string::npos);
    CHECK(w.failed.attempts == 1);
    testing::gcs_server_options open;
    open.allow_anonymous = true;
    testing::world_gcs other = serve_gcs(w.world, "open.test", open);
    other.put("bucket", "k", "x");
    settings.endpoint = other.endpoint();
    std::shared_ptr<object_store> const free = make_gcs_store(settings);
    CHECK(w.run([&]() -> awaitable<void> { co_await free->head("k"); }) == errc{});
}
