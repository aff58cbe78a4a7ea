// What consists of several operations, cancelled at each step, within the call and behind it.
#include "stream/s3/fixture.hpp"

#include <sluice/operations.hpp>
#include <sluice/s3_bucket.hpp>
#include <sluice/testing/world.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <functional>

using namespace sluice;
using namespace sluice::test;
namespace asio = boost::asio;

namespace {

using operation = std::function<awaitable<void>(s3_settings)>;

/// One run, which is cancelled at one of its steps.
class cancelled_run {
public:
    cancelled_run(std::uint64_t at, bool at_once, std::string const& data) : at_(at), at_once_(at_once), world_(1, calm()) {
        testing::s3_server_options service;
        service.page_limit = 1;
        testing::world_s3 s3 = world_.serve_s3("s3.test", service);
        for (char const* const key : {"k", "l"}) s3.put("bucket", key, data);
        settings_ = s3.settings();
        world_.on_step([this](testing::world_step const&) { return at_step(); });
    }
    cancelled_run(cancelled_run const&) = delete;
    cancelled_run& operator=(cancelled_run const&) = delete;

    /// Whether it was cancelled. All that it may fail with is `errc::cancelled` of an object.
    bool of(operation const& what) {
        auto const body = [&] { return told(&what); };
        world_.run(body);
        return !done_;
    }

private:
    static testing::world_options calm() {
        testing::world_options o;
        o.split = false;
        return o;
    }

    testing::mishap at_step() {
        if (steps_++ == at_) {
            if (at_once_) stop();
            if (!at_once_) asio::post(world_.context(), [this] { stop(); });
        }
        return testing::mishap::none;
    }
    void stop() {
        if (!done_) stop_.emit(asio::cancellation_type::terminal);
    }

    awaitable<void> told(operation const* what) {
        asio::any_io_executor const executor = co_await asio::this_coro::executor;
        auto tale = [this, what] { return tell(what); };
        auto until = asio::bind_cancellation_slot(stop_.slot(), asio::use_awaitable);
        co_await asio::co_spawn(executor, std::move(tale), std::move(until));
    }

    awaitable<void> tell(operation const* what) {
        try {
            co_await (*what)(settings_);
            done_ = true;
        } catch (error const& e) {
            CHECK_MESSAGE(e.reason() == errc::cancelled, std::string(e.what()));
            CHECK_MESSAGE(e.info().uri.starts_with("s3://"), std::string(e.what()));
        } catch (std::exception const& e) {
            FAIL_CHECK("step " << at_ << ": " << std::string(e.what()));
        }
        co_await asio::this_coro::throw_if_cancelled(
            false);  // Asio 1.26: else an exception leaves the context (chriskohlhoff/asio 2f9bde6bb)
    }

    std::uint64_t const at_;
    bool const at_once_;
    testing::world world_;
    s3_settings settings_;
    asio::cancellation_signal stop_;
    std::uint64_t steps_ = 0;
    bool done_ = false;
};

/// Cancels it at each step that it has, on a bucket of two objects.
void cancel_everywhere(operation const& what, std::string const& data = "data") {
    for (bool const at_once : {false, true}) {
        std::uint64_t at = 0;
        while (at < 200) {
            cancelled_run one(at, at_once, data);
            if (!one.of(what)) break;
            ++at;
        }
        CHECK(at >= 5);
        CHECK(at < 200);
    }
}

}  // namespace

TEST_CASE("cancel: a copy ends as cancelled, of its object, also between its look and its work") {
    operation const copies = [](s3_settings settings) -> awaitable<void> {
        auto const store = make_s3_store(settings);
        co_await store->copy("k", "copy");
    };
    cancel_everywhere(copies);
}

TEST_CASE("cancel: a copy in parts ends as cancelled, of its object and not of a task group") {
    operation const copies = [](s3_settings settings) -> awaitable<void> {
        auto const store = make_s3_store(settings);
        store_copy_options options;
        options.part_size = 5u << 20;
        co_await store->copy("k", "copy", options);
    };
    cancel_everywhere(copies, pattern((5u << 20) + 7));
}

TEST_CASE("cancel: listings of many pages end as cancelled, also between two pages") {
    operation const keys = [](s3_settings settings) -> awaitable<void> {
        auto const store = make_s3_store(settings);
        list_page const all = co_await list_all(store, "");
        CHECK(all.objects.size() == 2);
    };
    cancel_everywhere(keys);
    operation const uploads = [](s3_settings settings) -> awaitable<void> {
        s3_bucket const bucket(settings);
        co_await bucket.uploads();
    };
    cancel_everywhere(uploads);
    operation const buckets = [](s3_settings settings) -> awaitable<void> { co_await list_buckets(settings); };
    cancel_everywhere(buckets);
}
