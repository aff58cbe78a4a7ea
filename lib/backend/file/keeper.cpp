#include "backend/file/keeper.hpp"

#include "uring/files.hpp"

#include <boost/asio/execution/context.hpp>
#include <boost/asio/query.hpp>

namespace asio = boost::asio;

namespace sluice::inline v0::file {

asio::execution_context::id keeper::id;

keeper& keeper::of(asio::any_io_executor const& executor) {
    uring::files::of(executor);  // older than this, so that it goes later
    return asio::use_service<keeper>(asio::query(executor, asio::execution::context));
}

keeper::keeper(asio::execution_context& context) : service(context) {}

void keeper::shutdown() {
    std::lock_guard const lock(shelf_->mutex);
    for (std::shared_ptr<void>* const thing : shelf_->things) thing->reset();
    shelf_->things.clear();
}

}  // namespace sluice::inline v0::file
