#pragma once

#include "net/stream.hpp"
#include "net/tls_context.hpp"

#include <openssl/ssl.h>

#include <memory>
#include <optional>
#include <string>

namespace sluice::inline v0::net {

/// OpenSSL over another stream, through a BIO of ours: it tries `below` itself, and we wait only when it says so.
class tls_stream final : public stream {
public:
    /// Throws std::bad_alloc when OpenSSL has no memory.
    tls_stream(std::unique_ptr<stream> below, tls_context const& context, std::string host);
    ~tls_stream() override;

    /// One step of the handshake: `would_block`, `done`, or how it failed (then `refusal` tells it in words).
    io_outcome handshake() noexcept;
    failure refusal(io_outcome const& how) const;

    io_outcome try_read(std::span<std::byte> into) noexcept override;
    io_outcome try_write(std::span<std::byte const> from) noexcept override;
    awaitable<void> wait() override { return below_->wait(); }
    awaitable<void> wait_writable_or_readable() override { return below_->wait_writable_or_readable(); }
    awaitable<void> wait_readable(async::time_point until) override { return below_->wait_readable(until); }
    /// Ignored: how many bytes the system will see is not known here, and one too many would be waited for without end.
    void expect(std::uint64_t) noexcept override {}
    void interrupt(boost::system::error_code reason) noexcept override { below_->interrupt(reason); }
    void nudge() noexcept override { below_->nudge(); }
    std::uint64_t unsent() noexcept override { return below_->unsent(); }
    bool quiet() noexcept override;
    void farewell() noexcept override;
    std::string peer() const override { return below_->peer(); }

private:
    struct bio;
    struct free_ssl {
        void operator()(SSL* s) const noexcept { SSL_free(s); }
    };

    static int on_verify(int ok, X509_STORE_CTX* chain);
    void expect_host();
    io_outcome explain(int returned) noexcept;

    std::unique_ptr<stream> below_;
    std::string host_;
    std::unique_ptr<SSL, free_ssl> ssl_;
    io_outcome broken_;                     // the first failure of `below_`
    bool below_ended_ = false;              // its peer sent FIN
    std::optional<io_outcome> over_;        // how reading ended, for every later try
    std::optional<io_outcome> unwritable_;  // how writing ended
    unsigned long handshake_error_ = 0;
    std::string distrust_;  // what is wrong with the peer's certificate
};

}  // namespace sluice::inline v0::net
