#include "net/tls_words.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <boost/asio/ip/address.hpp>

#include <algorithm>
#include <memory>

namespace asio = boost::asio;

namespace sluice::inline v0::net {

namespace {

constexpr int most_names = 5;

std::string text_of(ASN1_TIME const* when) {
    std::unique_ptr<BIO, int (*)(BIO*)> const out(BIO_new(BIO_s_mem()), BIO_free);
    if (!out || ASN1_TIME_print(out.get(), when) != 1) return "?";
    char* data = nullptr;
    long const size = BIO_get_mem_data(out.get(), &data);
    return {data, static_cast<std::size_t>(size)};
}

std::string text_of(GENERAL_NAME const* name) {
    int kind = 0;
    void const* const value = GENERAL_NAME_get0_value(name, &kind);
    auto const* const bytes = static_cast<ASN1_STRING const*>(value);
    if (kind != GEN_DNS && kind != GEN_IPADD) return {};
    unsigned char const* const data = ASN1_STRING_get0_data(bytes);
    auto const size = static_cast<std::size_t>(ASN1_STRING_length(bytes));
    if (kind == GEN_DNS) return {reinterpret_cast<char const*>(data), std::min<std::size_t>(size, 253)};
    asio::ip::address_v4::bytes_type four{};
    asio::ip::address_v6::bytes_type sixteen{};
    if (size == four.size()) {
        std::copy_n(data, four.size(), four.begin());
        return asio::ip::address_v4(four).to_string();
    }
    if (size != sixteen.size()) return {};
    std::copy_n(data, sixteen.size(), sixteen.begin());
    return asio::ip::address_v6(sixteen).to_string();
}

/// "a.example, *.b.example and 3 more"
std::string names_of(X509 const* certificate) {
    auto* const raw = static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr));
    std::unique_ptr<GENERAL_NAMES, void (*)(GENERAL_NAMES*)> const names(raw, GENERAL_NAMES_free);
    int const count = names ? sk_GENERAL_NAME_num(names.get()) : 0;
    std::string all;
    for (int i = 0; i < std::min(count, most_names); ++i) {
        std::string const one = text_of(sk_GENERAL_NAME_value(names.get(), i));
        if (!one.empty()) all += (all.empty() ? "" : ", ") + one;
    }
    if (count > most_names) all += " and " + std::to_string(count - most_names) + " more";
    return all.empty() ? "no host (no subject alternative name)" : all;
}

std::string subject_of(X509 const* certificate) {
    std::unique_ptr<BIO, int (*)(BIO*)> const out(BIO_new(BIO_s_mem()), BIO_free);
    if (!out || X509_NAME_print_ex(out.get(), X509_get_subject_name(certificate), 0, XN_FLAG_ONELINE) < 0) return "?";
    char* data = nullptr;
    long const size = BIO_get_mem_data(out.get(), &data);
    return {data, std::min<std::size_t>(static_cast<std::size_t>(size), 200)};
}

bool unknown_issuer(int code) noexcept {
    return code == X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT || code == X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN ||
           code == X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT || code == X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY ||
           code == X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE ||
           code == X509_V_ERR_CERT_SIGNATURE_FAILURE;  // a CA made anew under the old name
}

/// What a peer answers that took our ClientHello for something else, as OpenSSL reads it.
bool speaks_no_tls(int reason) noexcept {
    return reason == SSL_R_WRONG_VERSION_NUMBER || reason == SSL_R_HTTP_REQUEST || reason == SSL_R_PACKET_LENGTH_TOO_LONG ||
           reason == SSL_R_UNEXPECTED_MESSAGE || reason == SSL_R_RECORD_LENGTH_MISMATCH || reason == SSL_R_BAD_RECORD_TYPE;
}

bool no_common_version(int reason) noexcept { return reason == SSL_R_UNSUPPORTED_PROTOCOL || reason == SSL_R_TLSV1_ALERT_PROTOCOL_VERSION; }

}  // namespace

// Alerts about a certificate come from the peer: they speak of ours.
bool wants_certificate(unsigned long error) noexcept {
    if (ERR_GET_LIB(error) != ERR_LIB_SSL) return false;
    int const reason = ERR_GET_REASON(error);
    return reason == SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED || reason == SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE ||
           reason == SSL_R_SSLV3_ALERT_BAD_CERTIFICATE || reason == SSL_R_TLSV1_ALERT_UNKNOWN_CA ||
           reason == SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED || reason == SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN ||
           reason == SSL_R_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE || reason == SSL_R_TLSV1_ALERT_DECRYPT_ERROR;
}

std::string certificate_problem(X509_STORE_CTX* chain, std::string const& host) {
    int const code = X509_STORE_CTX_get_error(chain);
    X509 const* const certificate = X509_STORE_CTX_get_current_cert(chain);
    std::string const what = X509_verify_cert_error_string(code);
    if (certificate == nullptr) return what;
    if (code == X509_V_ERR_HOSTNAME_MISMATCH || code == X509_V_ERR_IP_ADDRESS_MISMATCH)
        return "the certificate is not for \"" + host + "\" but for " + names_of(certificate);
    std::string const whose = " (" + subject_of(certificate) + ")";
    if (code == X509_V_ERR_CERT_HAS_EXPIRED)
        return "the certificate expired on " + text_of(X509_get0_notAfter(certificate)) + whose + "; check this machine's clock too";
    if (code == X509_V_ERR_CERT_NOT_YET_VALID)
        return "the certificate is not valid before " + text_of(X509_get0_notBefore(certificate)) + whose +
               "; check this machine's clock too";
    if (unknown_issuer(code))
        return "no trusted CA has signed the certificate (" + what + ", " + subject_of(certificate) +
               "); for a CA of your own set ca_file or AWS_CA_BUNDLE";
    return what + whose;
}

failure handshake_problem(tls_peer_name const& with, io_outcome const& how, unsigned long error, std::string const& distrust) {
    std::string const start = "TLS handshake with \"" + with.host + "\" at " + with.peer + ": ";
    int const reason = ERR_GET_LIB(error) == ERR_LIB_SSL ? ERR_GET_REASON(error) : 0;
    if (!distrust.empty()) return {errc::untrusted_peer, start + distrust};
    if (how.error == errc::timed_out) return {errc::timed_out, start + "not done in time"};
    // An end that is met while reading may fail our farewell to it as well, which is then how it ended for us.
    bool const ended = how.status == io_status::cut || how.status == io_status::end || reason == SSL_R_UNEXPECTED_EOF_WHILE_READING;
    if (ended) return {errc::connection_lost, start + "the peer closed the connection; does it speak TLS?"};
    if (error == 0) return {errc::connection_lost, start + how.error.message()};
    if (speaks_no_tls(reason)) return {errc::protocol, start + "the peer does not speak TLS; should the endpoint be http://?"};
    if (no_common_version(reason)) return {errc::untrusted_peer, start + "the peer offers neither TLS 1.2 nor TLS 1.3"};
    if (wants_certificate(error)) return {errc::untrusted_peer, start + std::string(distrusts_us)};
    char const* const words = ERR_reason_error_string(error);
    return {errc::untrusted_peer, start + (words == nullptr ? "refused" : words)};
}

}  // namespace sluice::inline v0::net
