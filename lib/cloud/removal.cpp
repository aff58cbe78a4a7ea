#include "cloud/removal.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace sluice::inline v0::cloud {

void removal_desk::removed() {
    std::lock_guard const lock(mutex_);
    ++report_.removed;
}

void removal_desk::failed(object_key key, failure const& why) {
    remove_report::failed_key failed;
    failed.key = std::move(key);
    failed.code = why.info().service_code.empty() ? std::string(to_string(why.reason())) : why.info().service_code;
    failed.message = why.info().service_message.empty() ? why.info().detail : why.info().service_message;
    std::lock_guard const lock(mutex_);
    report_.failed.push_back(std::move(failed));
}

remove_report removal_desk::take() {
    std::ranges::sort(report_.failed, {}, &remove_report::failed_key::key);
    return std::move(report_);
}

call_options left_of(call_options options, async::time_point const deadline, async::time_point const now) {
    if (deadline != async::never) options.time_limit = std::max(deadline - now, async::nanoseconds(1));
    return options;
}

}  // namespace sluice::inline v0::cloud
