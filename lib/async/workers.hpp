#pragma once

#include <sluice/async/task_group.hpp>

#include <cstddef>

namespace sluice::inline v0::async {

/// Runs `count` coroutines of `*work` (which returns awaitable<void>) side by side and leaves when the last has ended.
/// Errors and cancel: those of `with_task_group`.
template <class Work>
awaitable<void> run_workers(std::size_t count, Work* work) {
    auto body = [count, work](task_group& group) -> awaitable<void> {
        for (std::size_t n = 0; n < count; ++n) group.spawn([work] { return (*work)(); });
        co_return;
    };
    co_await with_task_group(body);
}

}  // namespace sluice::inline v0::async
