#pragma once

#include "async/clock.hpp"

#include <algorithm>
#include <chrono>

namespace sluice::inline v0::testing {

/// Time that passes when its world says so. Threads: one.
class virtual_time final : public async::time_source {
public:
    virtual_time(async::clock& owner, std::chrono::seconds starts, std::chrono::nanoseconds passed) noexcept
        : owner_(owner),
          starts_(starts),
          now_(passed) {}

    async::time_point now() const noexcept override { return async::time_point(now_); }
    async::wall_time wall() const noexcept override {
        return async::wall_time(starts_) + std::chrono::duration_cast<async::wall_time::duration>(now_);
    }
    void arm(async::time_point when) override { armed_ = when; }
    void disarm() override { armed_ = async::never; }

    std::chrono::nanoseconds passed() const noexcept { return now_; }
    /// What is waited for; `never` when nothing is.
    async::time_point next() const noexcept { return armed_; }
    /// To that time, if it is still to come.
    void advance_to(async::time_point when) {
        if (armed_ <= when) armed_ = async::never;
        now_ = std::max(now_, std::chrono::nanoseconds(when.time_since_epoch()));
        owner_.tick();
    }

private:
    async::clock& owner_;
    std::chrono::seconds const starts_;
    std::chrono::nanoseconds now_;
    async::time_point armed_ = async::never;
};

}  // namespace sluice::inline v0::testing
