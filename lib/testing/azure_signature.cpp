#include "testing/azure_signature.hpp"

#include "testing/digest.hpp"
#include "testing/http_reader.hpp"

#include "base/ascii.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>

namespace sluice::inline v0::testing {
namespace {

constexpr std::array<std::string_view, 17> signature_parameters{"sv", "ss", "srt", "sp",   "st",   "se",   "sip",  "spr", "sig",
                                                                "sr", "si", "sdd", "rscc", "rscd", "rsce", "rscl", "rsct"};

service_problem failed(std::string why) { return refusal(std::move(why), "AuthenticationFailed", 403); }

std::string header(service_request const& request, std::string_view const name) {
    std::string const* const value = request.find_header(name);
    return value == nullptr ? std::string() : *value;
}

std::string parameter(service_request const& request, std::string_view const name) {
    std::string const* const value = request.find_parameter(name);
    return value == nullptr ? std::string() : *value;
}

/// As Microsoft's page "Authorize with Shared Key" has it, put together from its text.
std::string text_to_sign(service_request const& request, std::string const& account) {
    std::string text = request.raw.method + '\n';
    text += header(request, "Content-Encoding") + '\n' + header(request, "Content-Language") + '\n';
    std::string const length = header(request, "Content-Length");
    text += (length == "0" ? "" : length) + '\n';
    for (char const* const name :
         {"Content-MD5", "Content-Type", "Date", "If-Modified-Since", "If-Match", "If-None-Match", "If-Unmodified-Since", "Range"})
        text += header(request, name) + '\n';
    std::map<std::string, std::string> own;
    for (auto const& [name, value] : request.raw.headers)
        if (base::lower(name).starts_with("x-ms-")) own.emplace(base::lower(name), value);
    for (auto const& [name, value] : own) text += name + ':' + value + '\n';
    text += '/' + account + request.path;
    std::map<std::string, std::string> query;
    for (auto const& [name, value] : request.parameters) query.emplace(base::lower(name), value);
    for (auto const& [name, value] : query) text += '\n' + name + ':' + value;
    return text;
}

void check_date(service_request const& request, azure_gate const& gate) {
    auto const date = parse_http_date(header(request, "x-ms-date"));
    if (!date) throw failed("no x-ms-date, or one that is none");
    auto const off = *date > gate.now ? *date - gate.now : gate.now - *date;
    // Not a mistake of the client: its clock may be wrong.
    if (off > std::chrono::minutes(15))
        throw service_problem(403, "AuthenticationFailed", "Request date header too old or too far in the future");
}

void verify_shared_key(service_request const& request, std::string_view given, azure_gate const& gate) {
    check_date(request, gate);
    auto const colon = std::min(given.find(':'), given.size());
    if (given.substr(0, colon) != gate.account) throw failed("SharedKey of another account");
    auto const key = from_base64(gate.key);
    std::string const text = text_to_sign(request, gate.account);
    if (colon == given.size() || given.substr(colon + 1) != base64(hmac_sha256(*key, text)))
        throw failed("the signature is not that of the key; the text that is to be signed: '" + text + "'");
}

/// The letters of what is asked for: r read, w write, d delete, l list, c create.
char needed_permission(service_request const& request, azure_target const& target) {
    bool const reads = request.is("GET") || request.is("HEAD");
    if (reads && target.blob.empty()) return 'l';
    if (reads) return 'r';
    return request.is("DELETE") ? 'd' : 'w';
}

std::string text_of_service_signature(service_request const& request, azure_target const& target, azure_gate const& gate) {
    std::string const resource = parameter(request, "sr");
    std::string named = "/blob/" + gate.account + '/' + target.container;
    if (resource == "b") named += '/' + target.blob;
    std::string text;
    for (std::string const& line :
         {parameter(request, "sp"), parameter(request, "st"), parameter(request, "se"), named, parameter(request, "si"),
          parameter(request, "sip"), parameter(request, "spr"), parameter(request, "sv"), resource, std::string(), std::string(),
          parameter(request, "rscc"), parameter(request, "rscd"), parameter(request, "rsce"), parameter(request, "rscl")})
        text += line + '\n';
    return text + parameter(request, "rsct");
}

std::string text_of_account_signature(service_request const& request, azure_gate const& gate) {
    std::string text = gate.account + '\n';
    for (char const* const name : {"sp", "ss", "srt", "st", "se", "sip", "spr", "sv"}) text += parameter(request, name) + '\n';
    return text + '\n';  // of an encryption scope
}

void verify_signature(service_request const& request, azure_target const& target, azure_gate const& gate) {
    bool const of_account = request.has_parameter("ss");
    auto const key = from_base64(gate.key);
    std::string const text = of_account ? text_of_account_signature(request, gate) : text_of_service_signature(request, target, gate);
    if (parameter(request, "sig") != base64(hmac_sha256(*key, text)))
        throw failed("the shared access signature is not that of the key; the text that is to be signed: '" + text + "'");
    std::string const ends = parameter(request, "se");
    // Not mistakes of the client: signatures expire, and are made for less than is tried.
    if (ends.empty() || ends <= iso_date(gate.now).substr(0, 19) + 'Z')
        throw service_problem(403, "AuthenticationFailed", "Signature not valid in the specified time frame");
    if (parameter(request, "comp") == "batch") return;  // each of its requests is looked at by itself
    if (parameter(request, "sp").find(needed_permission(request, target)) == std::string::npos)
        throw service_problem(403, "AuthorizationPermissionMismatch",
                              "This request is not authorized to perform this operation using this permission.");
}

}  // namespace

bool is_of_signature(std::string_view const parameter) noexcept {
    return std::ranges::find(signature_parameters, parameter) != signature_parameters.end();
}

void verify_access(service_request const& request, azure_target const& target, azure_gate const& gate) {
    std::string const version = header(request, "x-ms-version");
    if (gate.part && !version.empty()) throw refusal("x-ms-version in a request of a batch", "InvalidHeaderValue");
    if (!gate.part && version < "2021-02-12") throw refusal("no x-ms-version, or one that is too old", "InvalidHeaderValue");
    std::string const by = header(request, "Authorization");
    if (request.has_parameter("sig")) {
        if (!by.empty()) throw failed("a signature in the query and a header Authorization");
        return verify_signature(request, target, gate);
    }
    if (by.starts_with("SharedKey ")) return verify_shared_key(request, std::string_view(by).substr(10), gate);
    if (!by.starts_with("Bearer ")) throw service_problem(401, "NoAuthenticationInformation", "Server failed to authenticate the request.");
    if (gate.tokens.contains(by.substr(7))) return;
    service_problem expired(401, "InvalidAuthenticationInfo", "Lifetime validation failed. The token is expired.");
    expired.headers.emplace_back("WWW-Authenticate", "Bearer authorization_uri=https://login.test/common");
    throw expired;
}

}  // namespace sluice::inline v0::testing
