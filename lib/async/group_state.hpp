#pragma once

#include "async/child.hpp"
#include "async/event.hpp"

#include <sluice/async/task_group.hpp>

#include <cstddef>
#include <exception>
#include <memory>
#include <mutex>

namespace sluice::inline v0::async {

/// Why a join ended: what came first.
enum class join_end {
    done,       ///< the children ended by themselves
    cancelled,  ///< the joining coroutine was cancelled, and cancelled them
    late,       ///< the deadline came, and cancelled them
};

/// The children that are alive and the first error, shared by them and whoever joins.
struct detail::group_state final : child_owner, std::enable_shared_from_this<group_state> {
    explicit group_state(boost::asio::any_io_executor e) noexcept : executor(std::move(e)) {}

    /// On an executor of its own below `on`.
    bool spawn(boost::asio::any_io_executor const& on, std::unique_ptr<child_task> task);
    void cancel();
    void child_ended(child& which, std::exception_ptr e) noexcept override;

    /// Waits until no child is left. The joining coroutine has `throw_if_cancelled(false)`: it never leaves children behind.
    static awaitable<join_end> join(std::shared_ptr<group_state> self, time_point deadline);

    boost::asio::any_io_executor const executor;
    mutable std::mutex mutex;  // guards all below
    child_list children;
    event idle;
    std::exception_ptr error;
    bool stopping = false;
    std::size_t dropped = 0;

private:
    void cancel_locked();
};

}  // namespace sluice::inline v0::async
