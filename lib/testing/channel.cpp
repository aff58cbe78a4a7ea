#include "testing/channel.hpp"

#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace sluice::inline v0::testing {
namespace {

constexpr std::chrono::milliseconds linger_limit{300};

using steady = std::chrono::steady_clock;

int milliseconds_until(steady::time_point const end) {
    auto const left = std::chrono::ceil<std::chrono::milliseconds>(end - steady::now()).count();
    return static_cast<int>(std::clamp<std::int64_t>(left, 0, 60'000));
}

}  // namespace

channel::channel(int const fd, ssl_ctx_st* const context, stop_signal const& stop) : fd_(fd), stop_(stop) {
    int const on = 1;
    ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (context == nullptr) return;
    session_.reset(SSL_new(context));
    if (session_) SSL_set_fd(session_.get(), fd_);
}

channel::~channel() {
    session_.reset();
    if (fd_ >= 0) ::close(fd_);
}

bool channel::wait(direction const which) {
    pollfd polls[2] = {{fd_, static_cast<short>(which == direction::in ? POLLIN : POLLOUT), 0}, {stop_.descriptor(), POLLIN, 0}};
    while (::poll(polls, 2, -1) < 0)
        if (errno != EINTR) return false;
    return polls[1].revents == 0;
}

bool channel::tls_wait(int const result) {
    switch (SSL_get_error(session_.get(), result)) {
    case SSL_ERROR_WANT_READ: return wait(direction::in);
    case SSL_ERROR_WANT_WRITE: return wait(direction::out);
    default: return false;
    }
}

bool channel::handshake() {
    if (!session_) return true;
    for (;;) {
        ERR_clear_error();
        int const result = SSL_accept(session_.get());
        if (result == 1) return true;
        if (!tls_wait(result)) {
            // OpenSSL forbids SSL_shutdown after a failed handshake.
            session_.reset();
            return false;
        }
    }
}

std::size_t channel::read_some(char* const data, std::size_t const size) {
    if (fd_ < 0 || size == 0) return 0;
    while (!stop_.raised()) {
        if (session_) {
            std::size_t got = 0;
            ERR_clear_error();
            int const result = SSL_read_ex(session_.get(), data, size, &got);
            if (result == 1) return got;
            if (!tls_wait(result)) return 0;
            continue;
        }
        auto const got = ::recv(fd_, data, size, MSG_DONTWAIT);
        if (got >= 0) return static_cast<std::size_t>(got);
        if (errno == EINTR) continue;
        if (errno != EAGAIN || !wait(direction::in)) return 0;
    }
    return 0;
}

bool channel::write_plain(std::string_view data) {
    while (!data.empty() && !stop_.raised()) {
        auto const sent = ::send(fd_, data.data(), data.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent >= 0) {
            data.remove_prefix(static_cast<std::size_t>(sent));
        } else if (errno != EINTR && (errno != EAGAIN || !wait(direction::out))) {
            return false;
        }
    }
    return data.empty();
}

bool channel::write_all(std::string_view data) {
    if (fd_ < 0) return false;
    if (!session_) return write_plain(data);
    while (!data.empty() && !stop_.raised()) {
        std::size_t sent = 0;
        ERR_clear_error();
        int const result = SSL_write_ex(session_.get(), data.data(), data.size(), &sent);
        if (result == 1) {
            data.remove_prefix(sent);
        } else if (!tls_wait(result)) {
            return false;
        }
    }
    return data.empty();
}

bool channel::pause(std::chrono::milliseconds const span) {
    if (span <= span.zero()) return fd_ >= 0 && !stop_.raised();
    auto const end = steady::now() + span;
    pollfd polls[2] = {{fd_, POLLRDHUP, 0}, {stop_.descriptor(), POLLIN, 0}};
    for (;;) {
        int const ready = ::poll(polls, 2, milliseconds_until(end));
        if (ready > 0 || (ready < 0 && errno != EINTR)) return false;
        if (steady::now() >= end) return true;
    }
}

bool channel::readable() const {
    if (fd_ < 0) return false;
    if (session_) return SSL_pending(session_.get()) > 0;
    int waiting = 0;
    return ::ioctl(fd_, FIONREAD, &waiting) == 0 && waiting > 0;
}

std::uint64_t channel::close(bool const drain) {
    if (fd_ < 0) return 0;
    std::uint64_t drained = 0;
    if (session_ && SSL_is_init_finished(session_.get())) {
        ERR_clear_error();
        SSL_shutdown(session_.get());
    }
    if (drain) {
        ::shutdown(fd_, SHUT_WR);
        auto const end = steady::now() + linger_limit;
        char dropped[16 * 1024];
        pollfd polls[2] = {{fd_, POLLIN, 0}, {stop_.descriptor(), POLLIN, 0}};
        while (::poll(polls, 2, milliseconds_until(end)) > 0 && polls[1].revents == 0) {
            ssize_t const got = ::recv(fd_, dropped, sizeof dropped, MSG_DONTWAIT);
            if (got <= 0) break;
            drained += static_cast<std::uint64_t>(got);
        }
    }
    truncate();
    return drained;
}

void channel::truncate() {
    session_.reset();
    if (fd_ < 0) return;
    ::close(fd_);
    fd_ = -1;
}

void channel::reset(bool const delivered) {
    if (fd_ < 0) return;
    session_.reset();
    // A reset drops what is still in the send queue; the bytes a script writes before it are promised to arrive.
    int unsent = 0;
    for (auto const end = steady::now() + std::chrono::seconds(2);
         delivered && ::ioctl(fd_, SIOCOUTQ, &unsent) == 0 && unsent > 0 && steady::now() < end;)
        if (!pause(std::chrono::milliseconds(1))) break;
    linger const hard{1, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
    ::close(fd_);
    fd_ = -1;
}

}  // namespace sluice::inline v0::testing
