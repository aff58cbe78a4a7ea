#include "net/tls_stream.hpp"

#include "net/tls_native.hpp"
#include "net/tls_words.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ssl/error.hpp>

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <cassert>
#include <new>
#include <utility>

namespace asio = boost::asio;
using boost::system::error_code;

namespace sluice::inline v0::net {

/// OpenSSL's own socket BIO would raise SIGPIPE, and knows only descriptors.
struct tls_stream::bio {
    static tls_stream& of(BIO* b) noexcept { return *static_cast<tls_stream*>(BIO_get_data(b)); }

    static int settle(tls_stream& s, io_outcome const& o, BIO* b, int retry) noexcept {
        if (o.status == io_status::done) return static_cast<int>(o.bytes);
        if (o.status == io_status::would_block) {
            BIO_set_flags(b, retry | BIO_FLAGS_SHOULD_RETRY);
            return -1;
        }
        if (o.status == io_status::failed) {
            if (s.broken_.status == io_status::done) s.broken_ = o;
            return -1;
        }
        s.below_ended_ = true;
        return 0;
    }

    static int read(BIO* b, char* into, int size) noexcept {
        BIO_clear_retry_flags(b);
        if (size <= 0) return 0;
        tls_stream& s = of(b);
        io_outcome const o = s.below_->try_read({reinterpret_cast<std::byte*>(into), static_cast<std::size_t>(size)});
        return settle(s, o, b, BIO_FLAGS_READ);
    }

    static int write(BIO* b, char const* from, int size) noexcept {
        BIO_clear_retry_flags(b);
        if (size <= 0) return 0;
        tls_stream& s = of(b);
        io_outcome const o = s.below_->try_write({reinterpret_cast<std::byte const*>(from), static_cast<std::size_t>(size)});
        return settle(s, o, b, BIO_FLAGS_WRITE);
    }

    static long control(BIO* b, int what, long, void*) noexcept {
        if (what == BIO_CTRL_FLUSH) return 1;
        if (what == BIO_CTRL_EOF) return of(b).below_ended_ ? 1 : 0;
        return 0;
    }

    struct free_method {
        void operator()(BIO_METHOD* m) const noexcept { BIO_meth_free(m); }
    };

    static BIO_METHOD const* method() {
        static std::unique_ptr<BIO_METHOD, free_method> const m = [] {
            std::unique_ptr<BIO_METHOD, free_method> made(BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "sluice stream"));
            if (!made) throw std::bad_alloc();
            BIO_meth_set_read(made.get(), read);
            BIO_meth_set_write(made.get(), write);
            BIO_meth_set_ctrl(made.get(), control);
            return made;
        }();
        return m.get();
    }
};

tls_stream::tls_stream(std::unique_ptr<stream> below, tls_context const& context, std::string host)
    : below_(std::move(below)),
      host_(std::move(host)),
      ssl_(SSL_new(context.get()->context.get())) {
    if (host_.ends_with('.')) host_.pop_back();
    BIO* const b = BIO_new(bio::method());
    if (!ssl_ || b == nullptr) {
        BIO_free(b);
        throw std::bad_alloc();
    }
    BIO_set_data(b, this);
    BIO_set_init(b, 1);
    SSL_set_bio(ssl_.get(), b, b);
    SSL_set_app_data(ssl_.get(), this);
    SSL_set_verify(ssl_.get(), SSL_VERIFY_PEER, on_verify);
    SSL_set_connect_state(ssl_.get());
    expect_host();
}

tls_stream::~tls_stream() = default;

