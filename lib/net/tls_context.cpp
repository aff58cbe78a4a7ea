#include "net/tls_context.hpp"

#include "net/tls_native.hpp"

#include <openssl/err.h>

#include <filesystem>
#include <system_error>
#include <utility>

namespace sluice::inline v0::net {

namespace {

// Holds several records, so that one recv(2) brings them all; freed while a connection idles (SSL_MODE_RELEASE_BUFFERS).
constexpr std::size_t read_ahead = 128 * 1024;

failure unusable(std::string const& what, std::string const& path, std::string const& why) {
    return {errc::invalid_argument, what + " \"" + path + "\": " + why};
}

std::string last_reason() {
    char const* const text = ERR_reason_error_string(ERR_peek_last_error());
    return text == nullptr ? "not readable" : text;
}

void configure(SSL_CTX* c) {
    SSL_CTX_set_min_proto_version(c, TLS1_2_VERSION);
    SSL_CTX_set_verify(c, SSL_VERIFY_PEER, nullptr);
    SSL_CTX_set_options(c, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
    SSL_CTX_set_mode(c, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_session_cache_mode(c, SSL_SESS_CACHE_OFF);  // nobody resumes: connections are pooled instead
    SSL_CTX_set_read_ahead(c, 1);
    SSL_CTX_set_default_read_buffer_len(c, read_ahead);
}

}  // namespace

tls_context::tls_context(std::unique_ptr<native> n) noexcept : native_(std::move(n)) {}

tls_context::~tls_context() = default;

result<std::shared_ptr<tls_context const>> tls_context::make(tls_settings const& settings) {
    ERR_clear_error();
    auto n = std::make_unique<native>();
    n->context.reset(SSL_CTX_new(TLS_client_method()));
    SSL_CTX* const c = n->context.get();
    if (c == nullptr) return failure(errc::unsupported, "OpenSSL cannot be used: " + last_reason());
    configure(c);
    SSL_CTX_set_default_verify_paths(c);

    std::string const& file = settings.ca_file;
    if (!file.empty() && SSL_CTX_load_verify_file(c, file.c_str()) != 1) return unusable("CA file", file, last_reason());
    std::string const& directory = settings.ca_directory;
    if (!directory.empty()) {
        std::error_code e;
        std::filesystem::directory_iterator const readable(directory, e);  // OpenSSL would not complain before it needs a CA
        if (e) return unusable("CA directory", directory, e.message());
        if (SSL_CTX_load_verify_dir(c, directory.c_str()) != 1) return unusable("CA directory", directory, last_reason());
    }
    ERR_clear_error();
    return std::shared_ptr<tls_context const>(new tls_context(std::move(n)));
}

}  // namespace sluice::inline v0::net
