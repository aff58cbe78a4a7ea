#include "testing/http_reader.hpp"
#include "testing/s3_message.hpp"

#include "base/ascii.hpp"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <set>

namespace sluice::inline v0::testing {
namespace {

constexpr std::size_t key_limit = 1024;
constexpr std::array<std::string_view, 9> kept_by_choice{"x-amz-storage-class",
                                                         "x-amz-acl",
                                                         "x-amz-tagging",
                                                         "x-amz-server-side-encryption",
                                                         "x-amz-server-side-encryption-aws-kms-key-id",
                                                         "x-amz-server-side-encryption-context",
                                                         "x-amz-object-lock-mode",
                                                         "x-amz-object-lock-retain-until-date",
                                                         "x-amz-object-lock-legal-hold"};
constexpr std::size_t metadata_limit = 2 * 1024;

bool among(std::string_view const name, std::initializer_list<std::string_view> const names) {
    return std::ranges::find(names, name) != names.end();
}

void check_value(std::string const& name, std::string_view const value) {
    bool const ascii = std::ranges::all_of(value, [](char c) { return c >= ' ' && c < 0x7f; });
    bool const free_text = name.starts_with("x-amz-meta-") || name == "content-disposition";
    bool const tab = value.find('\t') != value.npos;
    if (!ascii && (tab || !free_text || !is_utf8(value))) throw refusal("header " + name + " holds bytes that are not printable ASCII");
}

/// Decodes what has exactly one right spelling, and refuses the others: a client that spells differently signs differently.
std::string decode(std::string_view const text, std::string_view const keep, char const* const what) {
    auto const decoded = percent_decode(text);
    if (!decoded || percent_encode(*decoded, keep) != text)
        throw refusal(std::string(what) + " not percent-encoded as it must be: '" + std::string(text) + "'", "InvalidURI");
    if (!is_utf8(*decoded) || decoded->find('\0') != decoded->npos)
        throw refusal(std::string(what) + " is not UTF-8 or holds a NUL: '" + std::string(text) + "'", "InvalidURI");
    return *decoded;
}

void parse_query(s3_request& request) {
    for (std::string_view rest = request.query;;) {
        auto const end = std::min(rest.find('&'), rest.size());
        auto const pair = rest.substr(0, end);
        auto const equals = std::min(pair.find('='), pair.size());
        std::string name = decode(pair.substr(0, equals), {}, "query parameter name");
        if (name.empty()) throw refusal("empty query parameter", "InvalidURI");
        if (request.has_parameter(name)) throw refusal("query parameter twice: " + name, "InvalidURI");
        std::string value = equals < pair.size() ? decode(pair.substr(equals + 1), {}, "query parameter value") : std::string();
        request.parameters.emplace_back(std::move(name), std::move(value));
        if (end == rest.size()) return;
        rest.remove_prefix(end + 1);
    }
}

std::string_view host_name(std::string_view host) {
    auto const colon = host.rfind(':');
    return colon == host.npos || host.ends_with(']') ? host : host.substr(0, colon);
}

bool is_of_copy(std::string_view const name, bool const copies, bool const whole, bool const part) {
    if (!copies) return false;
    if (among(name, {"x-amz-copy-source", "x-amz-copy-source-if-match"})) return true;
    return (whole && among(name, {"x-amz-metadata-directive", "x-amz-tagging-directive"})) || (part && name == "x-amz-copy-source-range");
}

bool is_of_customer_key(std::string_view const name, bool const possible, bool const copies) {
    constexpr std::string_view here = "x-amz-server-side-encryption-customer-";
    constexpr std::string_view there = "x-amz-copy-source-server-side-encryption-customer-";
    if (possible && name.starts_with(here)) return among(name.substr(here.size()), {"algorithm", "key", "key-md5"});
    if (copies && name.starts_with(there)) return among(name.substr(there.size()), {"algorithm", "key", "key-md5"});
    return false;
}

}  // namespace

void check_head(received_request const& raw) {
    std::set<std::string> seen;
    std::size_t metadata = 0;
    for (auto const& [field, value] : raw.headers) {
        std::string const name = base::lower(field);
        if (!seen.insert(name).second) throw refusal("header twice: " + name);
        check_value(name, value);
        if (name.starts_with("x-amz-meta-")) metadata += name.size() - std::string_view("x-amz-meta-").size() + value.size();
    }
    if (metadata > metadata_limit) throw refusal("user metadata over 2 KiB", "MetadataTooLarge");
    bool const length = seen.contains("content-length");
    if (seen.contains("expect") && raw.header("expect") != "100-continue") throw refusal("Expect other than 100-continue");
    if (seen.contains("expect") && (!length || raw.header("content-length") == "0")) throw refusal("Expect with an empty body");
    bool const writes = raw.method == "PUT" || raw.method == "POST";
    if (seen.contains("transfer-encoding")) throw refusal("Transfer-Encoding in a request", "MissingContentLength", 411);
    if (writes && !length) throw refusal("no Content-Length", "MissingContentLength", 411);
    if (!writes && length && raw.header("content-length") != "0") throw refusal("a body on " + raw.method);
}

s3_request parse_request(received_request& raw, std::string_view const domain) {
    s3_request request(raw);
    if (!raw.target.starts_with('/')) throw refusal("request target does not start with a slash", "InvalidURI");
    auto const question = std::min(raw.target.find('?'), raw.target.size());
    request.path = raw.target.substr(0, question);
    if (question < raw.target.size()) {
        request.query = raw.target.substr(question + 1);
        parse_query(request);
    }
    std::string const path = decode(request.path, "/", "path").substr(1);
    auto const host = host_name(raw.header("host"));
    if (host.size() > domain.size() + 1 && host.ends_with(domain) && host[host.size() - domain.size() - 1] == '.') {
        request.bucket = host.substr(0, host.size() - domain.size() - 1);
        request.key = path;
    } else {
        auto const slash = std::min(path.find('/'), path.size());
        request.bucket = path.substr(0, slash);
        if (slash < path.size()) request.key = path.substr(slash + 1);
    }
    if (request.key.size() > key_limit) throw refusal("the key is longer than 1024 bytes", "KeyTooLongError");
    return request;
}

void check_operation(s3_request const& request, bool const directory) {
    bool const of_object = !request.key.empty();
    bool const begins = of_object && request.is("POST") && request.has_parameter("uploads");
    bool const completes = of_object && request.is("POST") && !begins;
    bool const part = of_object && request.is("PUT") && request.has_parameter("partNumber");
    bool const put = of_object && request.is("PUT") && !part;
    bool const presigned = request.has_parameter("X-Amz-Signature");
    for (auto const& [name, value] : request.parameters) {
        if (presigned && (name.starts_with("X-Amz-") || (of_object && name.starts_with("response-")))) continue;
        bool const listing = request.is("GET") && request.has_parameter("list-type");
        bool const known = !of_object && ((request.is("GET") && name == "location" && request.parameters.size() == 1) ||
                                          (directory && request.is("GET") && name == "session" && request.parameters.size() == 1) ||
                                          (request.is("POST") && name == "delete") ||
                                          (listing && among(name, {"list-type", "prefix", "delimiter", "start-after", "continuation-token",
                                                                   "max-keys", "encoding-type", "fetch-owner"})));
        bool const of_upload = (begins && name == "uploads" && request.parameters.size() == 1) || (part && name == "partNumber") ||
                               ((part || completes || (of_object && request.is("DELETE"))) && name == "uploadId");
        bool const of_open_uploads =
            (!of_object && request.is("GET") && request.has_parameter("uploads") &&
             among(name, {"uploads", "prefix", "encoding-type", "key-marker", "upload-id-marker", "max-uploads"})) ||
            (of_object && request.is("GET") && request.has_parameter("uploadId") &&
             among(name, {"uploadId", "max-parts", "part-number-marker"}));
        bool const of_tags = of_object && name == "tagging" && request.parameters.size() == 1;
        if (!known && !of_upload && !of_open_uploads && !of_tags) throw refusal("unknown query parameter: " + name, "InvalidArgument");
    }
    bool const documents = !of_object && (request.is("PUT") || request.is("POST"));
    bool const copies = (put || part) && request.find_header("x-amz-copy-source") != nullptr;
    bool const reads = of_object && (request.is("GET") || request.is("HEAD"));
    bool const writes = put || completes || (of_object && request.is("DELETE") && request.parameters.empty());
    for (auto const& [field, value] : request.raw.headers) {
        std::string const name = base::lower(field);
        if (name.starts_with("x-amz-") && !among(name, {"x-amz-date", "x-amz-content-sha256", "x-amz-security-token"}) &&
            !(directory && name == "x-amz-s3session-token") &&
            !((put || part || completes || (directory && documents)) && name.starts_with("x-amz-checksum-") &&
              name != "x-amz-checksum-mode") &&
            !((put || part) && among(name, {"x-amz-trailer", "x-amz-decoded-content-length"})) &&
            !(begins && among(name, {"x-amz-checksum-algorithm", "x-amz-checksum-type"})) && !(reads && name == "x-amz-checksum-mode") &&
            !((put || begins) && (name.starts_with("x-amz-meta-") || std::ranges::find(kept_by_choice, name) != kept_by_choice.end())) &&
            !is_of_copy(name, copies, begins || put, part) &&
            !is_of_customer_key(name, reads || put || begins || part || completes, copies) && name != "x-amz-request-payer" &&
            !(!of_object && request.is("PUT") && name == "x-amz-bucket-object-lock-enabled"))
            throw refusal("unknown header: " + name);
        bool const condition_on_reads = among(name, {"range", "if-modified-since", "if-unmodified-since"});
        if (condition_on_reads && !reads) throw refusal(name + " on " + request.raw.method);
        if (among(name, {"if-match", "if-none-match"}) && !reads && !writes) throw refusal(name + " on " + request.raw.method);
        if (name == "if-range") throw refusal("If-Range is not for this server");
    }
}

}  // namespace sluice::inline v0::testing