void tls_stream::expect_host() {
    X509_VERIFY_PARAM* const p = SSL_get0_param(ssl_.get());
    // As RFC 9525 has it: only the names for the purpose count, and a wildcard is a whole label.
    X509_VERIFY_PARAM_set_hostflags(p, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
    error_code no_literal;
    asio::ip::make_address(host_, no_literal);
    bool const set = no_literal ? X509_VERIFY_PARAM_set1_host(p, host_.data(), host_.size()) == 1 &&
                                      SSL_set_tlsext_host_name(ssl_.get(), host_.c_str()) == 1
                                : X509_VERIFY_PARAM_set1_ip_asc(p, host_.c_str()) == 1;
    if (!set || host_.empty()) distrust_ = "\"" + host_ + "\" is not a host name";
}

int tls_stream::on_verify(int ok, X509_STORE_CTX* chain) {
    if (ok == 1) return 1;
    auto* const ssl = static_cast<SSL*>(X509_STORE_CTX_get_ex_data(chain, SSL_get_ex_data_X509_STORE_CTX_idx()));
    auto& self = *static_cast<tls_stream*>(SSL_get_app_data(ssl));
    if (self.distrust_.empty()) self.distrust_ = certificate_problem(chain, self.host_);
    return 0;
}

io_outcome tls_stream::explain(int returned) noexcept {
    int const kind = SSL_get_error(ssl_.get(), returned);
    if (kind == SSL_ERROR_WANT_READ || kind == SSL_ERROR_WANT_WRITE) return {io_status::would_block, 0, {}};
    if (kind == SSL_ERROR_ZERO_RETURN) return {io_status::end, 0, {}};
    unsigned long const why = ERR_peek_error();
    ERR_clear_error();
    bool const cut = kind == SSL_ERROR_SYSCALL || ERR_GET_REASON(why) == SSL_R_UNEXPECTED_EOF_WHILE_READING;
    if (cut && broken_.status == io_status::failed) return broken_;
    if (cut && below_ended_) return {io_status::cut, 0, {}};
    if (why == 0) return {io_status::failed, 0, make_error_code(errc::connection_lost)};
    if (wants_certificate(why)) return {io_status::failed, 0, make_error_code(errc::untrusted_peer)};  // by TLS 1.3 we hear of it late
    return {io_status::failed, 0, error_code(static_cast<int>(why), asio::error::get_ssl_category())};
}

io_outcome tls_stream::handshake() noexcept {
    if (!distrust_.empty()) return {io_status::failed, 0, make_error_code(errc::untrusted_peer)};
    ERR_clear_error();
    int const r = SSL_do_handshake(ssl_.get());
    if (r == 1) return {io_status::done, 0, {}};
    handshake_error_ = ERR_peek_error();
    return explain(r);
}

failure tls_stream::refusal(io_outcome const& how) const {
    return handshake_problem({host_, below_->peer()}, how, handshake_error_, distrust_);
}

io_outcome tls_stream::try_read(std::span<std::byte> into) noexcept {
    assert(!into.empty());
    if (over_) return *over_;
    std::size_t got = 0;
    while (got < into.size()) {  // one call gives one record: fill what the caller has, as one recv(2) would
        std::size_t n = 0;
        ERR_clear_error();
        int const r = SSL_read_ex(ssl_.get(), into.data() + got, into.size() - got, &n);
        if (r == 1) {
            got += n;
            continue;
        }
        io_outcome const why = explain(r);
        if (why.status != io_status::would_block) over_ = why;
        if (got == 0) return why;
        break;
    }
    return {io_status::done, got, {}};
}

io_outcome tls_stream::try_write(std::span<std::byte const> from) noexcept {
    assert(!from.empty());
    if (unwritable_) return *unwritable_;
    if (over_ && over_->status != io_status::end) return *over_;
    std::size_t sent = 0;
    while (sent < from.size()) {
        std::size_t n = 0;
        ERR_clear_error();
        int const r = SSL_write_ex(ssl_.get(), from.data() + sent, from.size() - sent, &n);
        if (r == 1) {
            sent += n;
            continue;
        }
        io_outcome const why = explain(r);
        if (why.status != io_status::would_block) unwritable_ = why;  // what the peer has said before may still be read
        if (sent == 0) return why;
        break;
    }
    return {io_status::done, sent, {}};
}

bool tls_stream::quiet() noexcept {
    if (over_ || unwritable_) return false;
    if (SSL_has_pending(ssl_.get()) == 0 && below_->quiet()) return true;
    // A session ticket that came late is nothing to us; anything else is.
    char probe = 0;
    std::size_t n = 0;
    ERR_clear_error();
    int const r = SSL_peek_ex(ssl_.get(), &probe, 1, &n);
    if (r == 1 || explain(r).status != io_status::would_block) return false;
    return SSL_has_pending(ssl_.get()) == 0 && below_->quiet();
}

void tls_stream::farewell() noexcept {
    if (unwritable_) return;
    if (over_ && over_->status != io_status::end) return;
    ERR_clear_error();
    SSL_shutdown(ssl_.get());
    ERR_clear_error();
}

}  // namespace sluice::inline v0::net
