#pragma once

#include "cloud/refusal.hpp"
#include "retry/retry_state.hpp"

#include <sluice/error.hpp>

#include <string>

// Answers of Azure that are no success. (Microsoft: "Status and error codes", "Blob Storage error codes".) Pure.
namespace sluice::inline v0::azure {

/// How a request was sent that was refused.
struct sent_as {
    sent_as() {}
    enum class by : std::uint8_t { nobody, key, signature, token } how = by::nobody;
    std::chrono::system_clock::time_point at;
};

/// Answers to HEAD tell their code in a header only.
cloud::refusal read_refusal(http::response_head const& head, std::string body);

retry::outcome outcome_of(cloud::refusal const& r, sent_as const& as) noexcept;
failure failure_of(cloud::refusal const& r, sent_as const& as);

}  // namespace sluice::inline v0::azure
