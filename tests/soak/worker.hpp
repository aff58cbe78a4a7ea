#pragma once

#include <sluice/async/task_group.hpp>
#include <sluice/object_store.hpp>
#include <sluice/testing/s3_server.hpp>

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace sluice::soak {

struct counts {
    std::uint64_t done = 0, failed = 0, cancelled = 0;
    std::atomic<std::uint64_t> faults = 0;
    std::string wrong;  ///< the first thing that must not be
};

/// Does one operation after the other until `*over`, some of them cancelled at a random moment.
awaitable<void> work(std::shared_ptr<object_store> store, unsigned number, bool const* over, counts* all);

/// One request in thirty meets a fault: never those of uploads, whose parts a server keeps when an abort is lost.
std::optional<testing::s3_fault> befalls(testing::s3_request_view const& request, counts& all);

}  // namespace sluice::soak
