#pragma once

#include <chrono>
#include <optional>

namespace sluice::inline v0::auth {

/// Whether keys must be fetched before the next request.
enum class key_need {
    none,
    soon,  ///< one of those who ask should; the others go on with what is there
    now,   ///< nobody can go on without
};

/// When keys are fetched again. Pure; times are of the wall clock, `chance` lies in [0, 1).
class key_schedule {
public:
    using time = std::chrono::system_clock::time_point;

    key_need need(time now) const noexcept {
        if (!have_ || (expires_ && now >= *expires_ - reserve)) return key_need::now;
        return refresh_ && now >= *refresh_ ? key_need::soon : key_need::none;
    }

    /// Keys that expire are asked for again five to ten minutes before, sooner where they last less than that: halfway to their end.
    /// Those that come and have ended already are tried for a minute: it may be our clock that is wrong, and their service is to judge.
    void fetched(std::optional<time> expires, time now, double chance) noexcept {
        have_ = true;
        if (expires && *expires <= now + reserve) expires = now + reserve + std::chrono::minutes(1);
        expires_ = expires;
        refresh_.reset();
        if (!expires) return;
        auto const early = std::chrono::seconds(300) + seconds(300 * chance);
        refresh_ = *expires - now > 2 * early ? *expires - early : now + (*expires - now) / 2;
    }

    /// What is there may serve on; the next try comes in one to two minutes.
    void failed(time now, double chance) noexcept { refresh_ = now + std::chrono::seconds(60) + seconds(60 * chance); }

    void rejected() noexcept { have_ = false; }

private:
    static std::chrono::system_clock::duration seconds(double n) noexcept {
        return std::chrono::duration_cast<std::chrono::system_clock::duration>(std::chrono::duration<double>(n));
    }
    static constexpr std::chrono::seconds reserve{10};  // a request takes its time to arrive

    bool have_ = false;
    std::optional<time> expires_, refresh_;
};

}  // namespace sluice::inline v0::auth
