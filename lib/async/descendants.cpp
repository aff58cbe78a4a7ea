#include "async/descendants.hpp"

#include "async/waiter.hpp"

#include <utility>

namespace sluice::inline v0::async {

void descendants::leave() noexcept {
    bool const last = --alive_ == 0;
    if (last && parent_) std::exchange(parent_, nullptr)->destroy();
}

void descendants::outlive(std::shared_ptr<waiter> parent) noexcept {
    if (alive_ == 0)
        parent->destroy();
    else
        parent_ = std::move(parent);
}

}  // namespace sluice::inline v0::async
