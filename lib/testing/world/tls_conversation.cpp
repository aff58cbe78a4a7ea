#include "testing/channel.hpp"
#include "testing/world/conversation.hpp"
#include "testing/world/core.hpp"
#include "testing/world/services.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <array>
#include <new>
#include <utility>

namespace sluice::inline v0::testing {
namespace {

/// TLS between the wire and what is served behind it: OpenSSL's server, whose bytes go through memory.
class tls_conversation final : public conversation, public wire_end {
public:
    tls_conversation(wire_end& wire, service const& behind, ssl_ctx_st* context, std::shared_ptr<world_core> core)
        : wire_(wire),
          core_(std::move(core)),
          session_(SSL_new(context)) {
        BIO* const in = BIO_new(BIO_s_mem());
        BIO* const out = BIO_new(BIO_s_mem());
        if (!session_ || in == nullptr || out == nullptr) throw std::bad_alloc();
        SSL_set_bio(session_.get(), in, out);  // which owns them
        SSL_set_accept_state(session_.get());
        behind_ = behind(*this);
    }

    bool is_secret() const noexcept override { return true; }

    void received(std::string_view bytes) override {
        ERR_clear_error();
        BIO_write(SSL_get_rbio(session_.get()), bytes.data(), static_cast<int>(bytes.size()));
        std::array<char, 16 * 1024> plain;
        int n = 0;
        while (!over_ && (n = SSL_read(session_.get(), plain.data(), static_cast<int>(plain.size()))) > 0) {
            std::string_view const text(plain.data(), static_cast<std::size_t>(n));
            core_->trace.add(text);
            behind_->received(text);
        }
        flush();
        if (over_) return;
        int const why = SSL_get_error(session_.get(), n);
        if (why == SSL_ERROR_WANT_READ) return;
        over_ = true;  // the client's farewell, or nonsense, whose alert has been sent
        wire_.close();
    }

    void send(std::string bytes) override { put(bytes); }
    void send(std::shared_ptr<std::string const> data, std::size_t const first, std::size_t const length) override {
        put(std::string_view(*data).substr(first, length));
    }
    void close() override {
        if (std::exchange(over_, true)) return;
        SSL_shutdown(session_.get());
        flush();
        wire_.close();
    }
    void reset() override {
        over_ = true;
        wire_.reset();
    }
    void after(std::chrono::nanoseconds const span, std::function<void()> what) override { wire_.after(span, std::move(what)); }

private:
    void put(std::string_view plain) {
        if (over_) return;
        core_->trace.add(plain);
        while (!plain.empty()) {
            std::size_t written = 0;
            if (SSL_write_ex(session_.get(), plain.data(), plain.size(), &written) != 1) return reset();
            plain.remove_prefix(written);
        }
        flush();
    }

    void flush() {
        BIO* const out = SSL_get_wbio(session_.get());
        std::string sealed(BIO_ctrl_pending(out), '\0');
        if (sealed.empty()) return;
        BIO_read(out, sealed.data(), static_cast<int>(sealed.size()));
        wire_.send(std::move(sealed));
    }

    wire_end& wire_;
    std::shared_ptr<world_core> const core_;
    std::unique_ptr<ssl_st, tls_deleter> const session_;
    std::unique_ptr<conversation> behind_;
    bool over_ = false;
};

}  // namespace

service with_tls(service behind, std::shared_ptr<world_core> core, std::string const& certificate_pem, std::string const& key_pem) {
    std::shared_ptr<ssl_ctx_st> const context = make_tls_server(certificate_pem, key_pem);
    SSL_CTX_set_num_tickets(context.get(), 0);  // their lengths are chance
    return [behind = std::move(behind), core = std::move(core), context](wire_end& wire) -> std::unique_ptr<conversation> {
        return std::make_unique<tls_conversation>(wire, behind, context.get(), core);
    };
}

}  // namespace sluice::inline v0::testing
