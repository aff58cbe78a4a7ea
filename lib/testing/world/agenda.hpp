#pragma once

#include "async/clock.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <utility>

namespace sluice::inline v0::testing {

/// What is to happen in a world, in the order of its time; what falls on one time in the order it was entered.
/// Lifetime: while something is entered its context has work. Owned by a world; functions that are left over are dropped with it.
class agenda {
public:
    agenda(async::clock& clock, boost::asio::any_io_executor executor);
    ~agenda();
    agenda(agenda const&) = delete;
    agenda& operator=(agenda const&) = delete;

    void at(async::time_point when, std::function<void()> what);
    void clear() noexcept;
    async::time_point now() const noexcept;
    std::size_t other_alarms() const;  ///< of its clock: set by somebody else

private:
    struct book;
    class bell;
    std::shared_ptr<book> book_;
};

}  // namespace sluice::inline v0::testing
