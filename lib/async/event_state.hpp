#pragma once

#include "async/waiter.hpp"

#include <mutex>

namespace sluice::inline v0::async {

/// Shared with its waiters: a context that dies takes them off after the event is gone, too.
struct event::state {
    std::mutex mutex;
    waiter::queue waiting;
};

}  // namespace sluice::inline v0::async
