#include "auth/sigv4.hpp"

#include "auth/canonical_request.hpp"
#include "base/hash.hpp"
#include "base/percent.hpp"

#include <array>
#include <mutex>
#include <optional>
#include <span>

namespace sluice::inline v0::auth {

namespace {

std::string_view token_header(token_kind const kind) noexcept {
    return kind == token_kind::security ? "x-amz-security-token" : "x-amz-s3session-token";
}

std::string_view token_parameter(token_kind const kind) noexcept {
    return kind == token_kind::security ? "X-Amz-Security-Token" : "X-Amz-S3session-Token";
}

/// "20130524T000000Z"; its first eight characters are the date of the scope.
class request_time {
public:
    explicit request_time(std::chrono::system_clock::time_point const now) noexcept {
        using namespace std::chrono;
        auto const day = floor<days>(now);
        year_month_day const date(day);
        auto const second = static_cast<unsigned>(floor<seconds>(now - day).count());
        put(0, static_cast<unsigned>(int(date.year())), 4);
        put(4, unsigned(date.month()), 2);
        put(6, unsigned(date.day()), 2);
        text_[8] = 'T';
        put(9, second / 3600, 2);
        put(11, second / 60 % 60, 2);
        put(13, second % 60, 2);
        text_[15] = 'Z';
    }

    std::string_view whole() const noexcept { return {text_.data(), text_.size()}; }
    std::string_view date() const noexcept { return {text_.data(), 8}; }

private:
    void put(std::size_t const at, unsigned value, std::size_t const width) noexcept {
        for (std::size_t i = width; i-- > 0; value /= 10) text_[at + i] = static_cast<char>('0' + value % 10);
    }

    std::array<char, 16> text_;
};

base::hmac_key derive(std::string_view const secret, std::string_view const date, std::string_view const region,
                      std::string_view const service) {
    std::string first = "AWS4";
    first += secret;
    base::sha256_digest key = base::hmac_sha256(std::as_bytes(std::span(first)), date);
    base::wipe(first);
    for (std::string_view const part : {region, service, std::string_view("aws4_request")}) key = base::hmac_sha256(key, part);
    return base::hmac_key(key);
}

}  // namespace

struct sigv4_signer::state {
    state(std::string name, token_kind token) : service(std::move(name)), tokens(token) {}
    ~state() { base::wipe(secret); }

    /// Cheaper than deriving it by 14 blocks of SHA-256. One entry: a signer serves one store, whose keys and date change now and then.
    base::hmac_key key_for(credentials const& keys, std::string_view const wanted_date, std::string_view const wanted_region) {
        std::scoped_lock const lock(mutex);
        if (!key || wanted_date != date || keys.secret_key != secret || wanted_region != region) {
            key.reset();
            base::wipe(secret);
            secret = keys.secret_key;
            date = wanted_date;
            region = wanted_region;
            key.emplace(derive(secret, date, region, service));
        }
        return *key;
    }

    std::string const service;
    token_kind const tokens;
    std::mutex mutex;
    std::string secret;
    std::string date;
    std::string region;
    std::optional<base::hmac_key> key;
};

sigv4_signer::sigv4_signer(std::string service, token_kind const token) : state_(std::make_unique<state>(std::move(service), token)) {}
sigv4_signer::~sigv4_signer() = default;

void sigv4_signer::sign(http::request& to, credentials const& keys, std::string_view const region,
                        std::chrono::system_clock::time_point const now, std::string_view const payload_hash) const {
    sign(to, keys, region, now, payload_hash, signed_by_default);
}

void sigv4_signer::sign(http::request& to, credentials const& keys, std::string_view const region,
                        std::chrono::system_clock::time_point const now, std::string_view const payload_hash,
                        header_filter const is_signed) const {
    if (!keys.access_key.empty()) sign_head(to, keys, region, now, payload_hash, is_signed);
}

chunk_signatures sigv4_signer::sign_chunked(http::request& to, credentials const& keys, std::string_view const region,
                                            std::chrono::system_clock::time_point const now, std::string_view const payload_hash,
                                            header_filter const is_signed) const {
    base::sha256_digest const signature = sign_head(to, keys, region, now, payload_hash, is_signed);
    request_time const time(now);
    std::string scope(time.date());
    scope.append("/").append(region).append("/").append(state_->service).append("/aws4_request");
    return chunk_signatures(state_->key_for(keys, time.date(), region), time.whole(), scope, signature);
}

base::sha256_digest sigv4_signer::sign_head(http::request& to, credentials const& keys, std::string_view const region,
                                            std::chrono::system_clock::time_point const now, std::string_view const payload_hash,
                                            header_filter const is_signed) const {
    request_time const time(now);
    to.headers.add("x-amz-date", time.whole());
    to.headers.add("x-amz-content-sha256", payload_hash);
    if (!keys.session_token.empty()) to.headers.add(token_header(state_->tokens), keys.session_token);

    std::string text;  // one after the other: canonical request, string to sign, Authorization
    text.reserve(1024);
    std::string const signed_names = append_canonical_request(text, to, payload_hash, is_signed);
    base::sha256_digest const request_digest = base::sha256(text);

    text.assign("AWS4-HMAC-SHA256\n").append(time.whole()) += '\n';
    std::size_t const scope_at = text.size();
    text.append(time.date()).append("/").append(region).append("/").append(state_->service).append("/aws4_request");
    std::size_t const scope_size = text.size() - scope_at;
    text += '\n';
    base::append_hex(text, request_digest);
    base::sha256_digest const signature = state_->key_for(keys, time.date(), region).sign(text);

    std::size_t const value_at = text.size();
    text.append("AWS4-HMAC-SHA256 Credential=").append(keys.access_key).append("/").append(text, scope_at, scope_size);
    text.append(",SignedHeaders=").append(signed_names).append(",Signature=");
    base::append_hex(text, signature);
    to.headers.add("Authorization", std::string_view(text).substr(value_at));
    return signature;
}

std::string sigv4_signer::presign(http::request const& to, credentials const& keys, std::string_view const region,
                                  std::chrono::system_clock::time_point const now, std::chrono::seconds const expires) const {
    constexpr header_filter all = [](std::string_view) noexcept { return true; };
    request_time const time(now);
    std::string scope(time.date());
    scope.append("/").append(region).append("/").append(state_->service).append("/aws4_request");
    std::string ignored;
    std::string const signed_names = append_canonical_request(ignored, to, unsigned_payload, all);

    http::request signed_one = to;
    std::string& target = signed_one.target;
    target += target.find('?') == std::string::npos ? '?' : '&';
    target.append("X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=");
    base::percent_encode(target, keys.access_key + '/' + scope, false);
    target.append("&X-Amz-Date=").append(time.whole()).append("&X-Amz-Expires=").append(std::to_string(expires.count()));
    if (!keys.session_token.empty()) {
        target.append("&").append(token_parameter(state_->tokens)).append("=");
        base::percent_encode(target, keys.session_token, false);
    }
    target.append("&X-Amz-SignedHeaders=");
    base::percent_encode(target, signed_names, false);

    std::string canonical;
    append_canonical_request(canonical, signed_one, unsigned_payload, all);
    std::string text("AWS4-HMAC-SHA256\n");
    text.append(time.whole()).append("\n").append(scope).append("\n");
    base::append_hex(text, base::sha256(canonical));
    target.append("&X-Amz-Signature=");
    base::append_hex(target, state_->key_for(keys, time.date(), region).sign(text));
    return std::move(target);
}

std::string payload_hash(std::string_view const data) { return base::hex(base::sha256(data)); }

}  // namespace sluice::inline v0::auth
