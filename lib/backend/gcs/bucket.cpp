#include "backend/gcs/bucket.hpp"

#include "base/http_date.hpp"
#include "codec/json.hpp"

#include <utility>

namespace sluice::inline v0::gcs {

namespace {

result<gcs_bucket_info> read_bucket(codec::json_document const& from) {
    gcs_bucket_info info;
    info.name = from.text({"name"}).value_or(std::string());
    if (info.name.empty()) return failure(errc::protocol, "the service describes a bucket without a name");
    info.location = from.text({"location"}).value_or(std::string());
    info.storage_class = from.text({"storageClass"}).value_or(std::string());
    info.created = base::parse_iso8601(from.text({"timeCreated"}).value_or(std::string()));
    info.versions = from.boolean({"versioning", "enabled"}).value_or(false);
    return info;
}

}  // namespace

std::string bucket_path(std::string_view const bucket) {
    std::string path = "/storage/v1/b";
    if (bucket.empty()) return path;
    path += '/';
    path += bucket;
    return path;
}

recipe create_bucket_recipe(std::string_view const bucket, std::string_view const project, create_gcs_bucket_options const& options) {
    codec::json_object body;
    body.add("name", bucket);
    if (!options.location.empty()) body.add("location", options.location);
    if (!options.storage_class.empty()) body.add("storageClass", options.storage_class);
    if (options.uniform_access) body.add_raw("iamConfiguration", R"({"uniformBucketLevelAccess":{"enabled":true}})");
    recipe r;
    r.method = "POST";
    r.path = bucket_path({});
    cloud::add_query(r.query, "project", project);
    r.headers.add("Content-Type", "application/json; charset=UTF-8");
    r.body = payload(body.text());
    return r;
}

recipe list_buckets_recipe(std::string_view const project, std::string_view const token) {
    recipe r;
    r.path = bucket_path({});
    if (!token.empty()) cloud::add_query(r.query, "pageToken", token);
    cloud::add_query(r.query, "project", project);
    return r;
}

result<gcs_bucket_info> parse_bucket(std::string_view const document) {
    auto const parsed = codec::json_document::parse(document, buckets_limit);
    if (!parsed) return parsed.error();
    return read_bucket(*parsed);
}

result<buckets_page> parse_buckets(std::string_view const document) {
    auto const parsed = codec::json_document::parse(document, buckets_limit);
    if (!parsed) return parsed.error();
    buckets_page page;
    for (codec::json_document const& item : parsed->items({"items"})) {
        auto one = read_bucket(item);
        if (!one) return one.error();
        page.buckets.push_back(*std::move(one));
    }
    page.next = parsed->text({"nextPageToken"}).value_or(std::string());
    return page;
}

}  // namespace sluice::inline v0::gcs
