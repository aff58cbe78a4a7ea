#pragma once

#include <sluice/awaitable.hpp>

#include <boost/asio/posix/stream_descriptor.hpp>

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace sluice::inline v0::cli {

/// A descriptor this process was given, or a device, read and written without ever blocking the loop where that can be: so that a signal
/// is obeyed while the other side sleeps.
///
/// Lifetime: does not own `descriptor`. Threads: one coroutine at a time.
class standard_stream {
public:
    standard_stream(boost::asio::any_io_executor const& executor, int descriptor, std::string name);

    /// Some bytes; 0 at the end. Errors: io.
    awaitable<std::size_t> read_some(std::span<std::byte> into);

    /// All of `data`. Errors: no_space, io; throws `output_closed` when nobody reads any more.
    awaitable<void> write(std::span<std::byte const> data);
    awaitable<void> write(std::string text);

private:
    [[noreturn]] void fail(char const* doing, int number) const;

    int descriptor_;
    std::string name_;
    std::optional<boost::asio::posix::stream_descriptor> ready_;  // only what can be waited for: pipes and terminals
};

}  // namespace sluice::inline v0::cli
