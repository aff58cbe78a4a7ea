#include "support/peer.hpp"

#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

namespace sluice::test {

namespace {

void must(bool good, char const* what) {
    if (good) return;
    std::perror(what);
    std::abort();
}

sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in a{};
    a.sin_family = AF_INET;
    a.sin_port = htons(port);
    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return a;
}

}  // namespace

listener::listener(bool full) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in a = loopback(0);
    must(::bind(fd_, reinterpret_cast<sockaddr*>(&a), sizeof a) == 0, "bind");
    must(::listen(fd_, full ? 0 : 128) == 0, "listen");
    socklen_t size = sizeof a;
    must(::getsockname(fd_, reinterpret_cast<sockaddr*>(&a), &size) == 0, "getsockname");
    port_ = ntohs(a.sin_port);
    if (!full) return;
    for (int& one : filler_) {  // a queue of 0 holds one; the second makes sure
        one = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        ::connect(one, reinterpret_cast<sockaddr*>(&a), sizeof a);
    }
}

listener::~listener() {
    for (int const one : {fd_, filler_[0], filler_[1]})
        if (one >= 0) ::close(one);
}

int listener::accept() {
    int const fd = ::accept4(fd_, nullptr, nullptr, SOCK_CLOEXEC);
    int const on = 1;  // what a script has sent is on its way when the call returns
    if (fd >= 0) ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return fd;
}

void listener::stop() { ::shutdown(fd_, SHUT_RDWR); }

peer::peer(std::function<void(int)> script, int connections, bool at_once) : script_(std::move(script)), connections_(connections) {
    if (at_once) start();
}

void peer::start() {
    thread_ = std::thread([this] { serve(); });
}

peer::~peer() {
    {
        std::lock_guard const lock(mutex_);
        stopped_ = true;
        if (now_ >= 0) ::shutdown(now_, SHUT_RDWR);
    }
    listener_.stop();
    if (thread_.joinable()) thread_.join();
}

void peer::serve() {
    sigset_t pipe;  // of this thread only: the code under test must do without
    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
    for (int i = 0; i < connections_; ++i) {
        int const fd = listener_.accept();
        {
            std::lock_guard const lock(mutex_);
            if (fd < 0 || stopped_) {
                if (fd >= 0) ::close(fd);
                return;
            }
            now_ = fd;
        }
        script_(fd);
        std::lock_guard const lock(mutex_);
        now_ = -1;
        ::close(fd);
    }
}

std::uint16_t refused_port() { return listener().port(); }

void send_all(int fd, std::string const& data) {
    for (std::size_t sent = 0; sent < data.size();) {
        ssize_t const n = ::send(fd, data.data() + sent, data.size() - sent, MSG_NOSIGNAL);
        if (n <= 0) return;
        sent += static_cast<std::size_t>(n);
    }
}

std::string receive(int fd, std::size_t size) {
    std::string data(size, '\0');
    std::size_t got = 0;
    while (got < size) {
        ssize_t const n = ::recv(fd, data.data() + got, size - got, 0);
        if (n <= 0) break;
        got += static_cast<std::size_t>(n);
    }
    data.resize(got);
    return data;
}

void hold(int fd) {
    std::array<char, 4096> waste{};
    while (::recv(fd, waste.data(), waste.size(), 0) > 0) {
    }
}

}  // namespace sluice::test
