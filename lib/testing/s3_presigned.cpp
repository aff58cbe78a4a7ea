// Requests that somebody else signed before: the signature is in the query.
#include "testing/digest.hpp"
#include "testing/s3_signature.hpp"
#include "testing/s3_text.hpp"

#include <algorithm>
#include <charconv>

namespace sluice::inline v0::testing {
namespace {

std::string needed(s3_request const& request, std::string_view const name) {
    std::string const* const value = request.find_parameter(name);
    if (value == nullptr) throw refusal("Query-string authentication requires " + std::string(name), "AuthorizationQueryParametersError");
    return *value;
}

void check_age(s3_request const& request, unix_seconds const now) {
    std::string const text = needed(request, "X-Amz-Expires");
    unsigned seconds = 0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
    bool const good = error == std::errc() && end == text.data() + text.size() && seconds >= 1 && seconds <= 604'800;
    if (!good) throw refusal("X-Amz-Expires must be 1 to 604800", "AuthorizationQueryParametersError");
    auto const begun = parse_amz_date(needed(request, "X-Amz-Date"));
    if (!begun) throw refusal("X-Amz-Date is none", "AuthorizationQueryParametersError");
    if (now > *begun + std::chrono::seconds(seconds)) throw s3_problem(403, "AccessDenied", "Request has expired");
}

std::string canonical_query(s3_request const& request) {
    header_list sorted;
    for (auto const& [name, value] : request.parameters)
        if (name != "X-Amz-Signature") sorted.emplace_back(percent_encode(name), percent_encode(value));
    std::ranges::sort(sorted);
    std::string out;
    for (auto const& [name, value] : sorted) out += (out.empty() ? "" : "&") + name + '=' + value;
    return out;
}

/// The lines of the signed headers; each must be there.
std::string canonical_headers(s3_request const& request, std::string_view names) {
    std::string lines;
    while (!names.empty()) {
        std::string const name(names.substr(0, names.find(';')));
        names.remove_prefix(std::min(name.size() + 1, names.size()));
        std::string const* const value = request.find_header(name);
        if (value == nullptr) throw s3_problem(403, "SignatureDoesNotMatch", "a signed header was not sent: " + name);
        lines += name + ':' + canonical_value(*value) + '\n';
    }
    return lines;
}

}  // namespace

void verify_presigned(s3_request const& request, s3_gate const& gate) {
    if (request.find_header("authorization") != nullptr) throw refusal("Only one auth mechanism allowed", "InvalidArgument");
    if (needed(request, "X-Amz-Algorithm") != "AWS4-HMAC-SHA256") throw refusal("unknown algorithm", "AuthorizationQueryParametersError");
    std::string const date = needed(request, "X-Amz-Date").substr(0, 8), names = needed(request, "X-Amz-SignedHeaders");
    std::string const scope = date + '/' + gate.region + '/' + gate.service + "/aws4_request";
    if (needed(request, "X-Amz-Credential") != gate.access_key + '/' + scope)
        throw s3_problem(403, "InvalidAccessKeyId", "The credential is not of this service");
    std::string const* const token = request.find_parameter(gate.token_parameter);
    if (token != nullptr && gate.expired_tokens.contains(*token)) throw s3_problem(400, "ExpiredToken", "The provided token has expired.");
    if ((token == nullptr ? std::string() : *token) != gate.session_token) throw s3_problem(400, "InvalidToken", "The token is another");
    check_age(request, gate.now);
    std::string const canonical = request.raw.method + '\n' + request.path + '\n' + canonical_query(request) + '\n' +
                                  canonical_headers(request, names) + '\n' + names + "\nUNSIGNED-PAYLOAD";
    std::string const to_sign = "AWS4-HMAC-SHA256\n" + needed(request, "X-Amz-Date") + '\n' + scope + '\n' + hex(sha256(canonical));
    std::string key = "AWS4" + gate.secret_key;
    for (std::string_view const step :
         {std::string_view(date), std::string_view(gate.region), std::string_view(gate.service), std::string_view("aws4_request")})
        key = hmac_sha256(key, step);
    if (hex(hmac_sha256(key, to_sign)) != needed(request, "X-Amz-Signature"))
        throw s3_problem(403, "SignatureDoesNotMatch", "The request signature we calculated does not match the signature you provided.");
}

}  // namespace sluice::inline v0::testing
