#pragma once

#include <boost/asio/any_io_executor.hpp>

namespace sluice::inline v0::async {

/// `executor` without the strands around it: what an object that outlives one coroutine (a pooled connection) is bound to.
boost::asio::any_io_executor base_executor(boost::asio::any_io_executor executor);

/// Whether the context was marked by `assume_single_threaded`.
bool single_threaded(boost::asio::any_io_executor const& executor);

}  // namespace sluice::inline v0::async
