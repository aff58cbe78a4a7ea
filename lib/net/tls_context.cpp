#include "net/tls_context.hpp"

#include "base/hash.hpp"
#include "net/tls_native.hpp"

#include <openssl/err.h>

#include <algorithm>
#include <cstring>
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

// 112 bits: no RSA below 2048, no SHA-1, whatever the system's configuration says.
constexpr int least_security = 2;

void configure(SSL_CTX* c) {
    SSL_CTX_set_security_level(c, std::max(SSL_CTX_get_security_level(c), least_security));
    SSL_CTX_set_min_proto_version(c, TLS1_2_VERSION);
    SSL_CTX_set_verify(c, SSL_VERIFY_PEER, nullptr);
    SSL_CTX_set_options(c, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
    SSL_CTX_set_mode(c, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_session_cache_mode(c, SSL_SESS_CACHE_OFF);  // nobody resumes: connections are pooled instead
    SSL_CTX_set_read_ahead(c, 1);
    SSL_CTX_set_default_read_buffer_len(c, read_ahead);
}

/// For an encrypted key. Never asks at a terminal, as OpenSSL would.
int give_password(char* into, int size, int, void* password) {
    std::string const& text = *static_cast<std::string const*>(password);
    if (text.size() > static_cast<std::size_t>(size)) return 0;
    std::memcpy(into, text.data(), text.size());
    return static_cast<int>(text.size());
}

result<void> use_certificate(SSL_CTX* c, tls_settings const& settings) {
    std::string const& file = settings.certificate_file;
    std::string const& key = settings.key_file.empty() ? file : settings.key_file;
    if (file.empty() && key.empty()) return {};
    if (file.empty()) return unusable("client key", key, "there is no certificate for it");
    if (SSL_CTX_use_certificate_chain_file(c, file.c_str()) != 1) return unusable("client certificate", file, last_reason());
    std::string password = settings.key_password;
    SSL_CTX_set_default_passwd_cb(c, give_password);
    SSL_CTX_set_default_passwd_cb_userdata(c, &password);
    bool const used = SSL_CTX_use_PrivateKey_file(c, key.c_str(), SSL_FILETYPE_PEM) == 1;
    SSL_CTX_set_default_passwd_cb_userdata(c, nullptr);
    SSL_CTX_set_default_passwd_cb(c, nullptr);
    base::wipe(password);
    if (!used) return unusable("client key", key, last_reason());
    if (SSL_CTX_check_private_key(c) != 1) return unusable("client key", key, "it is not that of the certificate");
    return {};
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
    result<void> const own = use_certificate(c, settings);
    ERR_clear_error();
    if (!own) return own.error();
    return std::shared_ptr<tls_context const>(new tls_context(std::move(n)));
}

}  // namespace sluice::inline v0::net
