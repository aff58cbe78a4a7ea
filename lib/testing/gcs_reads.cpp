#include "testing/digest.hpp"
#include "testing/gcs_desk.hpp"

#include <algorithm>

namespace sluice::inline v0::testing {
namespace {

std::string value_of(service_request const& request, std::string_view const name) {
    std::string const* const found = request.find_parameter(name);
    return found == nullptr ? std::string() : *found;
}

/// What a page token is bound to: a token of another listing is a mistake of the client.
std::string listing_of(service_request const& request, std::string const& bucket) {
    return bucket + '\0' + value_of(request, "prefix") + '\0' + value_of(request, "delimiter") + '\0' + value_of(request, "startOffset");
}

std::string token_for(std::string const& listing, std::string const& last) { return base64(md5(listing) + last); }

std::string place_in(std::string const& token, std::string const& listing) {
    auto const bytes = from_base64(token);
    if (!bytes || bytes->size() < 16 || bytes->substr(0, 16) != md5(listing)) throw refusal("a page token of another listing", "invalid");
    return bytes->substr(16);
}

service_problem missing(gcs_target const& target, bool const plain) {
    service_problem problem(404, "notFound", "No such object: " + target.bucket + "/" + target.key);
    if (plain) problem.elements = "plain";
    return problem;
}

void add_headers(service_reply& reply, gcs_object const& object) {
    constexpr std::pair<std::string_view, char const*> named[]{
        {"contentType", "Content-Type"},         {"contentEncoding", "Content-Encoding"},
        {"contentLanguage", "Content-Language"}, {"contentDisposition", "Content-Disposition"},
        {"cacheControl", "Cache-Control"},       {"storageClass", "x-goog-storage-class"}};
    for (auto const& [field, header] : named)
        if (std::string const* const value = object.field(field)) reply.headers.emplace_back(header, *value);
    std::string const* const encoding = object.field("contentEncoding");
    reply.headers.emplace_back("x-goog-stored-content-encoding", encoding == nullptr ? "identity" : *encoding);
    reply.headers.emplace_back("x-goog-stored-content-length", std::to_string(object.data->size()));
    reply.headers.emplace_back("x-goog-generation", std::to_string(object.generation));
    reply.headers.emplace_back("x-goog-metageneration", std::to_string(object.metageneration));
    std::string const md5 = object.md5.empty() ? std::string() : ",md5=" + object.md5;
    reply.headers.emplace_back("x-goog-hash", "crc32c=" + object.crc32c + md5);
    reply.headers.emplace_back("ETag", object.etag());
    reply.headers.emplace_back("Last-Modified", http_date(object.updated));
    for (auto const& [name, value] : object.metadata) reply.headers.emplace_back("x-goog-meta-" + name, value);
}

}  // namespace

service_reply gcs_desk::list(service_request const& request, gcs_target const& target) {
    if (!request.is("GET")) throw refusal("no such operation", "methodNotAllowed", 405);
    gcs_page_query query;
    query.prefix = value_of(request, "prefix");
    query.delimiter = value_of(request, "delimiter");
    query.from = value_of(request, "startOffset");
    query.limit = options.page_limit;
    if (request.has_parameter("maxResults")) query.limit = std::min<std::size_t>(query.limit, number_in(value_of(request, "maxResults")));
    if (query.limit == 0) throw refusal("a page of nothing", "invalid");
    std::string const listing = listing_of(request, target.bucket);
    if (request.has_parameter("pageToken")) query.behind = place_in(value_of(request, "pageToken"), listing);
    gcs_page const page = objects.list(target.bucket, query);
    std::string items, prefixes;
    for (gcs_object const& object : page.objects) items += (items.empty() ? "" : ",") + resource_of(target.bucket, object);
    for (std::string const& prefix : page.prefixes) prefixes += (prefixes.empty() ? "" : ",") + json_text(prefix);
    std::string json = "{\"kind\":\"storage#objects\"";
    if (!page.last.empty()) json += ",\"nextPageToken\":" + json_text(token_for(listing, page.last));
    if (!prefixes.empty()) json += ",\"prefixes\":[" + prefixes + ']';
    if (!items.empty()) json += ",\"items\":[" + items + ']';
    return json_reply(json + '}');
}

service_reply gcs_desk::on_object(service_request const& request, gcs_target const& target, service_fault const& fault) {
    std::uint64_t const generation = request.has_parameter("generation") ? number_in(value_of(request, "generation")) : 0;
    if (request.is("DELETE")) {
        objects.erase(target.bucket, target.key, [&](gcs_object const* current) {
            if (current == nullptr || (generation != 0 && current->generation != generation)) throw missing(target, false);
            check_conditions(request.parameters, current, false);
        });
        service_reply reply;
        reply.status = 204;
        return reply;
    }
    if (!request.is("GET")) throw refusal("no such operation", "methodNotAllowed", 405);
    bool const media = value_of(request, "alt") == "media";
    auto const object = objects.find(target.bucket, target.key, generation);
    if (!object) throw missing(target, media);
    check_conditions(request.parameters, &*object, true);
    if (media) return read(request, *object, fault);
    // Without the key there is a resource, but for the hashes.
    std::string const key = customer_key_in(request, "x-goog-");
    if (!key.empty()) check_customer_key(*object, key);
    return json_reply(resource_of(target.bucket, *object));
}

service_reply gcs_desk::read(service_request const& request, gcs_object const& object, service_fault const& fault) {
    check_customer_key(object, customer_key_in(request, "x-goog-"));
    std::string const* const accepts = request.find_header("accept-encoding");
    if (accepts == nullptr || *accepts != "gzip") throw refusal("a read that does not accept gzip, which the service would decompress");
    service_reply reply;
    reply.object = object.data;
    std::uint64_t const size = object.data->size();
    reply.length = size;
    add_headers(reply, object);
    std::string const* const range = request.find_header("range");
    if (range == nullptr || fault.ignore_range) return reply;
    auto part = parse_range(*range, size);
    if (!part) {
        service_problem problem(416, "requestedRangeNotSatisfiable", "Request range not satisfiable");
        problem.headers.emplace_back("Content-Range", "bytes */" + std::to_string(size));
        problem.elements = "plain";
        throw problem;
    }
    if (fault.shift_range != 0) part = shifted(*part, fault.shift_range, size);
    cut_to(reply, *part);
    return reply;
}

}  // namespace sluice::inline v0::testing
