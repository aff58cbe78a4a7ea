#pragma once

#include "uring/files.hpp"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <array>
#include <stdexcept>

namespace sluice::test {

/// What a read can wait for: a pipe that is empty until `put`.
class empty_pipe {
public:
    empty_pipe() {
        if (::pipe2(ends_.data(), O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
    }
    ~empty_pipe() {
        ::close(ends_[0]);
        ::close(ends_[1]);
    }
    empty_pipe(empty_pipe const&) = delete;
    empty_pipe& operator=(empty_pipe const&) = delete;

    int reading() const noexcept { return ends_[0]; }
    void put(char c) const {
        if (::write(ends_[1], &c, 1) != 1) throw std::runtime_error("the pipe is broken");
    }
    /// Bytes that lie in it.
    int waiting() const {
        int n = 0;
        if (::ioctl(ends_[0], FIONREAD, &n) != 0) throw std::runtime_error("the pipe is broken");
        return n;
    }
    /// Takes them out: how many they were.
    int content() const {
        int n = 0;
        std::array<char, 4096> taken{};
        ::fcntl(ends_[0], F_SETFL, O_NONBLOCK);
        for (ssize_t got = 0; (got = ::read(ends_[0], taken.data(), taken.size())) > 0;) n += static_cast<int>(got);
        ::fcntl(ends_[0], F_SETFL, 0);
        return n;
    }

private:
    std::array<int, 2> ends_{};
};

/// Reads one byte of a pipe into `into`: how many there were.
inline awaitable<std::int32_t> take_one(uring::files& files, int from, std::byte* into) {
    return files.provider().perform(uring::request::read(from, std::span(into, 1), uring::current_position));
}

}  // namespace sluice::test
