#pragma once

#include "async/clock.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <utility>

namespace sluice::test {

/// Time that moves when the test says so.
class manual_time final : public async::time_source {
public:
    explicit manual_time(async::clock& owner) noexcept : owner_(owner) {}
    async::time_point now() const noexcept override { return async::time_point(std::chrono::nanoseconds(now_.load())); }
    async::wall_time wall() const noexcept override {
        return async::wall_time(std::chrono::seconds(1'700'000'000)) +
               std::chrono::duration_cast<async::wall_time::duration>(std::chrono::nanoseconds(now_.load()));
    }
    void arm(async::time_point when) override { armed = when, ++arms; }
    void disarm() override { armed = async::never, ++disarms; }

    void advance(std::chrono::nanoseconds span) {
        now_ += span.count();
        owner_.tick();
    }
    /// To the time asked for; false when there is none.
    bool jump() {
        if (armed == async::never) return false;
        advance(std::max(std::exchange(armed, async::never) - now(), std::chrono::nanoseconds(0)));
        return true;
    }

    async::time_point armed = async::never;
    int arms = 0;
    int disarms = 0;

private:
    async::clock& owner_;
    std::atomic<std::int64_t> now_ = 0;
};

}  // namespace sluice::test
