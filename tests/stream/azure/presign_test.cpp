// URLs that are signed by one and used by another.
#include "stream/azure/place.hpp"

#include "async/clock.hpp"

#include <sluice/operations.hpp>

#include <string>

using namespace sluice;
using sluice::test::azure_place;

namespace {

using store_pointer = std::shared_ptr<object_store>;

/// Who has only the query of a URL.
store_pointer holder_of(azure_settings settings, std::string const& url) {
    settings.account_key.clear();
    settings.sas = url.substr(url.find('?') + 1);
    return make_azure_store(settings);
}

awaitable<std::string> url_of(azure_settings settings, std::string method, std::chrono::seconds expires) {
    azure_container const container(std::move(settings));
    presign_options options;
    options.method = std::move(method);
    options.expires = expires;
    co_return co_await container.presign("k", options);
}

awaitable<std::optional<errc>> failure_of(awaitable<void> what) {
    std::optional<errc> reason;
    try {
        co_await std::move(what);
    } catch (error const& e) {
        reason = e.reason();
    }
    co_return reason;
}

awaitable<void> put_by(store_pointer store) { co_await store->put("k", payload("new")); }
awaitable<void> head_of(store_pointer store, object_key key) { co_await store->head(key); }
awaitable<void> remove_by(store_pointer store) {
    std::vector<object_key> const keys{"k"};
    remove_report const report = co_await store->remove(keys);
    if (!report.failed.empty()) throw_error(failure(errc::permission_denied, report.failed.front().code), "remove", "k");
}

}  // namespace

TEST_CASE("azure presign: a URL does what it was signed for, with this object, and nothing else") {
    azure_place at;
    at.azure.put("container", "k", "old");
    at.azure.put("container", "other", "x");
    auto const use = [&](store_pointer) -> awaitable<void> {
        std::string const to_read = co_await url_of(at.settings, "GET", std::chrono::minutes(5));
        store_pointer const reader = holder_of(at.settings, to_read);
        std::optional<errc> const read = co_await failure_of(head_of(reader, "k"));
        CHECK_FALSE(read.has_value());
        std::optional<errc> const written = co_await failure_of(put_by(reader));
        CHECK(written == errc::permission_denied);
        std::optional<errc> const removed = co_await failure_of(remove_by(reader));
        CHECK(removed == errc::permission_denied);
        std::optional<errc> const other = co_await failure_of(head_of(reader, "other"));
        CHECK(other == errc::unauthenticated);  // the signature is of another name

        std::string const to_write = co_await url_of(at.settings, "PUT", std::chrono::minutes(5));
        store_pointer const writer = holder_of(at.settings, to_write);
        std::optional<errc> const put = co_await failure_of(put_by(writer));
        CHECK_FALSE(put.has_value());
        std::optional<errc> const unread = co_await failure_of(head_of(writer, "k"));
        CHECK(unread == errc::permission_denied);

        std::string const to_remove = co_await url_of(at.settings, "DELETE", std::chrono::minutes(5));
        std::optional<errc> const gone = co_await failure_of(remove_by(holder_of(at.settings, to_remove)));
        CHECK_FALSE(gone.has_value());
    };
    std::optional<error> const failed = at.run(use);
    CHECK_MESSAGE(!failed.has_value(), failed->what());
    CHECK_FALSE(at.azure.get("container", "k").has_value());
    CHECK(at.said.find("sig=") == at.said.find("sig=REDACTED"));
}

TEST_CASE("azure presign: a URL ends when it was said to, by the service's clock") {
    testing::azure_server_options options;
    options.clock_offset = std::chrono::hours(2);
    azure_place at(options);
    at.azure.put("container", "k", "old");
    auto const use = [&](store_pointer) -> awaitable<void> {
        boost::asio::any_io_executor const executor = co_await boost::asio::this_coro::executor;
        azure_container const container(at.settings);
        co_await container.head();  // learns the clock
        presign_options brief;
        brief.expires = std::chrono::seconds(10);
        std::string const url = co_await container.presign("k", brief);
        store_pointer const reader = holder_of(at.settings, url);
        std::optional<errc> const good = co_await failure_of(head_of(reader, "k"));
        CHECK_FALSE(good.has_value());
        async::clock& clock = async::clock::of(executor);
        co_await clock.sleep_until(clock.now() + std::chrono::seconds(11));
        std::optional<errc> const late = co_await failure_of(head_of(reader, "k"));
        CHECK(late.has_value());
    };
    std::optional<error> const failed = at.run(use);
    CHECK_MESSAGE(!failed.has_value(), failed->what());
}
