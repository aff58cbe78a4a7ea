#include "http/patience.hpp"

#include "http/in_words.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace sluice::inline v0::http {

patience::patience(timeouts const& limits, async::time_point deadline, bool const long_work) noexcept
    : answer_(long_work ? limits.server_work : limits.first_byte),
      go_ahead_(limits.go_ahead),
      window_(limits.stall),
      floor_(limits.stall_bytes),
      deadline_(deadline),
      long_work_(long_work) {
    enter(phase::sending);
}

void patience::enter(phase next) noexcept {
    phase_ = next;
    head_begun_ = false;
    bool const spaces = long_work_ && next == phase::body;  // in place of an answer that is not ready yet
    stall_ = spaces ? stall_state(answer_, 1) : stall_state(window_, floor_);
}

std::optional<patience::limit> patience::begin(async::time_point now) noexcept {
    limit answer;
    if (phase_ == phase::head) {
        if (std::exchange(head_begun_, true)) return std::nullopt;
        answer.drain.emplace(answer_, window_, floor_);
        answer.look = answer.drain->begin(now);
        answer.at = deadline_;
        return answer;
    }
    answer.at = stall_.begin(now);
    if (phase_ == phase::body && answer.at != async::never)
        answer.look = answer.at - std::min<async::nanoseconds>(window_ / 4, std::chrono::seconds(5));
    answer.at = std::min(answer.at, deadline_);
    return answer;
}

async::time_point patience::ask_until(async::time_point now) const noexcept {
    return std::min(async::limit_after(now, go_ahead_), deadline_);
}

void patience::end(async::time_point now) noexcept { stall_.end(now); }

std::string patience::why(async::time_point now, bool answer_begun, bool draining) const {
    if (now >= deadline_) {
        std::string const doing = phase_ == phase::asking    ? "waiting for the word to send the body"
                                  : phase_ == phase::sending ? "sending the request"
                                  : phase_ == phase::head    ? "waiting for the answer"
                                                             : "reading the body";
        return "the operation's deadline passed while " + doing;
    }
    bool const body = phase_ == phase::body;
    std::string const answered = " within " + in_words(answer_) + " (limit timeouts." + (long_work_ ? "server_work" : "first_byte") + ")";
    if (body && long_work_) return "nothing came" + answered;
    if (phase_ == phase::head && (!draining || window_ == async::nanoseconds::zero())) {
        if (draining) return "none of the rest of the request could be sent" + answered;
        return (answer_begun ? "no whole response head" : "no first byte of an answer") + answered;
    }
    std::string const moved = "fewer than " + std::to_string(std::max<std::uint64_t>(floor_, 1)) + " bytes ";
    return moved + (body ? "came" : "could be sent") + " in " + in_words(window_) + " (limits timeouts.stall, stall_bytes)";
}

}  // namespace sluice::inline v0::http
