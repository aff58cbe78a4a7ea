#include "auth/azure_requests.hpp"

#include "auth/jwt.hpp"
#include "auth/token_form.hpp"
#include "base/percent.hpp"
#include "codec/json.hpp"
#include "net/route.hpp"

#include <algorithm>
#include <utility>

namespace sluice::inline v0::auth {

namespace {

constexpr std::string_view assertion_type = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

failure refused(std::string what) { return {errc::invalid_argument, std::move(what)}; }

/// What tenants and clients consist of: GUIDs, and names of domains.
bool is_id(std::string_view const text) noexcept {
    return !text.empty() && std::ranges::all_of(text, [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '.';
    });
}

std::string seconds_text(std::chrono::system_clock::time_point const when) {
    return std::to_string(std::chrono::duration_cast<std::chrono::seconds>(when.time_since_epoch()).count());
}

std::string machine_service(surroundings const& around) {
    std::string host = around.variable("AZURE_POD_IDENTITY_AUTHORITY_HOST");
    if (host.empty()) host = "http://169.254.169.254";
    while (host.ends_with('/')) host.pop_back();
    return host + "/metadata/identity/oauth2/token?api-version=2018-02-01";
}

std::string asking(std::string_view const scope, std::string_view const client) {
    std::string query = "&resource=" + base::percent_encode(azure_resource(scope));
    if (!client.empty()) query += "&client_id=" + base::percent_encode(client);
    return query;
}

}  // namespace

result<azure_endpoint> azure_endpoint_of(azure_application const& who, std::string const& authority, std::string const& scope,
                                         way_out const& by) {
    if (!is_id(who.tenant)) return refused("the tenant of Entra ID must be a GUID or the name of a domain");
    if (!is_id(who.client)) return refused("the client of Entra ID must be a GUID");
    azure_endpoint made;
    made.url = authority.empty() ? "https://login.microsoftonline.com" : authority;
    if (made.url.find("://") == std::string::npos) made.url.insert(0, "https://");
    while (made.url.ends_with('/')) made.url.pop_back();
    made.url += '/' + who.tenant + "/oauth2/v2.0/token";
    auto to = parse_web_address(made.url, "the authority of Entra ID");
    if (!to) return to.error();
    if (!to->tls && !net::is_loopback(to->host)) return refused("the authority of Entra ID must be https, or on this machine");
    made.to = *std::move(to);
    made.client = who.client;
    made.scope = scope;
    made.by = by;
    return made;
}

key_request client_secret_request(azure_endpoint const& at, std::string_view const secret) {
    return form_request(
        at.to, token_form({{"grant_type", "client_credentials"}, {"client_id", at.client}, {"scope", at.scope}, {"client_secret", secret}}),
        at.by);
}

key_request client_assertion_request(azure_endpoint const& at, std::string_view const assertion) {
    return form_request(at.to,
                        token_form({{"grant_type", "client_credentials"},
                                    {"client_id", at.client},
                                    {"scope", at.scope},
                                    {"client_assertion_type", assertion_type},
                                    {"client_assertion", assertion}}),
                        at.by);
}

result<std::string> client_assertion(azure_endpoint const& at, base::signing_identity const& by, std::string_view const id,
                                     std::chrono::system_clock::time_point const now) {
    codec::json_object header;
    header.add("alg", "PS256");
    header.add("typ", "JWT");
    header.add("x5t#S256", base::base64url_encode(by.thumbprint));
    codec::json_object claims;
    claims.add("aud", at.url);
    claims.add("iss", at.client);
    claims.add("sub", at.client);
    claims.add("jti", id);
    claims.add_raw("nbf", seconds_text(now));
    claims.add_raw("iat", seconds_text(now));
    claims.add_raw("exp", seconds_text(now + std::chrono::minutes(10)));
    return signed_jwt(header.text(), claims.text(), by.key, base::rsa_padding::pss);
}

std::string azure_resource(std::string_view scope) {
    constexpr std::string_view suffix = "/.default";
    if (scope.ends_with(suffix)) scope.remove_suffix(suffix.size());
    return std::string(scope);
}

result<key_request> managed_identity_request(surroundings const& around, std::string_view const scope, std::string_view const client) {
    std::string const endpoint = around.variable("IDENTITY_ENDPOINT"), header = around.variable("IDENTITY_HEADER");
    bool const app_service = !endpoint.empty() && !header.empty();
    if (app_service && !around.variable("IDENTITY_SERVER_THUMBPRINT").empty())
        return refused("IDENTITY_SERVER_THUMBPRINT is set: managed identities of Service Fabric are not supported");
    if (!endpoint.empty() && !app_service)
        return refused("IDENTITY_ENDPOINT is set, but IDENTITY_HEADER is not: Azure Arc is not supported");
    std::string url = app_service ? endpoint + "?api-version=2019-08-01" : machine_service(around);
    auto to = parse_web_address(url + asking(scope, client), app_service ? "IDENTITY_ENDPOINT" : "AZURE_POD_IDENTITY_AUTHORITY_HOST");
    if (!to) return to.error();
    key_request request;
    request.to = *std::move(to);
    request.headers.add(app_service ? "X-IDENTITY-HEADER" : "Metadata", app_service ? header : "true");
    request.attempts = 6;
    request.busy = {404, 410};  // the service is being updated, which may take a minute
    request.pauses.base = std::chrono::seconds(2);
    return request;
}

result<key_request> managed_identity_probe(surroundings const& around) {
    auto to = parse_web_address(machine_service(around), "AZURE_POD_IDENTITY_AUTHORITY_HOST");
    if (!to) return to.error();
    key_request request;
    request.to = *std::move(to);
    request.limit = std::chrono::seconds(1);
    request.attempts = 1;
    return request;
}

}  // namespace sluice::inline v0::auth
