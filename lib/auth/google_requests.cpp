#include "auth/google_requests.hpp"

#include "auth/document_text.hpp"
#include "auth/jwt.hpp"
#include "auth/key_documents.hpp"
#include "auth/sigv4.hpp"
#include "auth/token_form.hpp"
#include "base/percent.hpp"
#include "codec/json.hpp"

#include <utility>

namespace sluice::inline v0::auth {

namespace {

using codec::json_object;

std::string seconds_text(wall_time const when) {
    return std::to_string(std::chrono::duration_cast<std::chrono::seconds>(when.time_since_epoch()).count());
}

result<key_request> to_metadata(std::string_view const host, std::string target) {
    auto to = parse_web_address("http://" + std::string(host), "GCE_METADATA_HOST");
    if (!to) return to.error();
    key_request request;
    request.to = *std::move(to);
    request.to.target = std::move(target);
    request.headers.add("Metadata-Flavor", "Google");
    return request;
}

std::string quoted(std::string_view const text) {
    std::string out;
    codec::json_quote(out, text);
    return out;
}

bool is_signed_for_google(std::string_view const name) noexcept {
    return base::equal_ignoring_case(name, "host") || base::equal_ignoring_case(name, "x-amz-date") ||
           base::equal_ignoring_case(name, "x-amz-security-token") || base::equal_ignoring_case(name, "x-goog-cloud-target-resource");
}

}  // namespace

result<std::string> service_account_assertion(service_account const& account, std::string_view const scope, wall_time const now) {
    json_object header;
    header.add("alg", "RS256");
    header.add("typ", "JWT");
    if (!account.key_id.empty()) header.add("kid", account.key_id);
    json_object claims;
    claims.add("iss", account.email);
    claims.add("scope", scope);
    claims.add("aud", account.token_uri_text);
    claims.add_raw("iat", seconds_text(now));
    claims.add_raw("exp", seconds_text(now + std::chrono::hours(1)));
    return signed_jwt(header.text(), claims.text(), account.key, base::rsa_padding::pkcs1);
}

key_request assertion_request(service_account const& account, std::string_view const assertion, way_out const& by) {
    return form_request(account.token_uri,
                        token_form({{"grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"}, {"assertion", assertion}}), by);
}

key_request refresh_request(authorized_user const& user, way_out const& by) {
    std::string_view const id = user.by_header ? std::string_view() : user.client_id;
    std::string_view const secret = user.by_header ? std::string_view() : user.client_secret;
    key_request request = form_request(
        user.token_uri,
        token_form({{"grant_type", "refresh_token"}, {"client_id", id}, {"client_secret", secret}, {"refresh_token", user.refresh_token}}),
        by);
    if (user.by_header) request.headers.add("Authorization", basic_authorization(user.client_id, user.client_secret));
    return request;
}

key_request exchange_request(external_account const& account, std::string_view const subject_token, std::string_view const scope,
                             way_out const& by) {
    json_object project;
    project.add("userProject", account.workforce_project);
    bool const names_project = account.client_id.empty() && !account.workforce_project.empty();
    std::string const options = names_project ? project.text() : std::string();
    key_request request = form_request(account.token_uri,
                                       token_form({{"grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"},
                                                   {"audience", account.audience},
                                                   {"scope", scope},
                                                   {"requested_token_type", "urn:ietf:params:oauth:token-type:access_token"},
                                                   {"subject_token_type", account.subject_token_type},
                                                   {"subject_token", subject_token},
                                                   {"options", options}}),
                                       by);
    if (!account.client_id.empty()) request.headers.add("Authorization", basic_authorization(account.client_id, account.client_secret));
    return request;
}

key_request impersonation_request(impersonation const& as, std::string_view const scope, std::string_view const token, way_out const& by) {
    json_object body;
    std::vector<std::string> delegates;
    for (std::string const& one : as.delegates) delegates.push_back(quoted(one));
    if (!delegates.empty()) body.add_raw("delegates", codec::json_array(delegates));
    body.add_raw("scope", codec::json_array({quoted(scope)}));
    body.add("lifetime", std::to_string(as.lifetime.count()) + 's');
    key_request request;
    request.method = "POST";
    request.to = as.to;
    request.headers.add("Content-Type", "application/json");
    request.headers.add("Accept", "application/json");
    request.headers.add("Authorization", "Bearer " + std::string(token));
    request.body = body.text();
    request.ca_file = by.ca_file;
    request.network = by.network;
    request.limit = std::chrono::seconds(10);
    return request;
}

result<key_request> metadata_request(std::string_view const host, std::string_view const scope) {
    return to_metadata(host, "/computeMetadata/v1/instance/service-accounts/default/token?scopes=" + base::percent_encode(scope));
}

result<key_request> metadata_probe(std::string_view const host) {
    auto request = to_metadata(host, "/");
    if (!request) return request;
    request->limit = std::chrono::seconds(1);
    return request;
}

result<std::string> aws_subject_token(credentials const& keys, std::string_view const region, external_account const& account,
                                      wall_time const now) {
    std::string url = account.subject.verification_url;
    for (std::size_t at = url.find("{region}"); at != url.npos; at = url.find("{region}", at + region.size())) url.replace(at, 8, region);
    auto const to = parse_web_address(url, "regional_cred_verification_url");
    if (!to) return to.error();
    http::request request;
    request.method = "POST";
    request.target = to->target;
    request.headers.add("host", to->authority());
    request.headers.add("x-goog-cloud-target-resource", account.audience);
    sigv4_signer("sts").sign(request, keys, region, now, empty_payload_hash, is_signed_for_google);
    std::vector<std::string> headers;
    for (std::size_t i = 0; i < request.headers.size(); ++i) {
        auto const [name, value] = request.headers[i];
        if (name == "x-amz-content-sha256") continue;  // not signed: Google takes only the headers it knows
        json_object one;
        one.add("key", name);
        one.add("value", value);
        headers.push_back(one.text());
    }
    json_object whole;
    whole.add("url", url);
    whole.add("method", request.method);
    whole.add_raw("headers", codec::json_array(headers));
    return base::percent_encode(whole.text());
}

result<std::string> parse_executable_token(std::string_view const text, bool const must_expire, wall_time const now) {
    auto const document = codec::json_document::parse(text, key_document_limit);
    if (!document) return document.error();
    auto const broken = [](char const* what) { return failure(errc::protocol, what); };
    if (document->integer({"version"}) != 1) return broken("the document has no version 1");
    auto const success = document->boolean({"success"});
    if (!success) return broken("the document says neither success nor failure");
    auto const text_of = [&](std::string_view name) { return document->text({name}).value_or(""); };
    if (!*success) return failure(errc::unauthenticated, "the executable says " + bounded(text_of("code") + ": " + text_of("message")));
    auto const end = document->integer({"expiration_time"});
    if (!end && must_expire) return broken("the document has no expiration_time, which it must have beside an output_file");
    auto const seconds_now = std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
    if (end && *end <= seconds_now) return failure(errc::unauthenticated, "the token of the executable has expired");
    std::string const type = text_of("token_type");
    bool const saml = type == "urn:ietf:params:oauth:token-type:saml2";
    if (!saml && type != "urn:ietf:params:oauth:token-type:id_token" && type != "urn:ietf:params:oauth:token-type:jwt")
        return broken("the document has a token_type that is not supported");
    std::string token = text_of(saml ? "saml_response" : "id_token");
    if (token.empty()) return broken("the document has no token");
    return token;
}

result<std::string> subject_token_in(std::string text, std::string const& member) {
    if (member.empty()) {
        if (text.empty()) return failure(errc::protocol, "the document is empty");
        return text;
    }
    auto const document = codec::json_document::parse(text, key_document_limit);
    if (!document) return document.error();
    std::string token = document->text({member}).value_or("");
    if (token.empty()) return failure(errc::protocol, "the document has no member that subject_token_field_name names");
    return token;
}

}  // namespace sluice::inline v0::auth
