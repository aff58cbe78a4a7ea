#pragma once

#include <sys/types.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

struct ssl_ctx_st;
struct ssl_st;

namespace sluice::inline v0::testing {

/// A flag that every blocking call of a server polls, so that stopping needs no touch of a socket another thread owns.
///
/// Threads: all members from any thread.
class stop_signal {
public:
    stop_signal();
    ~stop_signal();
    stop_signal(stop_signal const&) = delete;
    stop_signal& operator=(stop_signal const&) = delete;

    void raise() noexcept;
    bool raised() const noexcept { return raised_.load(std::memory_order_relaxed); }
    int descriptor() const noexcept { return descriptor_; }

private:
    int descriptor_;
    std::atomic<bool> raised_ = false;
};

struct tls_deleter {
    void operator()(ssl_ctx_st* context) const noexcept;
    void operator()(ssl_st* session) const noexcept;
};
using tls_context_ptr = std::unique_ptr<ssl_ctx_st, tls_deleter>;

/// A TLS 1.2 and 1.3 server context. Errors: throws std::invalid_argument when the PEM texts do not load or do not belong together.
tls_context_ptr make_tls_server(std::string const& certificate_pem, std::string const& key_pem);

/// One accepted connection, plain or TLS; every call waits until done, the peer is gone or the server stops.
///
/// Threads: one at a time.
class channel {
public:
    /// Takes `fd`, a non-blocking socket. `context` may be null: plain.
    channel(int fd, ssl_ctx_st* context, stop_signal const& stop);
    ~channel();
    channel(channel const&) = delete;
    channel& operator=(channel const&) = delete;

    /// The TLS handshake; true at once without TLS.
    bool handshake();
    /// Reads what there is: 0 when the peer ended the stream, the connection failed or the server stops.
    std::size_t read_some(char* data, std::size_t size);
    bool write_all(std::string_view data);
    /// Waits; false when the peer hangs up or the server stops first.
    bool pause(std::chrono::milliseconds span);
    /// Whether bytes wait in the socket; of TLS only what is already decrypted can be seen.
    bool readable() const;

    /// Ends the stream in order (TLS: with close_notify). With `drain` what the peer still sends is read and dropped for a moment first,
    /// because closing over unread bytes is a reset that may cost the peer the reply. Returns how many bytes those were.
    std::uint64_t close(bool drain);
    /// FIN without close_notify.
    void truncate();
    /// RST. With `delivered` only once the peer's kernel has everything written so far.
    void reset(bool delivered);

private:
    enum class direction { in, out };
    bool wait(direction which);
    bool tls_wait(int result);
    bool write_plain(std::string_view data);

    int fd_;
    std::unique_ptr<ssl_st, tls_deleter> session_;
    stop_signal const& stop_;
};

}  // namespace sluice::inline v0::testing
