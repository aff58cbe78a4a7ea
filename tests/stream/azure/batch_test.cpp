// Many removals: in batches, and side by side where those are refused.
#include "stream/azure/place.hpp"

#include "async/clock.hpp"
#include "auth/shared_key.hpp"
#include "base/percent.hpp"
#include "support/co_test.hpp"

#include <string>
#include <vector>

using namespace sluice;
using namespace sluice::testing;
using sluice::test::azure_place, sluice::test::once;

namespace {

using store_pointer = std::shared_ptr<object_store>;

bool is_batch(service_request_view const& r) { return r.method == "POST"; }

/// Puts `count` objects and gives their keys; the odd ones need an encoding.
std::vector<object_key> filled(azure_place& at, unsigned count) {
    std::vector<object_key> keys;
    for (unsigned i = 0; i < count; ++i) keys.push_back((i % 2 != 0 ? "a b/\u00e9?%+" : "k/") + std::to_string(i));
    for (object_key const& key : keys) at.azure.put("container", key, "x");
    at.azure.put("container", "bystander", "x");
    return keys;
}

std::optional<error> remove(azure_place& at, std::vector<object_key> keys, remove_report* report) {
    return at.run([&](store_pointer store) -> awaitable<void> { *report = co_await store->remove(keys); });
}

void check_gone(azure_place& at, std::vector<object_key> const& keys) {
    for (object_key const& key : keys) CHECK_MESSAGE(!at.azure.get("container", key).has_value(), key);
    CHECK(at.azure.get("container", "bystander") == "x");
    CHECK_MESSAGE(at.azure.counts().refused == 0, at.azure.counts().last_refusal);
}

}  // namespace

TEST_CASE("azure batch: 600 keys are three requests, and one that is missing counts as removed") {
    azure_place at;
    std::vector<object_key> keys = filled(at, 599);
    keys.push_back("never was");
    remove_report report;
    CHECK_FALSE(remove(at, keys, &report).has_value());
    CHECK(report.removed == 600);
    CHECK(report.failed.empty());
    check_gone(at, keys);
    CHECK(at.azure.counts().requests == 3);
    CHECK(at.said.find("SharedKey") == std::string::npos);
}

TEST_CASE("azure batch: by a shared access signature each request proves itself, and no log tells it") {
    azure_place at;
    std::vector<object_key> const keys = filled(at, 5);
    auto const key = auth::shared_key::make(at.settings.account, at.settings.account_key);
    std::string const signature = key->signature(at.settings.account + "\nd\nb\no\n\n2090-01-01T00:00:00Z\n\n\n2021-12-02\n\n");
    at.settings.account_key.clear();
    at.settings.sas = "sv=2021-12-02&ss=b&srt=o&sp=d&se=2090-01-01T00:00:00Z&sig=" + base::percent_encode(signature, false);
    remove_report report;
    CHECK_FALSE(remove(at, keys, &report).has_value());
    CHECK(report.removed == 5);
    check_gone(at, keys);
    CHECK(at.azure.counts().requests == 1);
    CHECK(at.said.find("comp=batch") != std::string::npos);
    CHECK(at.said.find(base::percent_encode(signature, false)) == std::string::npos);

    filled(at, 5);
    at.settings.sas = "sv=2021-12-02&ss=b&srt=o&sp=d&se=2090-01-01T00:00:00Z&sig=CANARY";
    std::optional<error> const refused = remove(at, keys, &report);
    REQUIRE(refused.has_value());
    CHECK(refused->reason() == errc::unauthenticated);
    CHECK(at.said.find("CANARY") == std::string::npos);
}

