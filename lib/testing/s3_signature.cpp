#include "testing/s3_signature.hpp"

#include "testing/digest.hpp"
#include "testing/http_reader.hpp"

#include <algorithm>

namespace sluice::inline v0::testing {
namespace {

constexpr std::string_view algorithm = "AWS4-HMAC-SHA256";
constexpr std::chrono::minutes skew_limit{15};

struct authorization {
    std::string access_key, date, region, service;
    std::vector<std::string> signed_headers;
    std::string signature;
};

s3_problem malformed(std::string why) {
    return refusal("The authorization header is malformed; " + std::move(why), "AuthorizationHeaderMalformed");
}

std::vector<std::string> split(std::string_view const text, char const separator) {
    std::vector<std::string> parts(1);
    for (char const c : text) {
        if (c == separator) {
            parts.emplace_back();
        } else {
            parts.back() += c;
        }
    }
    return parts;
}

bool is_lower_hex64(std::string_view const text) { return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == text.npos; }

/// Takes "NAME=value" off the front, up to the next comma.
std::string take_part(std::string_view& rest, std::string_view const name) {
    while (rest.starts_with(' ')) rest.remove_prefix(1);
    auto const end = std::min(rest.find(','), rest.size());
    auto const part = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (!part.starts_with(name) || part.size() <= name.size() || part[name.size()] != '=') throw malformed("no " + std::string(name));
    return std::string(part.substr(name.size() + 1));
}

authorization parse_authorization(std::string_view rest) {
    if (!rest.starts_with(algorithm) || rest.size() <= algorithm.size() || rest[algorithm.size()] != ' ')
        throw malformed("the algorithm is not " + std::string(algorithm));
    rest.remove_prefix(algorithm.size() + 1);
    authorization out;
    auto const scope = split(take_part(rest, "Credential"), '/');
    out.signed_headers = split(take_part(rest, "SignedHeaders"), ';');
    out.signature = take_part(rest, "Signature");
    if (!rest.empty()) throw malformed("something follows the signature");
    if (scope.size() != 5 || scope[4] != "aws4_request") throw malformed("the credential is not KEY/DATE/REGION/SERVICE/aws4_request");
    if (!is_lower_hex64(out.signature)) throw malformed("the signature is not 64 lower-case hex digits");
    if (!std::ranges::is_sorted(out.signed_headers) || std::ranges::adjacent_find(out.signed_headers) != out.signed_headers.end())
        throw malformed("the signed headers are not sorted or one comes twice");
    out.access_key = scope[0];
    out.date = scope[1];
    out.region = scope[2];
    out.service = scope[3];
    return out;
}

/// The host, every x-amz header and Content-MD5 change what a request does, so they must be under the signature.
void check_signed(s3_request const& request, authorization const& given) {
    auto const is_signed = [&](std::string_view name) {
        return std::ranges::any_of(given.signed_headers, [&](std::string const& s) { return same_name(s, name); });
    };
    for (auto const& [name, value] : request.raw.headers) {
        bool const must = same_name(name, "host") || same_name(name, "content-md5") || same_name(name.substr(0, 6), "x-amz-");
        if (must && !is_signed(name))
            throw refusal("There were headers present in the request which were not signed: " + name, "AccessDenied", 403);
    }
}

std::string canonical_query(s3_request const& request) {
    std::vector<std::string> pairs;
    header_list sorted;
    for (auto const& [name, value] : request.parameters) sorted.emplace_back(percent_encode(name), percent_encode(value));
    std::ranges::sort(sorted);
    std::string out;
    for (auto const& [name, value] : sorted) {
        if (!out.empty()) out += '&';
        out += name + '=' + value;
    }
    return out;
}

std::string canonical_request(s3_request const& request, authorization const& given, std::string_view const payload) {
    std::string headers, names;
    for (std::string const& name : given.signed_headers) {
        std::string const* const value = request.find_header(name);
        if (value == nullptr || name.find_first_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ") != name.npos)
            throw malformed("signed header absent or not in lower case: " + name);
        headers += name + ':' + canonical_value(*value) + '\n';
        names += (names.empty() ? "" : ";") + name;
    }
    // Only one spelling of a path gets this far, so it needs no encoding of its own.
    return request.raw.method + '\n' + request.path + '\n' + canonical_query(request) + '\n' + headers + '\n' + names + '\n' +
           std::string(payload);
}

std::string const& payload_hash(s3_request const& request) {
    std::string const* const given = request.find_header("x-amz-content-sha256");
    if (given == nullptr) throw refusal("Missing required header for this request: x-amz-content-sha256");
    if (*given == "UNSIGNED-PAYLOAD" || *given == "STREAMING-UNSIGNED-PAYLOAD-TRAILER" ||
        *given == "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER")
        return *given;
    if (!is_lower_hex64(*given)) throw refusal("x-amz-content-sha256 must be UNSIGNED-PAYLOAD or a hash", "InvalidArgument");
    return *given;
}

void check_scope(authorization const& given, s3_gate const& gate) {
    std::string const& region = gate.region;
    if (given.service != gate.service) throw malformed("the service is not " + gate.service + " but " + given.service);
    if (given.region == region) return;
    // Not a refusal: how a client is told the right region.
    s3_problem problem(400, "AuthorizationHeaderMalformed",
                       "The authorization header is malformed; the region '" + given.region + "' is wrong; expecting '" + region + "'");
    problem.headers.emplace_back("x-amz-bucket-region", region);
    problem.elements = "<Region>" + xml_escape(region) + "</Region>";
    throw problem;
}

std::string check_time(s3_request const& request, authorization const& given, unix_seconds const now) {
    std::string const* const stamp = request.find_header("x-amz-date");
    if (stamp == nullptr) throw refusal("AWS authentication requires a valid x-amz-date header", "AccessDenied", 403);
    auto const time = parse_amz_date(*stamp);
    if (!time) throw refusal("x-amz-date is not YYYYMMDDTHHMMSSZ: " + *stamp, "AccessDenied", 403);
    if (!stamp->starts_with(given.date) || given.date.size() != 8) throw malformed("the credential's date is not that of x-amz-date");
    if (*time > now + skew_limit || *time < now - skew_limit)
        throw s3_problem(403, "RequestTimeTooSkewed", "The difference between the request time and the current time is too large.");
    return *stamp;
}

void check_token(s3_request const& request, s3_gate const& gate) {
    std::string const* const token = request.find_header(gate.token_header);
    if ((token == nullptr ? std::string() : *token) == gate.session_token) return;
    if (token != nullptr && gate.expired_tokens.contains(*token)) throw s3_problem(400, "ExpiredToken", "The provided token has expired.");
    throw refusal("The provided token is malformed or otherwise invalid.", "InvalidToken");
}

std::string key_of(authorization const& given, s3_gate const& gate) {
    std::string key = "AWS4" + gate.secret_key;
    for (std::string_view const step :
         {std::string_view(given.date), std::string_view(gate.region), std::string_view(gate.service), std::string_view("aws4_request")})
        key = hmac_sha256(key, step);
    return key;
}

}  // namespace

std::string canonical_value(std::string_view const value) {
    std::string out;
    for (char const c : value)
        if (c != ' ' || (!out.empty() && out.back() != ' ')) out += c;
    while (out.ends_with(' ')) out.pop_back();
    return out;
}

s3_chunk_chain chunk_chain_of(s3_request const& request, s3_gate const& gate) {
    std::string const* const header = request.find_header("authorization");
    if (header == nullptr) throw refusal("signed chunks of a request that is not signed", "AccessDenied", 403);
    authorization const given = parse_authorization(*header);
    std::string const where =
        *request.find_header("x-amz-date") + '\n' + given.date + '/' + gate.region + '/' + gate.service + "/aws4_request\n";
    return {key_of(given, gate), where, given.signature};
}

void s3_chunk_chain::follow(std::string_view const algorithm_name, std::string_view const digests, std::string_view const given) {
    std::string const next = hex(hmac_sha256(key, std::string(algorithm_name) + '\n' + where + previous + '\n' + std::string(digests)));
    if (given != next)
        throw refusal("The chunk signature we calculated does not match the one you provided.", "SignatureDoesNotMatch", 403);
    previous = next;
}

void verify_signature(s3_request const& request, s3_gate const& gate) {
    if (request.has_parameter("X-Amz-Signature")) return verify_presigned(request, gate);
    std::string const* const header = request.find_header("authorization");
    if (header == nullptr) {
        if (gate.allow_anonymous) return;
        throw refusal("Access Denied: the request is not signed", "AccessDenied", 403);
    }
    authorization const given = parse_authorization(*header);
    check_signed(request, given);
    if (given.access_key != gate.access_key)
        throw refusal("The AWS Access Key Id you provided does not exist in our records.", "InvalidAccessKeyId", 403);
    check_scope(given, gate);
    std::string const stamp = check_time(request, given, gate.now);
    check_token(request, gate);
    std::string const scope = given.date + '/' + gate.region + '/' + gate.service + "/aws4_request";
    std::string const canonical = canonical_request(request, given, payload_hash(request));
    std::string const to_sign = std::string(algorithm) + '\n' + stamp + '\n' + scope + '\n' + hex(sha256(canonical));
    if (hex(hmac_sha256(key_of(given, gate), to_sign)) == given.signature) return;
    s3_problem problem =
        refusal("The request signature we calculated does not match the signature you provided.", "SignatureDoesNotMatch", 403);
    problem.elements =
        "<StringToSign>" + xml_escape(to_sign) + "</StringToSign><CanonicalRequest>" + xml_escape(canonical) + "</CanonicalRequest>";
    throw problem;
}

void verify_payload(s3_request const& request) {
    std::string const* const given = request.find_header("x-amz-content-sha256");
    if (given == nullptr || !is_lower_hex64(*given) || *given == hex(sha256(request.raw.body))) return;
    throw refusal("The provided 'x-amz-content-sha256' header does not match what was computed.", "XAmzContentSHA256Mismatch");
}

}  // namespace sluice::inline v0::testing
