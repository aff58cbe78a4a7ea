#pragma once

#include "async/clock.hpp"

#include <sluice/awaitable.hpp>

#include <boost/system/error_code.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace sluice::inline v0::net {

enum class io_status : std::uint8_t {
    done,         ///< `bytes` moved, at least one
    would_block,  ///< nothing moved: `co_await wait()`, then try again
    end,          ///< the peer closed in order (TCP FIN; for TLS: close_notify)
    cut,          ///< TLS only: the connection ended without close_notify
    failed,       ///< `error` says why; the stream is dead. TLS 1.3: errc::untrusted_peer when the peer does not take our certificate
};

/// What that means, in words.
inline constexpr std::string_view distrusts_us =
    "the peer wants a client certificate, or another one than it was shown; see s3_settings::certificate_file";

struct io_outcome {
    io_status status = io_status::done;
    std::size_t bytes = 0;
    boost::system::error_code error;
};

/// A byte stream that is tried first and waited for only when it would block: a read that finds data costs one system call and no
/// coroutine. One reader-writer at a time; only `interrupt`, `nudge` and `unsent` may be called from elsewhere.
class stream {
public:
    /// Closes at once, without a farewell: whoever wants TLS's close_notify calls `farewell` first.
    virtual ~stream() = default;

    virtual io_outcome try_read(std::span<std::byte> into) noexcept = 0;
    virtual io_outcome try_write(std::span<std::byte const> from) noexcept = 0;

    /// Waits until the call that last said `would_block` is worth trying again. Returns normally on errors of the stream (the next
    /// try tells them). Cancel: throws system_error(operation_aborted); the stream is then of no further use.
    virtual awaitable<void> wait() = 0;

    /// Waits as `wait` does, or until something can be read: for a sender who must notice an early answer.
    virtual awaitable<void> wait_writable_or_readable() = 0;

    /// Waits until something can be read, or that time: for a sender who asked first.
    virtual awaitable<void> wait_readable(async::time_point until) = 0;

    /// Tells how many bytes are certain to come (the rest of a body), so that the system wakes us less often; 0 before a head.
    virtual void expect(std::uint64_t bytes) noexcept = 0;

    /// Any thread: every present and later wait returns, every later try fails with `reason`. For deadlines.
    virtual void interrupt(boost::system::error_code reason) noexcept = 0;

    /// Any thread: wakes a reader for whatever has come, however little (SO_RCVLOWAT back to 1).
    virtual void nudge() noexcept = 0;

    /// Any thread: bytes written that the peer's system has not got yet.
    virtual std::uint64_t unsent() noexcept = 0;

    /// For an idle connection: still open, and nothing to read. One system call.
    virtual bool quiet() noexcept = 0;

    /// Says good-bye where the protocol has a word for it, without waiting.
    virtual void farewell() noexcept = 0;

    /// "127.0.0.1:9000", for logs.
    virtual std::string peer() const = 0;
};

}  // namespace sluice::inline v0::net
