#pragma once

#include <boost/asio/any_io_executor.hpp>

namespace boost::asio {
class execution_context;
}

namespace sluice::inline v0::async {

/// `executor` without the strands around it: what an object that outlives one coroutine (a pooled connection) is bound to.
boost::asio::any_io_executor base_executor(boost::asio::any_io_executor executor);

/// Whether the context was marked by `assume_single_threaded`.
bool single_threaded(boost::asio::any_io_executor const& executor);

/// Promises more: the calling thread alone runs the context, and destroys it. `runtime` promises it for its own.
void keep_to_this_thread(boost::asio::execution_context& context);

/// Whether that was promised, by this very thread.
bool kept_to_this_thread(boost::asio::any_io_executor const& executor);

}  // namespace sluice::inline v0::async
