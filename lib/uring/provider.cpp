#include "uring/provider.hpp"

namespace sluice::inline v0::uring {

// What a faked or faulty world makes of them: as if they had come one by one.
awaitable<void> files_provider::perform_all(std::span<request const> calls, std::span<std::int32_t> answers) {
    for (std::size_t i = 0; i < calls.size(); ++i) answers[i] = co_await perform(calls[i]);
}

}  // namespace sluice::inline v0::uring
