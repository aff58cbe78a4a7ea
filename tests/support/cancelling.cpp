#include "support/cancelling.hpp"

#include "async/clock.hpp"
#include "async/event.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>

#include <exception>
#include <mutex>

namespace asio = boost::asio;

namespace sluice::test {

namespace {

bool was_aborted(std::exception_ptr const& e) {
    if (!e) return false;
    try {
        std::rethrow_exception(e);
    } catch (boost::system::system_error const& error) {
        if (error.code() == asio::error::operation_aborted) return true;
        throw;
    }
}

}  // namespace

awaitable<bool> cancelled(std::function<awaitable<void>()> body, std::chrono::milliseconds after) {
    asio::any_io_executor const executor = co_await asio::this_coro::executor;
    async::clock& clock = async::clock::of(executor);
    asio::cancellation_signal stop;
    std::mutex mutex;
    async::event ended;
    bool over = false;
    std::exception_ptr how;
    asio::co_spawn(executor, body, asio::bind_cancellation_slot(stop.slot(), [&](std::exception_ptr e) {
                       std::lock_guard const lock(mutex);
                       how = e;
                       over = true;
                       ended.notify_all();
                   }));
    co_await clock.sleep_until(clock.now() + after);
    std::unique_lock lock(mutex);
    if (!over) {
        lock.unlock();
        stop.emit(asio::cancellation_type::terminal);  // on the executor of the child, which is ours
        lock.lock();
    }
    while (!over) {
        co_await ended.wait(lock);
        lock.lock();
    }
    co_return was_aborted(how);
}

}  // namespace sluice::test
