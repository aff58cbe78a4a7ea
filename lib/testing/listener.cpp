#include "testing/listener.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace sluice::inline v0::testing {
namespace {

// Server threads take no signals: those belong to the program, and OpenSSL writes without MSG_NOSIGNAL.
class signals_blocked {
public:
    signals_blocked() {
        sigset_t all;
        sigfillset(&all);
        pthread_sigmask(SIG_SETMASK, &all, &before_);
    }
    ~signals_blocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
    signals_blocked(signals_blocked const&) = delete;
    signals_blocked& operator=(signals_blocked const&) = delete;

private:
    sigset_t before_;
};

// Set on the threads of connections: a thread cannot join itself.
thread_local listener const* served_here = nullptr;

[[noreturn]] void fail(char const* what) { throw std::system_error(errno, std::generic_category(), what); }

}  // namespace

listener::listener(std::string const& certificate_pem, std::string const& key_pem, greeter greet, server serve)
    : greet_(std::move(greet)),
      serve_(std::move(serve)) {
    if (!certificate_pem.empty() || !key_pem.empty()) tls_ = make_tls_server(certificate_pem, key_pem);
    listen_on_loopback();
    signals_blocked const quiet;
    acceptor_ = std::thread([this] { accept_all(); });
}

listener::~listener() { stop(false); }

void listener::listen_on_loopback() {
    socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (socket_ < 0) fail("socket");
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const generic = reinterpret_cast<sockaddr*>(&address);
    if (::bind(socket_, generic, size) != 0 || ::listen(socket_, 4096) != 0 || ::getsockname(socket_, generic, &size) != 0) {
        ::close(socket_);
        fail("listen on 127.0.0.1");
    }
    port_ = ntohs(address.sin_port);
}

std::string listener::endpoint() const { return (tls_ ? "https://localhost:" : "http://127.0.0.1:") + std::to_string(port_); }

std::uint64_t listener::open() const noexcept {
    std::lock_guard const lock(mutex_);
    return open_;
}

bool listener::wait_until_closed(std::chrono::milliseconds const limit) const {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, limit, [&] { return open_ == 0; });
}

void listener::accept_all() {
    pollfd polls[2] = {{socket_, POLLIN, 0}, {stop_.descriptor(), POLLIN, 0}};
    for (;;) {
        int const ready = ::poll(polls, 2, -1);
        if (polls[1].revents != 0 || (ready < 0 && errno != EINTR)) break;
        while (ready > 0 && accept_one()) reap(false);
    }
    ::close(socket_);
}

bool listener::accept_one() {
    int const fd = ::accept4(socket_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd < 0) {
        // Out of descriptors the socket stays readable: wait a little instead of spinning.
        pollfd stop{stop_.descriptor(), POLLIN, 0};
        if (errno != EAGAIN && errno != EINTR && errno != ECONNABORTED) ::poll(&stop, 1, 10);
        return false;
    }
    welcome const fate = greet_ ? greet_() : welcome::serve;
    if (fate == welcome::serve) {
        start_worker(fd);
        return true;
    }
    ++accepted_;
    channel refused(fd, nullptr, stop_);
    if (fate == welcome::reset) {
        refused.reset(false);
    } else {
        refused.close(false);
    }
    return true;
}

void listener::start_worker(int const fd) {
    std::lock_guard const lock(mutex_);
    std::uint64_t const number = ++accepted_;
    ++open_;
    worker& self = workers_.emplace_back();
    try {
        self.thread = std::thread([this, fd, number, &self] { run_worker(fd, number, self); });
    } catch (std::system_error const&) {
        ::close(fd);
        --open_;
        workers_.pop_back();
    }
}

void listener::run_worker(int const fd, std::uint64_t const number, worker& self) {
    {
        served_here = this;
        channel connection(fd, tls_.get(), stop_);
        if (connection.handshake()) serve_(connection, number);
        if (by_reset_) {
            connection.reset(false);
        } else {
            connection.close(false);
        }
    }
    std::lock_guard const lock(mutex_);
    --open_;
    self.ended = true;
    changed_.notify_all();
}

void listener::reap(bool const all) {
    std::list<worker> done;
    {
        std::lock_guard const lock(mutex_);
        for (auto it = workers_.begin(); it != workers_.end();) {
            auto const here = it++;
            if (all || here->ended) done.splice(done.end(), workers_, here);
        }
    }
    for (worker& one : done) one.thread.join();
}

void listener::stop(bool const by_reset) {
    if (by_reset) by_reset_ = true;
    stop_.raise();
    if (served_here == this) return;
    std::lock_guard const once(stopping_);
    if (!acceptor_.joinable()) return;
    acceptor_.join();
    reap(true);
}

}  // namespace sluice::inline v0::testing
