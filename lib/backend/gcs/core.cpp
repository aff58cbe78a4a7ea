#include "backend/gcs/core.hpp"

#include "cloud/connection.hpp"
#include "net/route.hpp"
#include "store/check.hpp"

#include <algorithm>
#include <utility>

namespace sluice::inline v0::gcs {

namespace {

constexpr std::string_view usual_endpoint = "https://storage.googleapis.com";
constexpr std::uint64_t chunk_unit = 256 * 1024;

failure refused(std::string what) { return {errc::invalid_argument, std::move(what)}; }

bool is_digit(char const c) noexcept { return c >= '0' && c <= '9'; }
bool is_letter_or_digit(char const c) noexcept { return is_digit(c) || (c >= 'a' && c <= 'z'); }

bool is_header_text(std::string_view const text) noexcept {
    return std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7f; });
}

result<void> check_own(gcs_settings const& s) {
    if (s.chunk_size == 0 || s.chunk_size % chunk_unit != 0) return refused("gcs_settings::chunk_size is a multiple of 256 KiB");
    if (!is_header_text(s.user_project) || !is_header_text(s.api_key))
        return refused("gcs_settings::user_project and api_key are printable ASCII without blanks");
    if (!s.parts_prefix.empty() && (!s.parts_prefix.ends_with('/') || s.parts_prefix.size() > 256))
        return refused("gcs_settings::parts_prefix ends in a slash and has 256 bytes at most");
    if (!s.parts_prefix.empty()) return check_key(s.parts_prefix);
    return {};
}

result<place> place_of(gcs_settings const& settings) {
    std::string_view const url = settings.endpoint.empty() ? usual_endpoint : std::string_view(settings.endpoint);
    auto const to = cloud::parse_endpoint(url);
    if (!to) return to.error();
    auto origin = cloud::make_origin(*to, settings);
    if (!origin) return origin.error();
    place where;
    where.origin = *std::move(origin);
    where.host = to->authority();
    where.path = to->path;
    return where;
}

result<std::shared_ptr<core const>> made_of(gcs_settings settings) {
    if (auto const good = cloud::check_settings(settings); !good) return good.error();
    if (auto const good = check_own(settings); !good) return good.error();
    auto where = place_of(settings);
    if (!where) return where.error();
    return std::shared_ptr<core const>(std::make_shared<core>(std::move(settings), *std::move(where)));
}

std::string uri_of(gcs_settings const& settings) { return settings.bucket.empty() ? "gs://" : "gs://" + settings.bucket + '/'; }

/// What of `keeping` the service has no word for; empty when there is nothing of it.
std::string_view unknown_choice(keeping const& k) noexcept {
    if (!k.tags.empty()) return "tags";
    if (!k.encryption.empty() || !k.kms_context.empty()) return "encryption but kms_key and key";
    return {};
}

}  // namespace

result<std::shared_ptr<core const>> core::make(gcs_settings settings) {
    if (auto const good = check_bucket(settings.bucket); !good) return good.error();
    return made_of(std::move(settings));
}

result<std::shared_ptr<core const>> core::make_service(gcs_settings settings) {
    settings.bucket.clear();
    return made_of(std::move(settings));
}

core::core(gcs_settings s, place to) : cloud::core(uri_of(s), s), settings(std::move(s)), where(std::move(to)) {}

result<void> core::check_customer_key(customer_key const& key) const {
    if (key.secret.empty()) return {};
    net::origin const& to = where.origin;
    if (!to.tls && (to.via() != nullptr || !net::is_loopback(to.host))) return refused("a customer's key is sent through TLS only");
    return store::check_customer_key(key);
}

result<void> core::check_writing(put_options const& options) const {
    if (options.create_only && !options.if_match.empty()) return refused("create_only and if_match exclude each other");
    if (auto const good = store::check_attributes(options.attributes); !good) return good.error();
    keeping const& k = options.keeping;
    if (std::string_view const unknown = unknown_choice(k); !unknown.empty())
        return failure(errc::unsupported, "Google Cloud Storage has no choice of " + std::string(unknown));
    if (k.lock_mode.empty() == k.retain_until.has_value()) return refused("keeping::lock_mode and retain_until go together");
    if (!k.kms_key.empty() && !k.key.secret.empty()) return refused("keeping::key stands instead of kms_key");
    for (std::string const* const text : {&k.storage_class, &k.acl, &k.kms_key, &k.lock_mode})
        if (!is_header_text(*text)) return refused("the words of keeping are printable ASCII without blanks");
    return check_customer_key(k.key);
}

result<void> check_bucket(std::string_view const name) {
    if (name.empty()) return refused("the bucket name is empty");
    bool const dotted = name.find('.') != std::string_view::npos;
    if (name.size() < 3 || name.size() > (dotted ? 222 : 63)) return refused("a bucket name has 3 to 63 characters, with dots 222 at most");
    auto const fits = [](char c) { return is_letter_or_digit(c) || c == '-' || c == '_' || c == '.'; };
    if (!std::ranges::all_of(name, fits)) return refused("a bucket name has lower-case letters, digits, '-', '_' and '.' only");
    if (!is_letter_or_digit(name.front()) || !is_letter_or_digit(name.back()))
        return refused("a bucket name begins and ends with a letter or a digit");
    if (std::ranges::all_of(name, [](char c) { return is_digit(c) || c == '.'; }) && std::ranges::count(name, '.') == 3)
        return refused("a bucket name is no IP address");
    for (std::string_view rest = name; !rest.empty();) {
        std::string_view const part = rest.substr(0, rest.find('.'));
        if (part.empty() || part.size() > 63) return refused("between the dots of a bucket name there are 1 to 63 characters");
        rest.remove_prefix(std::min(rest.size(), part.size() + 1));
    }
    return {};
}

result<void> check_key(std::string_view const key) {
    if (auto const good = store::check_key(key); !good) return good.error();
    if (key.find_first_of("\r\n") != std::string_view::npos) return refused("a key in Google Cloud Storage has no CR and no LF");
    if (key == "." || key == "..") return refused("a key in Google Cloud Storage is neither \".\" nor \"..\"");
    if (key.starts_with(".well-known/acme-challenge/"))
        return refused("a key in Google Cloud Storage does not begin with .well-known/acme-challenge/");
    return {};
}

result<void> check_version(std::string_view const version) {
    if (version.size() <= 19 && std::ranges::all_of(version, is_digit)) return {};
    return refused("a version in Google Cloud Storage is a generation, a number");
}

}  // namespace sluice::inline v0::gcs
