#pragma once

#include <chrono>

namespace sluice::inline v0 {

/// How often and how patiently a failed request is tried again: exponential backoff with full jitter.
struct retry_policy {
    retry_policy() {}
    unsigned max_attempts = 8;                                            ///< the first one included; 1 = never retry
    std::chrono::nanoseconds base = std::chrono::milliseconds(100);       ///< upper bound of the first pause
    std::chrono::nanoseconds cap = std::chrono::seconds(20);              ///< upper bound of any pause
    std::chrono::nanoseconds retry_after_cap = std::chrono::seconds(60);  ///< a server's Retry-After is believed up to here
    double bucket_size = 500;                                             ///< retry tokens per endpoint: an outage is not made worse
    double retry_cost = 5;                                                ///< tokens of one retry
    double timeout_retry_cost = 10;                                       ///< tokens of one retry after a time limit
    double success_refund = 1;                                            ///< tokens given back by a first-try success
};

}  // namespace sluice::inline v0
