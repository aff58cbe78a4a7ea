#pragma once

#include "base/log.hpp"
#include "retry/retry_state.hpp"

#include <sluice/object_store.hpp>
#include <sluice/service_settings.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>

namespace sluice::inline v0::cloud {

/// One request up to 4 MiB, then parts side by side, of 2 MiB for what would be few parts otherwise: argued in docs/design/024.
inline reading_habit reading_habit_of_services() noexcept {
    reading_habit habit;
    habit.threshold = 4ull << 20;
    habit.least_part = 2ull << 20;
    return habit;
}

/// What all operations of one store of a cloud share, and what the service taught us. Threads: any.
class core {
public:
    /// `ask_above`: bodies of more bytes are announced first (Expect: 100-continue).
    core(std::string uri, service_settings const& settings, std::uint64_t ask_above = UINT64_MAX);
    core(core const&) = delete;
    core& operator=(core const&) = delete;

    std::string const uri;  ///< "s3://bucket/", without secrets
    base::logger const log;
    timeouts const limits;
    retry_policy const policy;
    pool_options const pool;

    retry::token_bucket& tokens() const noexcept { return tokens_; }

    /// What to add to our clock to get the service's.
    std::chrono::nanoseconds clock_offset() const noexcept {
        return std::chrono::nanoseconds(clock_offset_.load(std::memory_order_relaxed));
    }
    void learn_clock(std::chrono::nanoseconds offset) const noexcept { clock_offset_.store(offset.count(), std::memory_order_relaxed); }

    /// Whether the service is to be asked if it wants a body of that size. One that did not answer that is not asked again.
    bool asks_before(std::uint64_t size) const noexcept { return size > ask_above_ && !asked_in_vain_.load(std::memory_order_relaxed); }
    /// True for who learns it first.
    bool learn_asked_in_vain() const noexcept { return !asked_in_vain_.exchange(true, std::memory_order_relaxed); }

protected:
    ~core() = default;

private:
    std::uint64_t ask_above_;
    mutable retry::token_bucket tokens_;
    mutable std::atomic<std::int64_t> clock_offset_ = 0;
    mutable std::atomic<bool> asked_in_vain_ = false;
};

}  // namespace sluice::inline v0::cloud
