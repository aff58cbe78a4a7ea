#pragma once

#include <sluice/config.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

namespace sluice::inline v0 {

/// What every operation returns: lazy, starts when awaited, runs and resumes on the awaiting coroutine's executor.
///
/// Cancel: through the awaiting coroutine's cancellation slot, type `terminal`; the operation throws `errc::cancelled`. In a coroutine
/// that was cancelled before, Asio refuses the `co_await` itself, by a system_error that is no `sluice::error`: nothing begins.
/// `catch (boost::system::system_error const& e)` and `e.code() == errc::cancelled` holds for both.
template <class T>
using awaitable = boost::asio::awaitable<T>;

}  // namespace sluice::inline v0
