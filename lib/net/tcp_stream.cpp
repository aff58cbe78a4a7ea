#include "net/tcp_stream.hpp"

#include "async/event.hpp"
#include "net/route.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <cassert>
#include <cerrno>

#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace asio = boost::asio;
using boost::system::error_code;

namespace sluice::inline v0::net {

namespace {

// A reader is woken once for so many bytes; more than this gains nothing, less than the smaller one is not worth its two system calls.
constexpr int high_water = 256 * 1024;
constexpr std::uint64_t worth_it = 64 * 1024;

error_code system_error(int why) noexcept { return {why, boost::system::system_category()}; }

}  // namespace

/// What a wait for either direction shares with the handlers Asio keeps, which may outlive the stream.
struct tcp_stream::watch {
    std::mutex mutex;
    async::event ready;
    bool reading = false, writing = false;  // a handler is out
    bool arrived = false;

    void arrive(bool watch::*which) {
        std::lock_guard const lock(mutex);
        this->*which = false;
        arrived = true;
        ready.notify_all();
    }
};

tcp_stream::tcp_stream(asio::any_io_executor const& executor) : socket_(executor) {}

tcp_stream::~tcp_stream() = default;

error_code tcp_stream::open(asio::ip::tcp const& protocol) {
    // Asio's own open would leave the descriptor to child processes.
    int const fd = ::socket(protocol.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP);
    if (fd < 0) return system_error(errno);
    error_code e;
    socket_.assign(protocol, fd, e);
    if (e) {
        ::close(fd);
        return e;
    }
    socket_.native_non_blocking(true, e);
    int const on = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    std::lock_guard const lock(guard_);
    fd_ = fd;
    return e;
}

error_code tcp_stream::bind_to(asio::ip::tcp::endpoint const& from) noexcept {
    int const on = 1;
    ::setsockopt(fd_, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);  // ports may be shared by connections to different places
    return ::bind(fd_, from.data(), static_cast<socklen_t>(from.size())) == 0 ? error_code() : system_error(errno);
}

error_code tcp_stream::use_device(std::string const& name) noexcept {
    int const failed = ::setsockopt(fd_, SOL_SOCKET, SO_BINDTODEVICE, name.c_str(), static_cast<socklen_t>(name.size() + 1));
    return failed == 0 ? error_code() : system_error(errno);
}

awaitable<error_code> tcp_stream::connect(asio::ip::tcp::endpoint to) {
    to_ = to;
    if (fd_ < 0)
        if (error_code const e = open(to.protocol())) co_return e;
    for (;;) {
        // Asking again tells how it went: 0 once connected, EALREADY while it goes on, or what went wrong.
        int const failed = ::connect(fd_, to.data(), static_cast<socklen_t>(to.size())) == 0 ? 0 : errno;
        if (interrupted()) co_return reason_;  // looked at after the call: an earlier shutdown(2) did not stop it
        if (failed == 0 || failed == EISCONN) co_return error_code();
        if (failed != EINPROGRESS && failed != EALREADY && failed != EINTR) co_return system_error(failed);
        blocked_on_ = way::write;
        co_await wait();
        if (interrupted()) co_return reason_;
    }
}

io_outcome tcp_stream::blocked(way which) noexcept {
    blocked_on_ = which;
    return {io_status::would_block, 0, {}};
}

io_outcome tcp_stream::broken(int why) const noexcept { return {io_status::failed, 0, interrupted() ? reason_ : system_error(why)}; }

io_outcome tcp_stream::try_read(std::span<std::byte> into) noexcept {
    assert(!into.empty());
    if (interrupted()) return broken(0);
    if (drained_) return blocked(way::read);
    for (;;) {
        ssize_t const n = ::recv(fd_, into.data(), into.size(), 0);
        if (n > 0) {
            drained_ = static_cast<std::size_t>(n) < into.size();
            return {io_status::done, static_cast<std::size_t>(n), {}};
        }
        int const why = errno;
        if (n == 0) return interrupted() ? broken(0) : io_outcome{io_status::end, 0, {}};
        if (why == EAGAIN || why == EWOULDBLOCK) return blocked(way::read);
        if (why != EINTR) return broken(why);
    }
}

io_outcome tcp_stream::try_write(std::span<std::byte const> from) noexcept {
    assert(!from.empty());
    if (interrupted()) return broken(0);
    for (;;) {
        ssize_t const n = ::send(fd_, from.data(), from.size(), MSG_NOSIGNAL);
        if (n >= 0) {
            drained_ = true;  // the answer cannot be here yet
            return {io_status::done, static_cast<std::size_t>(n), {}};
        }
        int const why = errno;
        if (why == EAGAIN || why == EWOULDBLOCK) return blocked(way::write);
        if (why != EINTR) return broken(why);
    }
}

awaitable<void> tcp_stream::wait() {
    auto const what = blocked_on_ == way::write ? asio::ip::tcp::socket::wait_write : asio::ip::tcp::socket::wait_read;
    drained_ = false;
    error_code e;
    co_await socket_.async_wait(what, asio::redirect_error(asio::use_awaitable, e));
    if (e == asio::error::operation_aborted) throw boost::system::system_error(e);
}

std::shared_ptr<tcp_stream::watch> tcp_stream::begin_watch() {
    drained_ = false;
    if (!watch_) watch_ = std::make_shared<watch>();
    return watch_;
}

/// Under the lock. A handler left over from an earlier call still watches. Asio posts them, so that none runs under the lock.
void tcp_stream::arm(std::shared_ptr<watch> const& both, bool watch::*const which, asio::ip::tcp::socket::wait_type const what) {
    if (!std::exchange(both.get()->*which, true)) socket_.async_wait(what, [both, which](error_code) { both->arrive(which); });
}

awaitable<void> tcp_stream::wait_writable_or_readable() {
    std::shared_ptr<watch> const both = begin_watch();
    std::unique_lock lock(both->mutex);
    both->arrived = false;
    arm(both, &watch::reading, asio::ip::tcp::socket::wait_read);
    arm(both, &watch::writing, asio::ip::tcp::socket::wait_write);
    while (!both->arrived) {
        co_await both->ready.wait(lock);
        lock.lock();
    }
}

awaitable<void> tcp_stream::wait_readable(async::time_point until) {
    std::shared_ptr<watch> const both = begin_watch();
    std::unique_lock lock(both->mutex);
    both->arrived = false;
    arm(both, &watch::reading, asio::ip::tcp::socket::wait_read);
    while (!both->arrived) {
        async::wake const woken = co_await both->ready.wait(lock, until);
        if (woken == async::wake::deadline) co_return;
        lock.lock();
    }
}

void tcp_stream::set_low_water(int bytes) noexcept {
    std::lock_guard const lock(guard_);
    if (fd_ < 0 || low_water_.load(std::memory_order_relaxed) == bytes) return;
    low_water_.store(bytes, std::memory_order_relaxed);
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVLOWAT, &bytes, sizeof bytes);
}

