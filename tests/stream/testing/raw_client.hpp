#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace sluice::test {

/// A plain blocking socket that knows nothing of HTTP: what a server under test gets is exactly what a test sends.
class raw_client {
public:
    explicit raw_client(std::uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        timeval const limit{5, 0};
        ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
        ::setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        if (::connect(fd_, reinterpret_cast<sockaddr const*>(&address), sizeof address) != 0) {
            ::close(fd_);
            throw std::runtime_error("cannot connect");
        }
    }
    ~raw_client() { ::close(fd_); }
    raw_client(raw_client const&) = delete;
    raw_client& operator=(raw_client const&) = delete;

    int descriptor() const { return fd_; }

    void send(std::string_view data) {
        while (!data.empty()) {
            auto const sent = ::send(fd_, data.data(), data.size(), MSG_NOSIGNAL);
            if (sent <= 0) return;
            data.remove_prefix(static_cast<std::size_t>(sent));
        }
    }

    /// What comes until the end of the stream; `error()` tells whether that was an end in order.
    std::string rest() {
        while (receive()) {
        }
        return std::exchange(buffer_, {});
    }

    /// Takes exactly `size` bytes, or what came before the end.
    std::string take(std::size_t size) {
        while (buffer_.size() < size && receive()) {
        }
        std::string taken = buffer_.substr(0, size);
        buffer_.erase(0, taken.size());
        return taken;
    }

    /// Takes up to and with the first `mark`.
    std::string take_until(std::string_view mark) {
        std::size_t end;
        while ((end = buffer_.find(mark)) == std::string::npos)
            if (!receive()) return std::exchange(buffer_, {});
        return take(end + mark.size());
    }

    /// 0: the stream ended in order; else errno (EAGAIN: nothing came for five seconds).
    int error() const { return error_; }

private:
    bool receive() {
        char bytes[64 * 1024];
        auto const got = ::recv(fd_, bytes, sizeof bytes, 0);
        error_ = got < 0 ? errno : 0;
        if (got <= 0) return false;
        buffer_.append(bytes, static_cast<std::size_t>(got));
        return true;
    }

    int fd_;
    int error_ = 0;
    std::string buffer_;
};

}  // namespace sluice::test
