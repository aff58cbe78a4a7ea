#pragma once

#include "testing/channel.hpp"

#include <atomic>
#include <condition_variable>
#include <functional>
#include <list>
#include <mutex>
#include <thread>

namespace sluice::inline v0::testing {

/// Listens on 127.0.0.1 and gives every connection a thread of its own: slow, simple, and nothing in it is shared with the library.
///
/// Threads: all members from any thread. Lifetime: the destructor stops; `serve` must return soon once its channel's calls fail.
class listener {
public:
    /// What becomes of a connection right after accept.
    enum class welcome { serve, close, reset };
    using greeter = std::function<welcome()>;
    /// Runs on the connection's thread; `number` counts connections from 1.
    using server = std::function<void(channel&, std::uint64_t number)>;

    /// Errors: std::system_error when no port is to be had, std::invalid_argument for bad PEM texts.
    listener(std::string const& certificate_pem, std::string const& key_pem, greeter greet, server serve);
    ~listener();
    listener(listener const&) = delete;
    listener& operator=(listener const&) = delete;

    std::uint16_t port() const noexcept { return port_; }
    std::string endpoint() const;
    std::uint64_t accepted() const noexcept { return accepted_; }
    std::uint64_t open() const noexcept;
    bool wait_until_closed(std::chrono::milliseconds limit) const;

    /// Closes the listening socket, ends every connection (by reset if so asked) and joins all threads; on a connection's own thread it
    /// only begins all that, and the destructor joins.
    void stop(bool by_reset);

private:
    struct worker {
        std::thread thread;
        bool ended = false;
    };
    void listen_on_loopback();
    void accept_all();
    bool accept_one();
    void start_worker(int fd);
    void run_worker(int fd, std::uint64_t number, worker& self);
    void reap(bool all);

    tls_context_ptr tls_;
    greeter greet_;
    server serve_;
    stop_signal stop_;
    int socket_ = -1;
    std::uint16_t port_ = 0;
    std::atomic<std::uint64_t> accepted_ = 0;
    std::atomic<bool> by_reset_ = false;
    mutable std::mutex mutex_;
    mutable std::condition_variable changed_;
    std::list<worker> workers_;
    std::uint64_t open_ = 0;
    std::mutex stopping_;
    std::thread acceptor_;
};

}  // namespace sluice::inline v0::testing
