#include "backend/s3/core.hpp"

#include "backend/s3/directory.hpp"
#include "backend/s3/session.hpp"
#include "cloud/connection.hpp"
#include "net/route.hpp"
#include "store/check.hpp"

#include <utility>

namespace sluice::inline v0::s3 {

namespace {

result<std::shared_ptr<net::tls_context const>> tls_of(s3_settings const& settings) {
    auto const wanted = wants_tls(settings);
    if (!wanted) return wanted.error();
    if (*wanted) return cloud::make_tls(settings);
    return std::shared_ptr<net::tls_context const>();
}

/// A core without a bucket is for the service as a whole.
result<place> plain_place(s3_settings const& settings, access const how, std::string_view const region,
                          std::shared_ptr<net::tls_context const> tls) {
    if (settings.bucket.empty()) return make_service_place(settings, region, std::move(tls));
    if (how == access::control) return make_control_place(settings, region, std::move(tls));
    return make_place(settings, region, std::move(tls));
}

result<place> place_of(s3_settings const& settings, access const how, std::string_view const region,
                       std::shared_ptr<net::tls_context const> tls) {
    auto made = plain_place(settings, how, region, std::move(tls));
    if (!made) return made;
    auto const routed = cloud::choose_route(made->origin, settings.network);
    if (!routed) return routed.error();
    return made;
}

result<std::shared_ptr<core>> made_of(s3_settings settings, access const how, std::optional<presigned_url> url = std::nullopt) {
    if (settings.region.empty()) settings.region = "us-east-1";
    if (auto const good = cloud::check_settings(settings); !good) return good.error();
    if (settings.checksum == checksum_algorithm::md5)
        return failure(errc::invalid_argument, "S3 takes no MD5 as the checksum of an object");
    auto tls = tls_of(settings);
    if (!tls) return tls.error();
    auto first = place_of(settings, how, settings.region, std::move(*tls));
    if (!first) return first.error();
    return std::make_shared<core>(std::move(settings), how, std::move(*first), std::move(url));
}

/// The same for all to read.
result<std::shared_ptr<core const>> finished(result<std::shared_ptr<core>> made) {
    if (!made) return made.error();
    return std::shared_ptr<core const>(*std::move(made));
}

result<std::shared_ptr<core const>> with_sessions(s3_settings settings) {
    if (settings.requester_pays) return no_directory_has("requester who pays; leave s3_settings::requester_pays off");
    auto account = made_of(settings, access::account);
    if (!account) return account.error();
    if (settings.credentials) settings.credentials = session_keys(*account);
    auto made = made_of(std::move(settings), access::session);
    if (made) (*made)->account = *std::move(account);
    return finished(std::move(made));
}

std::string uri_of(s3_settings const& settings, std::optional<presigned_url> const& url) {
    if (url) return url->endpoint + '/';  // where it leads, without its secrets
    if (settings.bucket.empty()) return "s3://";
    return "s3://" + settings.bucket + '/';
}

std::string service_name(s3_settings const& settings) { return is_directory_bucket(settings.bucket) ? "s3express" : "s3"; }

}  // namespace

result<std::shared_ptr<core const>> core::make(s3_settings settings) {
    if (settings.bucket.empty()) return failure(errc::invalid_argument, "the bucket name is empty");
    if (is_directory_bucket(settings.bucket)) return with_sessions(std::move(settings));
    return finished(made_of(std::move(settings), access::plain));
}

result<std::shared_ptr<core const>> core::make_control(s3_settings settings) {
    bool const directory = is_directory_bucket(settings.bucket);
    return finished(made_of(std::move(settings), directory ? access::control : access::plain));
}

result<std::shared_ptr<core const>> core::make_service(s3_settings settings) {
    settings.bucket.clear();
    return finished(made_of(std::move(settings), access::plain));
}

result<std::shared_ptr<core const>> core::make_presigned(s3_settings settings, presigned_url url) {
    settings.bucket.clear();
    settings.region.clear();
    settings.endpoint = url.endpoint;
    settings.fips = settings.dual_stack = settings.accelerate = false;  // whoever signed it has chosen
    settings.credentials.reset();
    settings.requester_pays = false;  // like all x-amz headers it would have to be signed
    settings.write_checksums = settings.read_checksums = checksum_mode::off;
    return finished(made_of(std::move(settings), access::plain, std::move(url)));
}

core::core(s3_settings s, access const as, place first, std::optional<presigned_url> url)
    : cloud::core(uri_of(s, url), s, s.expect_continue_above),
      settings(std::move(s)),
      how(as),
      directory(as != access::plain),
      presigned(std::move(url)),
      signer(service_name(settings), as == access::session ? auth::token_kind::s3_session : auth::token_kind::security),
      checksums(rules_of(settings, first.on_aws)) {
    places_.push_back(std::make_unique<place const>(std::move(first)));
    place_ = places_.back().get();
}

result<void> core::check_reading(std::string_view const version, customer_key const& key) const {
    return directory ? check_directory_reading(version, key) : check_customer_key(key);
}

result<void> core::check_writing(keeping const& wanted) const {
    return directory ? store::check_no_keeping(wanted) : check_customer_key(wanted.key);
}

result<void> core::check_customer_key(customer_key const& key) const {
    if (key.secret.empty()) return {};
    net::origin const& to = where().origin;
    if (!to.tls && (to.via() != nullptr || !net::is_loopback(to.host)))
        return failure(errc::invalid_argument, "a customer's key is sent through TLS only");
    return store::check_customer_key(key);
}

bool core::learn_region(std::string_view const region) const {
    if (presigned || directory) return false;  // the signature holds for one host; a zone lies in one region
    std::lock_guard const lock(mutex_);
    place const& now = where();
    if (now.region == region) return true;  // another operation was quicker
    if (places_.size() >= places_limit) return false;
    auto fresh = place_of(settings, how, region, now.origin.tls);
    if (!fresh) return false;
    places_.push_back(std::make_unique<place const>(std::move(*fresh)));
    place_.store(places_.back().get(), std::memory_order_release);
    return true;
}

std::shared_ptr<core const> by_account(std::shared_ptr<core const> of) {
    if (of->account) return of->account;
    return of;
}

}  // namespace sluice::inline v0::s3
