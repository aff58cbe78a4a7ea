#pragma once

#include <sluice/async/shield.hpp>
#include <sluice/error.hpp>
#include <sluice/upload.hpp>

#include <boost/asio/this_coro.hpp>

#include <exception>
#include <string>
#include <utility>

namespace sluice::inline v0::store {

/// `why`, saying in addition that the upload `id` could not be aborted because of `e`.
std::exception_ptr with_left_behind(std::exception_ptr why, std::string const& id, error const& e);

/// Completes `into` when `parts`, which writes them, has ended well. When either fails, or is cancelled, the upload is aborted, which no
/// cancel interrupts, or left to be taken up again. Errors: the first failure; it says when the abort failed, too.
template <class Parts>
awaitable<put_result> complete_after(Parts parts, upload into, bool keep_partial) {
    std::exception_ptr failed;
    try {
        co_await parts();
        co_return co_await into.complete();
    } catch (...) {
        failed = std::current_exception();
    }
    if (!keep_partial) {
        bool const throwing = co_await boost::asio::this_coro::throw_if_cancelled();
        co_await boost::asio::this_coro::throw_if_cancelled(false);
        auto const abort = [&into, &failed]() -> awaitable<void> {
            try {
                co_await into.abort();
            } catch (error const& e) {
                failed = with_left_behind(failed, into.id(), e);
            }
        };
        co_await async::shield(abort);
        co_await boost::asio::this_coro::throw_if_cancelled(throwing);
    }
    std::rethrow_exception(failed);
}

}  // namespace sluice::inline v0::store
