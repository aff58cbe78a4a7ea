#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

namespace sluice::test {

/// A listening socket on 127.0.0.1. With `full`, its queue is full from the start: who connects gets no answer at all.
class listener {
public:
    explicit listener(bool full = false);
    ~listener();
    listener(listener const&) = delete;
    listener& operator=(listener const&) = delete;

    std::uint16_t port() const noexcept { return port_; }
    /// The next connection; -1 after `stop`.
    int accept();
    void stop();

private:
    int fd_ = -1, filler_[2] = {-1, -1};
    std::uint16_t port_ = 0;
};

/// The other end of a connection under test: a thread that accepts `connections` one after the other and runs `script` on each, with
/// plain blocking calls; the connection is closed when the script returns. Stops and joins in the destructor, whatever it waits for.
class peer {
public:
    explicit peer(std::function<void(int fd)> script, int connections = 1, bool at_once = true);
    ~peer();
    peer(peer const&) = delete;
    peer& operator=(peer const&) = delete;

    /// For one made with `at_once` false.
    void start();

    std::uint16_t port() const noexcept { return listener_.port(); }

private:
    void serve();

    listener listener_;
    std::function<void(int)> script_;
    int connections_;
    std::mutex mutex_;
    int now_ = -1;  // the connection being served
    bool stopped_ = false;
    std::thread thread_;
};

/// A port of 127.0.0.1 nobody listens on.
std::uint16_t refused_port();

/// Blocking calls for scripts.
void send_all(int fd, std::string const& data);
std::string receive(int fd, std::size_t size);  ///< exactly `size` bytes, fewer when the connection ends
void hold(int fd);                              ///< until the other end closes

}  // namespace sluice::test
