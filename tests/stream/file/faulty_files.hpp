#pragma once

#include "uring/files.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace sluice::test {

/// What befalls the calls of one context, counted from 0 in the order they are made.
struct fault_script {
    /// Asked before each call: 0 lets it pass, minus an errno is the answer instead of it. May change the request, or never return.
    std::function<std::int32_t(std::uint64_t number, uring::request& what)> before = [](std::uint64_t, uring::request&) { return 0; };
    /// Told after each call that was made, with its answer, which it may change.
    std::function<std::int32_t(std::uint64_t number, uring::request const& what, std::int32_t answer)> after =
        [](std::uint64_t, uring::request const&, std::int32_t answer) { return answer; };
    std::atomic<std::uint64_t> calls = 0;
};

/// From now on the calls of the context of `executor` go by the script, which outlives it. Before the first use of files.
void go_by(boost::asio::any_io_executor const& executor, fault_script& script);

}  // namespace sluice::test