void tcp_stream::expect(std::uint64_t bytes) noexcept {
    int const wanted = bytes < worth_it ? 1 : static_cast<int>(std::min<std::uint64_t>(bytes, high_water));
    if (low_water_.load(std::memory_order_relaxed) != wanted) set_low_water(wanted);
}

void tcp_stream::nudge() noexcept { set_low_water(1); }

std::uint64_t tcp_stream::unsent() noexcept {
    std::lock_guard const lock(guard_);
    int left = 0;
    return fd_ >= 0 && ::ioctl(fd_, SIOCOUTQ, &left) == 0 && left > 0 ? static_cast<std::uint64_t>(left) : 0;
}

void tcp_stream::interrupt(error_code reason) noexcept {
    std::lock_guard const lock(guard_);
    if (interrupted()) return;
    reason_ = reason;
    interrupted_.store(true, std::memory_order_release);
    if (fd_ >= 0) ::shutdown(fd_, SHUT_RDWR);  // wakes whoever waits, a connect too
}

bool tcp_stream::quiet() noexcept {
    if (interrupted()) return false;
    std::byte probe;
    bool const nothing = ::recv(fd_, &probe, 1, MSG_PEEK | MSG_DONTWAIT) < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
    if (!nothing) drained_ = false;
    return nothing;
}

std::string tcp_stream::peer() const { return with_port(to_.address().to_string(), to_.port()); }

}  // namespace sluice::inline v0::net
