#pragma once

#include <atomic>
#include <cstddef>
#include <memory>

namespace sluice::inline v0::async {

class waiter;

/// The children of one coroutine, which waits for them. They may refer to what it owns. A context that dies destroys frames in any order,
/// so the frame of the one that waits is kept until the last child has gone.
///
/// Threads: any; `outlive` is for the thread that destroys the context, when no other runs it any more.
class descendants {
public:
    void arrive() noexcept { ++alive_; }

    /// A child's frame, and what its closure owned, are no more.
    void leave() noexcept;

    /// Destroys the coroutine `parent` was to resume, as soon as no child is left.
    void outlive(std::shared_ptr<waiter> parent) noexcept;

private:
    std::atomic<std::size_t> alive_ = 0;
    std::shared_ptr<waiter> parent_;
};

}  // namespace sluice::inline v0::async
