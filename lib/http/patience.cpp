#include "http/patience.hpp"

#include "http/in_words.hpp"

#include <algorithm>
#include <chrono>

namespace sluice::inline v0::http {

patience::patience(timeouts const& limits, async::time_point deadline) noexcept
    : first_byte_(limits.first_byte),
      window_(limits.stall),
      floor_(limits.stall_bytes),
      deadline_(deadline) {
    enter(phase::sending);
}

void patience::enter(phase next) noexcept {
    phase_ = next;
    head_begun_ = false;
    stall_ = stall_state(window_, floor_);
}

patience::limit patience::begin(async::time_point now) noexcept {
    limit answer;
    if (phase_ == phase::head) {
        if (!head_begun_) head_limit_ = async::limit_after(now, first_byte_);
        head_begun_ = true;
        answer.at = head_limit_;
    } else {
        answer.at = stall_.begin(now);
    }
    answer.look = answer.at;
    if (phase_ == phase::body && answer.at != async::never)
        answer.look -= std::min<async::nanoseconds>(window_ / 4, std::chrono::seconds(5));
    whole_ = deadline_ < answer.at;
    answer.at = std::min(answer.at, deadline_);
    return answer;
}

void patience::end(async::time_point now) noexcept { stall_.end(now); }

std::string patience::why(bool answer_begun) const {
    if (whole_) {
        std::string const doing = phase_ == phase::sending ? "sending the request"
                                  : phase_ == phase::head  ? "waiting for the answer"
                                                           : "reading the body";
        return "the operation's deadline passed while " + doing;
    }
    if (phase_ == phase::head) {
        std::string const within = " within " + in_words(first_byte_) + " (limit timeouts.first_byte)";
        return (answer_begun ? "no whole response head" : "no first byte of an answer") + within;
    }
    std::string const moved = "fewer than " + std::to_string(std::max<std::uint64_t>(floor_, 1)) + " bytes ";
    return moved + (phase_ == phase::sending ? "could be sent" : "came") + " in " + in_words(window_) +
           " (limits timeouts.stall, stall_bytes)";
}

}  // namespace sluice::inline v0::http
