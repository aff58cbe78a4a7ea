#pragma once

#include "async/clock.hpp"

#include <sluice/pool_options.hpp>

#include <algorithm>
#include <cstddef>
#include <deque>
#include <optional>
#include <utility>
#include <vector>

namespace sluice::inline v0::http {

/// Decides which connection of one origin serves the next request. Pure: times are handed in, and whether somebody waits.
///
/// A place is the right to one open connection; it is taken when a connection is lent or dialled, and kept by idle connections. A
/// place that becomes free while somebody waits is granted to him at once, so nobody who comes later can take it.
template <class Member>
class pool_state {
public:
    enum class verdict {
        reuse,  ///< `member` is lent
        open,   ///< a place is taken: dial
        wait,   ///< all places are taken
    };
    struct taken {
        verdict what = verdict::wait;
        Member member{};
        async::nanoseconds idle_for{0};
        std::vector<Member> evicted;  ///< to be closed
    };

    /// The newest idle connection first: it is the one least likely to have been closed by the server.
    taken take(pool_options const& options, async::time_point now) {
        options_ = options;
        taken answer;
        answer.evicted = evict(now);
        if (!idle_.empty()) {
            entry newest = std::move(idle_.back());
            idle_.pop_back();
            answer.what = verdict::reuse;
            answer.member = std::move(newest.member);
            answer.idle_for = now - newest.since;
        } else if (open_ < std::max<std::size_t>(options.max_connections, 1)) {
            ++open_;
            answer.what = verdict::open;
        }
        return answer;
    }

    /// A healthy connection comes back; `granted`: the place goes to one who waits. Returns what is to be closed.
    std::vector<Member> give_back(Member member, async::time_point born, async::time_point now, bool granted) {
        std::vector<Member> evicted;
        bool const old = beyond(options_.age_limit, born, now);
        if (granted && !old) {
            grants_.push_back(grant{std::move(member), now});
        } else if (old) {
            evicted.push_back(std::move(member));
            closed(granted);
        } else {
            idle_.push_back(entry{std::move(member), now, born});
            evicted = evict(now);
        }
        return evicted;
    }

    /// A lent connection was closed, or a dial failed.
    void closed(bool granted) {
        if (granted)
            grants_.emplace_back();
        else
            --open_;
    }

    /// For one who waited and was granted a place: reuse or open.
    taken collect(async::time_point now) {
        grant mine = std::move(grants_.front());
        grants_.pop_front();
        taken answer;
        answer.what = mine.member ? verdict::reuse : verdict::open;
        if (mine.member) {
            answer.member = std::move(*mine.member);
            answer.idle_for = now - mine.since;
        }
        return answer;
    }

    /// What has been idle for too long or become too old meanwhile, to be closed: for an origin nobody asks for.
    std::vector<Member> tidy(async::time_point now) { return evict(now); }

    /// All idle and granted connections, to be closed: the end.
    std::vector<Member> clear() {
        std::vector<Member> all;
        for (entry& e : idle_) all.push_back(std::move(e.member));
        for (grant& g : grants_)
            if (g.member) all.push_back(std::exchange(g.member, std::nullopt).value());
        open_ -= all.size();
        idle_.clear();
        return all;
    }

    std::size_t open() const noexcept { return open_; }  ///< places taken: lent, idle, granted or being dialled
    std::size_t idle() const noexcept { return idle_.size(); }

private:
    struct entry {
        Member member;
        async::time_point since, born;
    };

    /// A place on its way to one who waits, with a connection or without.
    struct grant {
        std::optional<Member> member;
        async::time_point since;
    };

    static bool beyond(async::nanoseconds limit, async::time_point from, async::time_point now) {
        return limit > async::nanoseconds::zero() && now - from > limit;
    }

    /// Idle ones are in the order they came back, so the ones idle for too long are at the front.
    std::vector<Member> evict(async::time_point now) {
        std::vector<Member> evicted;
        std::size_t const surplus = idle_.size() > options_.max_idle ? idle_.size() - options_.max_idle : 0;
        while (!idle_.empty() && (evicted.size() < surplus || beyond(options_.idle_limit, idle_.front().since, now))) {
            evicted.push_back(std::move(idle_.front().member));
            idle_.pop_front();
        }
        while (!idle_.empty() && beyond(options_.age_limit, idle_.back().born, now)) {
            evicted.push_back(std::move(idle_.back().member));
            idle_.pop_back();
        }
        open_ -= evicted.size();
        return evicted;
    }

    pool_options options_;
    std::size_t open_ = 0;
    std::deque<entry> idle_;
    std::deque<grant> grants_;
};

}  // namespace sluice::inline v0::http
