#pragma once

#include <sluice/range_engine.hpp>

#include <boost/asio/any_io_executor.hpp>

#include <cstddef>
#include <utility>
#include <vector>

namespace sluice::inline v0::transfer {

/// Where the workers of a transfer run. Worker 0 has the first part, whose answer is open on the caller's context, and stays there; the
/// others go round the contexts of `sharded`, or are the caller's as well.
class lanes {
public:
    /// `options` are settled and checked.
    lanes(range_engine_options const& options, boost::asio::any_io_executor own)
        : others_(*options.strategy == read_strategy::sharded ? options.contexts : std::vector{own}),
          own_(std::move(own)) {}

    boost::asio::any_io_executor const& of(std::size_t worker) const noexcept {
        return worker == 0 ? own_ : others_[worker % others_.size()];
    }

private:
    std::vector<boost::asio::any_io_executor> others_;
    boost::asio::any_io_executor own_;
};

}  // namespace sluice::inline v0::transfer
