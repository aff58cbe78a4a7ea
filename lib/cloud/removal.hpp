#pragma once

#include "async/clock.hpp"

#include <sluice/error.hpp>
#include <sluice/object.hpp>
#include <sluice/options.hpp>

#include <mutex>

namespace sluice::inline v0::cloud {

/// What became of the keys of one removal, whose requests go side by side. Threads: any, but for `take`, which is the last.
class removal_desk {
public:
    void removed();
    void failed(object_key key, failure const& why);
    /// Failures by their keys.
    remove_report take();

private:
    std::mutex mutex_;
    remove_report report_;
};

/// `options` for a request that begins now, where the limit is of all requests together and ends at `deadline`.
call_options left_of(call_options options, async::time_point deadline, async::time_point now);

}  // namespace sluice::inline v0::cloud
