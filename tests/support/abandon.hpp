#pragma once

#include "support/step_world.hpp"

#include <functional>
#include <memory>
#include <string>

namespace sluice::test {

/// One operation from its beginning to its end. Kept by name: its parts are called once per step and mishap.
struct story {
    story() {}
    std::string name;
    step_world::kind where = step_world::kind::memory;
    std::function<void(s3_model&)> before;                               ///< what the service, and the disk, hold at first
    std::function<awaitable<void>(std::shared_ptr<object_store>)> tell;  ///< does it, and checks what came of it
    std::function<void(s3_model const&)> always;                         ///< checks what must be true however it ended
    std::function<void()> unless_destroyed;                              ///< the same, but for runs whose context went under them
    bool exclusive = false;                                              ///< a write that is never repeated: may end as `ambiguous`
};

/// Runs the story to its end, counting the steps; then again for every step, with every mishap at that step, once alone and (what the
/// network does) once with all that follows. Each run ends in success with the right outcome or in a typed error; alone, a mishap of the
/// network is overcome; connections are back in the pool or closed; nothing is left running; and the same story can then be told again.
void abandon(story const& s);

}  // namespace sluice::test
