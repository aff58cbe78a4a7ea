#include "sim/weather.hpp"

#include <array>
#include <string_view>

namespace sluice::sim {

using testing::mishap;
using testing::service_fault;
using testing::world_step;

namespace {

constexpr std::array<std::string_view, weather::kinds> names{
    "refused dials", "slow lookups", "resets",       "ends",           "silence",       "busy",           "broken",     "late errors",
    "lost answers",  "cut bodies",   "wrong ranges", "ignored ranges", "flipped reads", "flipped writes", "slow server"};

bool is_network(unsigned k) { return k <= static_cast<unsigned>(weather::kind::silence); }

}  // namespace

weather::weather(testing::world& w) : world_(w) {
    for (unsigned n = static_cast<unsigned>(world_.pick(5)); n > 0; --n) mask_ |= 1U << world_.pick(kinds);
    rarity_ = 4 + world_.pick(60);
}

std::string weather::text() const {
    std::string all;
    for (unsigned k = 0; k < kinds; ++k)
        if ((mask_ >> k & 1U) != 0) all += (all.empty() ? "" : ", ") + std::string(names[k]);
    return all.empty() ? "calm" : all + ", one in " + std::to_string(rarity_);
}

bool weather::explains(errc const reason) const noexcept {
    switch (reason) {
    case errc::unreachable:
    case errc::connection_lost:
    case errc::timed_out:
    case errc::server:
    case errc::throttled:
    case errc::ambiguous: return !calm();
    case errc::truncated: return has(kind::cut_body) || has(kind::reset) || has(kind::end) || has(kind::silence);
    case errc::protocol: return has(kind::wrong_range) || has(kind::ignored_range) || has(kind::late_error) || has(kind::end);
    case errc::checksum_mismatch: return has(kind::flipped_read) || has(kind::flipped_write);
    default: return false;
    }
}

bool weather::strikes(kind const k) {
    // What costs a time limit is rarer: a world should not be spent waiting.
    std::uint64_t const rarity = k == kind::silence || k == kind::slow_lookup ? 8 * rarity_
                                 : is_network(static_cast<unsigned>(k))       ? 3 * rarity_
                                                                              : rarity_;
    if (clear_ || !has(k) || world_.pick(rarity) != 0) return false;
    ++faults_;
    return true;
}

mishap weather::at(world_step const& step) {
    switch (step.what) {
    case world_step::kind::lookup: return strikes(kind::slow_lookup) ? mishap::silence : mishap::none;
    case world_step::kind::dial:
        if (strikes(kind::refused_dial)) return mishap::reset;
        return strikes(kind::silence) ? mishap::silence : mishap::none;
    default: break;
    }
    if (strikes(kind::reset)) return mishap::reset;
    if (strikes(kind::end)) return mishap::end;
    return strikes(kind::silence) ? mishap::silence : mishap::none;
}

std::optional<service_fault> weather::of_service(testing::service_request_view const& request) {
    service_fault f;
    bool const media = request.query.find("alt=media") != request.query.npos;  // Google's
    bool const reads = request.method == "GET" && !request.key.empty() && (request.query.empty() || media);
    bool const ends_late = request.method == "POST" && request.query.starts_with("uploadId");
    if (strikes(kind::busy)) {
        f.status = world_.pick(2) == 0 ? 503 : 429;
        f.code = "SlowDown";
        if (world_.pick(2) == 0) f.headers.emplace_back("Retry-After", std::to_string(world_.pick(4)));
    } else if (strikes(kind::broken)) {
        f.status = world_.pick(2) == 0 ? 500 : 502;
        f.code = "InternalError";
    } else if (ends_late && strikes(kind::late_error)) {
        f.status = 200;
        f.code = "InternalError";
    } else if (strikes(kind::lost_answer)) {
        f.drop_after_apply = true;
        bool const chunk = request.method == "PUT" && request.query.find("upload_id=") != request.query.npos;  // of which some may be kept
        if (chunk && world_.pick(2) == 0) f.keep_only = world_.pick(3) * 256 * 1024;
    } else if (reads && strikes(kind::cut_body)) {
        f.cut_body_after = world_.pick(5000);
    } else if (reads && !request.range.empty() && strikes(kind::wrong_range)) {
        f.shift_range = static_cast<std::int64_t>(world_.pick(3)) + 1;
    } else if (reads && !request.range.empty() && strikes(kind::ignored_range)) {
        f.ignore_range = true;
    } else if (reads && strikes(kind::flipped_read)) {
        f.flip_bit_of = world_.pick(4000);
    } else if (request.method == "PUT" && strikes(kind::flipped_write)) {
        f.flip_received = world_.pick(4000);
    } else if (strikes(kind::slow_server)) {
        f.delay = std::chrono::milliseconds(world_.pick(8000));
    } else {
        return std::nullopt;
    }
    return f;
}

std::optional<service_fault> weather::at(testing::service_request_view const& request) {
    return clear_ || mask_ == 0 ? std::nullopt : of_service(request);
}

}  // namespace sluice::sim
