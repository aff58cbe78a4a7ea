#include "testing/s3_directory.hpp"

#include "testing/digest.hpp"
#include "testing/s3_service.hpp"

#include "base/ascii.hpp"

#include <algorithm>
#include <array>

namespace sluice::inline v0::testing {
namespace {

constexpr std::string_view session_header = "x-amz-s3session-token", session_parameter = "X-Amz-S3session-Token";

/// By the keys of the account: what gives sessions, what makes and removes buckets, and copies.
bool is_by_account(s3_operation const operation) noexcept {
    switch (operation) {
    case s3_operation::create_session:
    case s3_operation::make_bucket:
    case s3_operation::remove_bucket:
    case s3_operation::copy:
    case s3_operation::copy_part: return true;
    default: return false;
    }
}

std::string token_of(s3_request const& request) {
    std::string const* given = request.find_header(session_header);
    if (given == nullptr) given = request.find_parameter(session_parameter);
    return given == nullptr ? std::string() : *given;
}

void check_listing(s3_request const& request) {
    std::string const* const prefix = request.find_parameter("prefix");
    std::string const* const delimiter = request.find_parameter("delimiter");
    if (prefix != nullptr && !prefix->empty() && !prefix->ends_with('/'))
        throw refusal("This bucket does not support a prefix that does not end in a delimiter");
    if (delimiter != nullptr && *delimiter != "/") throw refusal("This bucket does not support the delimiter " + *delimiter);
    if (request.has_parameter("start-after")) throw refusal("This bucket does not support start-after");
    if (request.has_parameter("upload-id-marker")) throw refusal("This bucket does not support upload-id-marker");
}

}  // namespace

s3_session s3_sessions::begin(std::string bucket, unix_seconds const ends) {
    std::lock_guard const lock(mutex_);
    std::string const number = std::to_string(by_token_.size() + 1);
    s3_session fresh;
    fresh.access_key = "ASIASESSION" + number;
    fresh.secret_key = "session/secret+" + number;
    fresh.token = "session/token+" + number + '=';
    fresh.bucket = std::move(bucket);
    fresh.ends = ends;
    by_token_.emplace(fresh.token, fresh);
    return fresh;
}

void s3_sessions::end_all() {
    std::lock_guard const lock(mutex_);
    for (auto& [token, one] : by_token_) one.ends = unix_seconds();
}

std::optional<s3_session> s3_sessions::find(std::string const& token) const {
    std::lock_guard const lock(mutex_);
    auto const found = by_token_.find(token);
    return found == by_token_.end() ? std::nullopt : std::optional(found->second);
}

void choose_gate(s3_gate& gate, s3_request const& request, s3_sessions const& sessions) {
    gate.service = "s3express";
    if (is_by_account(operation_of(request))) return;
    gate.token_header = session_header;
    gate.token_parameter = session_parameter;
    gate.session_token = "of a session";
    gate.expired_tokens.clear();
    gate.access_key = "that of a session";
    auto const session = sessions.find(token_of(request));
    if (!session || session->bucket != request.bucket) return;
    gate.access_key = session->access_key;
    gate.secret_key = session->secret_key;
    if (session->ends > gate.now)
        gate.session_token = session->token;
    else
        gate.expired_tokens.insert(session->token);
}

void check_directory_request(s3_request const& request) {
    s3_operation const operation = operation_of(request);
    if (!request.bucket.ends_with("--x-s3")) throw refusal("a directory bucket is not called " + request.bucket, "InvalidBucketName");
    bool const by_account = is_by_account(operation);
    for (auto const& [field, value] : request.raw.headers) {
        std::string const name = base::lower(field);
        constexpr std::array lacking{"content-md5", "x-amz-acl", "x-amz-tagging", "x-amz-tagging-directive", "x-amz-request-payer"};
        bool const lacks = std::ranges::find(lacking, name) != lacking.end() || name.starts_with("x-amz-object-lock-") ||
                           name.find("server-side-encryption-customer-") != name.npos;
        bool const token = name == (by_account ? session_header : std::string_view("x-amz-security-token"));
        if (lacks || token)
            throw refusal("A header you provided implies functionality that is not implemented: " + name, "NotImplemented", 501);
    }
    switch (operation) {
    case s3_operation::read_tags:
    case s3_operation::write_tags:
    case s3_operation::remove_tags:
    case s3_operation::location: throw refusal("This bucket does not support that", "NotImplemented", 501);
    case s3_operation::list:
    case s3_operation::list_uploads: check_listing(request); break;
    default: break;
    }
}

std::string directory_bucket_document(std::string_view const bucket) {
    std::string_view const base = bucket.substr(0, bucket.size() - std::string_view("--x-s3").size());
    std::string const zone(base.substr(base.rfind("--") + 2));
    std::string const type = std::ranges::count(zone, '-') == 1 ? "AvailabilityZone" : "LocalZone";
    return "<CreateBucketConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Location><Name>" + zone + "</Name><Type>" + type +
           "</Type></Location><Bucket><DataRedundancy>Single" + type +
           "</DataRedundancy><Type>Directory</Type></Bucket></CreateBucketConfiguration>";
}

std::string place_in_listing(std::string_view const entry) { return hex(md5("place of " + std::string(entry))); }

s3_reply create_session(s3_request const& request, s3_scene const& scene) {
    s3_session const fresh = scene.sessions.begin(request.bucket, scene.now + scene.session_lifetime);
    return xml_reply("<CreateSessionResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Credentials><SessionToken>" + fresh.token +
                     "</SessionToken><SecretAccessKey>" + fresh.secret_key + "</SecretAccessKey><AccessKeyId>" + fresh.access_key +
                     "</AccessKeyId><Expiration>" + iso_date(fresh.ends) + "</Expiration></Credentials></CreateSessionResult>");
}

}  // namespace sluice::inline v0::testing