TEST_CASE("azure batch: by a token each request proves itself, and what is more than 4 MiB goes in two") {
    azure_server_options options;
    options.tokens = {std::string(14'000, 't')};
    azure_server server(options);
    azure_settings by_token;
    by_token.account = options.account;
    by_token.container = "container";
    by_token.endpoint = server.endpoint();
    by_token.tokens = static_token(options.tokens.front());
    std::vector<object_key> keys;
    for (unsigned i = 100; i < 356; ++i) keys.push_back(std::to_string(i) + std::string(1000, '%'));
    for (object_key const& key : keys) server.put("container", key, "x");
    store_pointer const store = make_azure_store(by_token);
    remove_report report;
    sluice::test::run([&]() -> awaitable<void> { report = co_await store->remove(keys); });
    CHECK(report.removed == 256);
    CHECK(server.blob_count() == 0);
    CHECK(server.counts().requests == 2);
    CHECK_MESSAGE(server.counts().refused == 0, server.counts().last_refusal);
}

TEST_CASE("azure batch: a service that has none is asked once, and the keys go side by side") {
    for (int const status : {400, 403, 405, 501}) {
        azure_place at;
        std::vector<object_key> const keys = filled(at, 20);
        unsigned batches = 0;
        at.azure.on_request([&](service_request_view const& r) -> std::optional<service_fault> {
            if (!is_batch(r)) return std::nullopt;
            ++batches;
            service_fault none;
            none.status = status;
            none.code = "FeatureNotHere";
            return none;
        });
        auto const twice = [&](store_pointer store) -> awaitable<void> {
            std::vector<object_key> const first(keys.begin(), keys.begin() + 10), second(keys.begin() + 10, keys.end());
            remove_report const one = co_await store->remove(first);
            remove_report const two = co_await store->remove(second);
            CHECK(one.removed + two.removed == 20);
        };
        CHECK_FALSE(at.run(twice).has_value());
        CHECK(batches == 1);
        check_gone(at, keys);
    }
}

TEST_CASE("azure batch: what is denied is told key by key, and what was only busy is removed by itself") {
    azure_place at;
    std::vector<object_key> const keys = filled(at, 10);
    at.azure.on_request([busy = 0](service_request_view const& r) mutable -> std::optional<service_fault> {
        service_fault fault;
        if (r.method != "DELETE") return std::nullopt;
        if (r.key == "k/4") {
            fault.status = 403;
            fault.code = "AuthorizationPermissionMismatch";
            return fault;
        }
        if (r.key != "k/6" || ++busy > 1) return std::nullopt;
        fault.status = 503;
        fault.code = "ServerBusy";
        return fault;
    });
    remove_report report;
    CHECK_FALSE(remove(at, keys, &report).has_value());
    CHECK(report.removed == 9);
    REQUIRE(report.failed.size() == 1);
    CHECK(report.failed[0].key == "k/4");
    CHECK(report.failed[0].code == "AuthorizationPermissionMismatch");
    CHECK_FALSE(report.failed[0].message.empty());
    CHECK(at.azure.get("container", "k/4") == "x");
    CHECK_FALSE(at.azure.get("container", "k/6").has_value());
    CHECK(at.azure.counts().requests == 2);
}

TEST_CASE("azure batch: the time limit is of all requests of a removal together") {
    azure_place at;
    std::vector<object_key> const keys = filled(at, 40);
    at.azure.on_request([](service_request_view const& r) -> std::optional<service_fault> {
        service_fault slow;
        slow.delay = std::chrono::milliseconds(700);
        if (is_batch(r)) return slow;
        slow.status = 503;
        slow.code = "ServerBusy";
        return slow;
    });
    std::chrono::nanoseconds took{0};
    auto const late = [&](store_pointer store) -> awaitable<void> {
        boost::asio::any_io_executor const executor = co_await boost::asio::this_coro::executor;
        async::clock const& clock = async::clock::of(executor);
        async::time_point const begun = clock.now();
        call_options options;
        options.time_limit = std::chrono::seconds(1);
        std::optional<errc> reason;
        try {
            co_await store->remove(keys, options);
        } catch (error const& e) {
            reason = e.reason();
        }
        took = clock.now() - begun;
        CHECK(reason == errc::timed_out);
    };
    CHECK_FALSE(at.run(late).has_value());
    CHECK(took > std::chrono::milliseconds(700));
    CHECK(took <= std::chrono::milliseconds(1100));
}

TEST_CASE("azure batch: an answer that is lost or cut is asked for again, and a clock that is off is learned") {
    service_fault lost, cut;
    lost.drop_after_apply = true;
    cut.cut_body_after = 100;
    for (service_fault const& fault : {lost, cut}) {
        azure_place at;
        std::vector<object_key> const keys = filled(at, 10);
        once(at, is_batch, fault);
        remove_report report;
        CHECK_FALSE(remove(at, keys, &report).has_value());
        CHECK(report.removed == 10);
        check_gone(at, keys);
    }
    azure_server_options options;
    options.clock_offset = std::chrono::hours(1);
    azure_place at(options);
    std::vector<object_key> const keys = filled(at, 3);
    remove_report report;
    CHECK_FALSE(remove(at, keys, &report).has_value());
    CHECK(report.removed == 3);
}

TEST_CASE("azure batch: what is no answer to one, and a container that is not there") {
    azure_place at;
    std::vector<object_key> const keys = filled(at, 3);
    service_fault page;
    page.status = 200;
    page.code = "NoBatch";
    once(at, is_batch, page);
    remove_report report;
    CHECK_FALSE(remove(at, keys, &report).has_value());
    CHECK(report.removed == 3);
    check_gone(at, keys);
    at.settings.container = "missing";
    std::optional<error> const missing = remove(at, keys, &report);
    REQUIRE(missing.has_value());
    CHECK(missing->reason() == errc::not_found);
}
