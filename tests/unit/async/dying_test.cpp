// A context that dies under coroutines at any step: children go before what they borrow from the coroutine that waits for them.
#include "support/drive.hpp"

#include <sluice/async/deadline.hpp>
#include <sluice/async/runtime.hpp>
#include <sluice/async/shield.hpp>
#include <sluice/async/task_group.hpp>

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <doctest/doctest.h>

#include <memory>
#include <optional>

#include <sys/eventfd.h>

using namespace sluice;
using namespace sluice::test;
using async::task_group;
namespace asio = boost::asio;

namespace {

/// What a coroutine owns and its children refer to. That it is gone is noted outside, where the children may still look.
class estate {
public:
    estate() : there_(std::make_shared<bool>(true)) {}
    ~estate() { *there_ = false; }
    estate(estate const&) = delete;
    estate& operator=(estate const&) = delete;

    static inline int too_late = 0;  // borrowers that outlived it

private:
    friend class borrower;
    std::shared_ptr<bool> there_;
};

class borrower : tracker {
public:
    explicit borrower(estate const& from) : there_(from.there_) {}
    ~borrower() {
        if (!*there_) ++estate::too_late;
    }

private:
    std::shared_ptr<bool> there_;
};

/// Waits in every way there is, holding what it borrowed.
awaitable<void> linger(estate* of) {
    borrower const b(*of);
    asio::any_io_executor const executor = co_await asio::this_coro::executor;
    co_await asio::post(executor, asio::use_awaitable);
    co_await nap(2ms);
    asio::posix::stream_descriptor ready(executor, ::eventfd(1, EFD_CLOEXEC));  // in the reactor, where no clock of ours sees it
    co_await ready.async_wait(asio::posix::stream_descriptor::wait_read, asio::use_awaitable);
    co_await nap(1ms);
}

awaitable<void> shielded(estate* of) {
    estate own;
    auto const work = [&]() -> awaitable<void> {
        borrower const a(*of), b(own);
        co_await nap(1ms);
    };
    co_await async::shield(work);
}

awaitable<void> limited(estate* of) {
    estate own;
    auto const work = [&]() -> awaitable<void> {
        borrower const a(*of), b(own);
        co_await async::shield([&] { return linger(&own); });
        co_await nap(1h);
    };
    try {
        co_await async::with_deadline(4ms, work);
    } catch (boost::system::system_error const&) {
        borrower const c(*of);
    }
}

awaitable<void> nested(estate* of) {
    estate own;
    auto const body = [&](task_group& group) -> awaitable<void> {
        borrower const b(own);
        auto closure = [of, held = std::make_shared<borrower>(own)]() -> awaitable<void> { return linger(of); };
        group.spawn(std::move(closure));
        group.spawn([&] { return limited(&own); });
        co_await nap(1ms);
    };
    co_await async::with_task_group(body);
}

awaitable<void> family() {
    estate own;
    auto const body = [&](task_group& group) -> awaitable<void> {
        borrower const b(own);
        group.spawn([&] { return linger(&own); });
        group.spawn([&] { return shielded(&own); });
        group.spawn([&] { return limited(&own); });
        group.spawn([&] { return nested(&own); });
        co_await linger(&own);
    };
    co_await async::with_task_group(body);
}

enum class kind { marked, plain, strand };

/// Runs it for so many steps (the cancel comes before one of them) and lets the context die. How far it had come.
std::string die_after(kind what, int steps, std::optional<int> cancel_at) {
    auto here = std::make_unique<world>();
    if (what == kind::marked) async::assume_single_threaded(here->context);
    asio::any_io_executor executor = here->context.get_executor();
    if (what == kind::strand) executor = asio::make_strand(here->context);
    auto root = std::make_unique<started>(executor, &family);
    for (int i = 0; i < steps && root->result() == "running"; ++i) {
        if (cancel_at == i) asio::post(executor, [&] { root->cancel(); });
        REQUIRE(here->step());
    }
    std::string const how = root->result();
    executor = {};  // no strand outlives its context, and a signal holds one
    root.reset();
    here.reset();
    return how;
}

}  // namespace

TEST_CASE("a context may die at every step: children go before what they borrow") {
    for (kind const what : {kind::marked, kind::plain, kind::strand}) {
        for (std::optional<int> const cancel_at : {std::optional<int>(), std::optional(0), std::optional(5), std::optional(20)}) {
            std::string how = "running";
            int steps = 0;
            for (; how == "running"; ++steps) {
                how = die_after(what, steps, cancel_at);
                REQUIRE(tracker::live == 0);
                REQUIRE(estate::too_late == 0);
            }
            CHECK(how == (cancel_at ? "aborted" : "ok"));
            CHECK(steps > 7);
        }
    }
}
