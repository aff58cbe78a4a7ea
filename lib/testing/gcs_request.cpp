#include "testing/digest.hpp"
#include "testing/gcs_desk.hpp"
#include "testing/http_reader.hpp"

#include <algorithm>
#include <charconv>

namespace sluice::inline v0::testing {
namespace {

using kind = gcs_target::kind;

std::vector<std::string_view> segments_of(std::string_view path) {
    std::vector<std::string_view> all;
    while (path.starts_with('/')) {
        path.remove_prefix(1);
        auto const end = std::min(path.find('/'), path.size());
        all.push_back(path.substr(0, end));
        path.remove_prefix(end);
    }
    return all;
}

/// A name in a path: every byte that is not unreserved is percent-encoded, and in upper case.
std::string decoded(std::string_view const segment) {
    auto const plain = percent_decode(segment);
    if (!plain || plain->empty() || percent_encode(*plain) != segment)
        throw refusal("a name that is not spelt as it should be: " + std::string(segment), "invalid");
    if (!is_utf8(*plain) || plain->find_first_of(std::string_view("\r\n\0", 3)) != plain->npos)
        throw refusal("a name that no object can have", "invalid");
    return *plain;
}

/// Names between blanks.
std::string_view known_parameters(service_request const& request, kind const what) {
    switch (what) {
    case kind::buckets: return "project maxResults pageToken prefix";
    case kind::bucket: return {};
    case kind::objects: return "delimiter maxResults pageToken prefix projection startOffset";
    case kind::object: return request.is("DELETE") ? "generation ifGenerationMatch" : "alt generation";
    case kind::compose: return "ifGenerationMatch ifMetagenerationMatch ifGenerationNotMatch kmsKeyName destinationPredefinedAcl";
    case kind::rewrite:
        return "sourceGeneration maxBytesRewrittenPerCall rewriteToken ifGenerationMatch ifMetagenerationMatch ifGenerationNotMatch "
               "destinationKmsKeyName destinationPredefinedAcl";
    case kind::upload: return "uploadType ifGenerationMatch ifMetagenerationMatch ifGenerationNotMatch kmsKeyName predefinedAcl";
    case kind::session: break;
    }
    return "uploadType upload_id";
}

constexpr std::string_view known_headers =
    "x-goog-user-project x-goog-api-key x-goog-encryption-algorithm x-goog-encryption-key x-goog-encryption-key-sha256 "
    "x-goog-copy-source-encryption-algorithm x-goog-copy-source-encryption-key x-goog-copy-source-encryption-key-sha256";

bool is_among(std::string_view const word, std::string_view words) {
    while (!words.empty()) {
        auto const end = std::min(words.find(' '), words.size());
        if (same_name(words.substr(0, end), word)) return true;
        words.remove_prefix(std::min(words.size(), end + 1));
    }
    return false;
}

gcs_target object_target(std::vector<std::string_view> const& path, gcs_target target) {
    target.what = kind::object;
    target.key = decoded(path[5]);
    if (path.size() == 7 && path[6] == "compose") target.what = kind::compose;
    bool const rewrites = path.size() == 11 && path[6] == "rewriteTo" && path[7] == "b" && path[9] == "o";
    if (rewrites) {
        target.what = kind::rewrite;
        target.to_bucket = decoded(path[8]);
        target.to_key = decoded(path[10]);
    }
    bool const known = path.size() == 6 || target.what != kind::object;
    if (!known) throw refusal("no path of the API", "notFound", 404);
    return target;
}

}  // namespace

gcs_target target_of(service_request const& request) {
    std::vector<std::string_view> path = segments_of(request.path);
    gcs_target target;
    bool const upload = !path.empty() && path.front() == "upload";
    if (upload) path.erase(path.begin());
    bool const api = path.size() >= 3 && path[0] == "storage" && path[1] == "v1" && path[2] == "b";
    bool const with_objects = path.size() >= 5 && path[4] == "o";
    if (!api || (path.size() > 4 && !with_objects) || (upload && path.size() != 5)) throw refusal("no path of the API", "notFound", 404);
    if (path.size() == 3) return target;
    target.bucket = decoded(path[3]);
    target.what = with_objects ? kind::objects : kind::bucket;
    if (upload) target.what = request.has_parameter("upload_id") ? kind::session : kind::upload;
    return path.size() > 5 ? object_target(path, target) : target;
}

void check_words(service_request const& request, gcs_target const& target) {
    for (auto const& [name, value] : request.parameters)
        if (!is_among(name, known_parameters(request, target.what))) throw refusal("unknown parameter: " + name, "invalidParameter");
    for (auto const& [name, value] : request.raw.headers) {
        bool const special = same_name(std::string_view(name).substr(0, 7), "x-goog-");
        if (special && !is_among(name, known_headers)) throw refusal("unknown header: " + name);
    }
}

std::uint64_t number_in(std::string const& text) {
    std::uint64_t value = 0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) throw refusal("not a number: " + text, "invalid");
    return value;
}

void check_conditions(header_list const& parameters, gcs_object const* const current, bool const reads) {
    std::uint64_t const generation = current == nullptr ? 0 : current->generation;
    for (auto const& [name, value] : parameters) {
        if (!name.starts_with("if")) continue;
        std::uint64_t const wanted = number_in(value);
        bool holds = true;
        if (name == "ifGenerationMatch") holds = generation == wanted;
        if (name == "ifGenerationNotMatch") holds = generation != wanted;
        if (name == "ifMetagenerationMatch") holds = current != nullptr && current->metageneration == wanted;
        if (holds) continue;
        bool const unchanged = reads && name.find("Not") != name.npos;
        throw service_problem(unchanged ? 304 : 412, "conditionNotMet", "At least one of the pre-conditions you specified did not hold.");
    }
}

std::string customer_key_in(service_request const& request, std::string const& before) {
    auto const* const algorithm = request.find_header(before + "encryption-algorithm");
    auto const* const key = request.find_header(before + "encryption-key");
    auto const* const digest = request.find_header(before + "encryption-key-sha256");
    if (algorithm == nullptr && key == nullptr && digest == nullptr) return {};
    if (algorithm == nullptr || key == nullptr || digest == nullptr || *algorithm != "AES256") throw refusal("half a customer's key");
    auto const secret = from_base64(*key);
    if (!secret || secret->size() != 32 || base64(sha256(*secret)) != *digest) throw refusal("a customer's key that is none");
    return *digest;
}

void check_customer_key(gcs_object const& object, std::string const& key) {
    if (object.customer_key == key) return;
    if (key.empty())
        throw service_problem(400, "resourceIsEncryptedWithCustomerEncryptionKey",
                              "The target object is encrypted by a customer-supplied encryption key.");
    if (object.customer_key.empty())
        throw service_problem(400, "resourceNotEncryptedWithCustomerEncryptionKey",
                              "The target object is not encrypted by a customer-supplied encryption key.");
    throw service_problem(403, "customerEncryptionKeyIsIncorrect", "The provided encryption key is incorrect.");
}

}  // namespace sluice::inline v0::testing
