#include "retry/retry_table.hpp"

#include <cstddef>

namespace sluice::inline v0::retry {

namespace {

// A row is found by its place.
constexpr bool in_order() noexcept {
    for (std::size_t i = 0; i < retry_table.size(); ++i)
        if (retry_table[i].what != static_cast<outcome>(i)) return false;
    return true;
}
static_assert(in_order() && retry_table.size() == static_cast<std::size_t>(outcome::final_answer) + 1);

}  // namespace

verdict table_verdict(operation_kind const kind, outcome const what) noexcept {
    return retry_table[static_cast<std::size_t>(what)].cells[static_cast<std::size_t>(kind)];
}

std::string_view to_string(outcome const what) noexcept {
    switch (what) {
    case outcome::not_sent: return "not_sent";
    case outcome::lost: return "lost";
    case outcome::timed_out_after_send: return "timed_out_after_send";
    case outcome::turned_away: return "turned_away";
    case outcome::server_busy: return "server_busy";
    case outcome::conflict: return "conflict";
    case outcome::clock_skewed: return "clock_skewed";
    case outcome::expired_credentials: return "expired_credentials";
    case outcome::wrong_region: return "wrong_region";
    case outcome::damaged_body: return "damaged_body";
    case outcome::final_answer: return "final_answer";
    }
    return "unknown";
}

std::string_view to_string(verdict const what) noexcept {
    switch (what) {
    case verdict::retry: return "retry";
    case verdict::fix_clock: return "fix_clock";
    case verdict::refresh_credentials: return "refresh_credentials";
    case verdict::follow_region: return "follow_region";
    case verdict::give_up: return "give_up";
    case verdict::give_up_ambiguous: return "give_up_ambiguous";
    }
    return "unknown";
}

}  // namespace sluice::inline v0::retry
