#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace bench {

[[noreturn]] inline void die(char const* what) {
    std::perror(what);
    std::_Exit(1);
}

/// One end of a connection, with blocking calls and nothing else. Whatever fails ends the program, but for `head`.
class wire {
public:
    explicit wire(int fd) : fd_(fd) {
        int const on = 1;
        ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    }
    ~wire() { ::close(fd_); }
    wire(wire const&) = delete;
    wire& operator=(wire const&) = delete;

    static int connect(std::uint16_t port) {
        int const fd = ::socket(AF_INET, SOCK_STREAM, 0);
        sockaddr_in to{};
        to.sin_family = AF_INET;
        to.sin_port = htons(port);
        to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        if (::connect(fd, reinterpret_cast<sockaddr*>(&to), sizeof to) != 0) die("connect");
        return fd;
    }

    /// The next head with its empty line; valid until the next call. Empty when the other end has closed.
    std::string_view head() {
        std::size_t seen = 0;
        for (;;) {
            std::string_view const text(buffer_.data() + begin_, end_ - begin_);
            if (std::size_t const end = text.find("\r\n\r\n", seen); end != text.npos) {
                begin_ += end + 4;
                return text.substr(0, end + 4);
            }
            seen = text.size() < 3 ? 0 : text.size() - 3;
            if (!fill()) return {};
        }
    }

    /// A body that nobody looks at; the system drops it without a copy.
    void skip(std::uint64_t size) {
        size -= from_buffer(size).size();
        while (size > 0) {
            ssize_t const got = ::recv(fd_, nullptr, static_cast<std::size_t>(std::min<std::uint64_t>(size, 1 << 20)), MSG_TRUNC);
            if (got <= 0) die("recv");
            size -= static_cast<std::uint64_t>(got);
        }
    }

    std::string take(std::size_t size) {
        std::string body(from_buffer(size));
        std::size_t have = body.size();
        body.resize(size);
        while (have < size) {
            ssize_t const got = ::recv(fd_, body.data() + have, size - have, 0);
            if (got <= 0) die("recv");
            have += static_cast<std::size_t>(got);
        }
        return body;
    }

    void send(std::string_view data) {
        if (!try_send(data)) die("send");
    }

    /// False when the other end does not want it.
    bool try_send(std::string_view data) {
        while (!data.empty()) {
            ssize_t const sent = ::send(fd_, data.data(), data.size(), MSG_NOSIGNAL);
            if (sent <= 0) return false;
            data.remove_prefix(static_cast<std::size_t>(sent));
        }
        return true;
    }

private:
    std::string_view from_buffer(std::uint64_t size) {
        std::string_view const text(buffer_.data() + begin_, static_cast<std::size_t>(std::min<std::uint64_t>(size, end_ - begin_)));
        begin_ += text.size();
        return text;
    }
    bool fill() {
        if (begin_ > 0) std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
        end_ -= std::exchange(begin_, 0);
        if (end_ == buffer_.size()) die("a head of more than 64 KiB");
        ssize_t const got = ::recv(fd_, buffer_.data() + end_, buffer_.size() - end_, 0);
        if (got <= 0) return false;
        end_ += static_cast<std::size_t>(got);
        return true;
    }

    int const fd_;
    std::vector<char> buffer_ = std::vector<char>(64 * 1024);
    std::size_t begin_ = 0, end_ = 0;
};

/// The value of a header; empty when there is none. `name` with its line break and colon: "\r\ncontent-length:".
inline std::string_view header(std::string_view head, char const* name) {
    std::string_view const wanted(name);
    auto const same = [](char a, char b) { return (a | 0x20) == (b | 0x20); };
    auto const at = std::search(head.begin(), head.end(), wanted.begin(), wanted.end(), same);
    if (at == head.end()) return {};
    std::string_view value = head.substr(static_cast<std::size_t>(at - head.begin()) + wanted.size());
    value = value.substr(0, value.find('\r'));
    return value.substr(std::min(value.find_first_not_of(' '), value.size()));
}

inline std::uint64_t length_of(std::string_view head) {
    std::string const text(header(head, "\r\ncontent-length:"));
    return text.empty() ? 0 : std::strtoull(text.c_str(), nullptr, 10);
}

/// Prints the port of a new socket on this machine, and lets `s.serve(fd)` have every connection in a thread of its own. Ends with standard
/// input.
template <class Service>
[[noreturn]] void serve_all(Service& s) {
    int const listening = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in here{};
    here.sin_family = AF_INET;
    here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof here;
    if (::bind(listening, reinterpret_cast<sockaddr*>(&here), size) != 0 || ::listen(listening, 512) != 0) die("listen");
    ::getsockname(listening, reinterpret_cast<sockaddr*>(&here), &size);
    std::printf("%u\n", static_cast<unsigned>(ntohs(here.sin_port)));
    std::fflush(stdout);
    std::thread([] {
        while (std::getchar() != EOF) continue;
        std::_Exit(0);
    }).detach();
    for (;;) {
        int const fd = ::accept(listening, nullptr, nullptr);
        if (fd >= 0) std::thread([&s, fd] { s.serve(fd); }).detach();
    }
}

}  // namespace bench
