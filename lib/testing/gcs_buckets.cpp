#include "testing/gcs_desk.hpp"

namespace sluice::inline v0::testing {
namespace {

std::string bucket_resource(std::string const& name) {
    return "{\"kind\":\"storage#bucket\",\"id\":" + json_text(name) + ",\"name\":" + json_text(name) +
           ",\"location\":\"US\",\"storageClass\":\"STANDARD\",\"timeCreated\":\"2026-01-02T03:04:05.000Z\"}";
}

}  // namespace

service_reply gcs_desk::on_buckets(service_request const& request) {
    std::string const* const project = request.find_parameter("project");
    if (project == nullptr || *project != options.project) throw refusal("no such project", "invalid");
    if (request.is("POST")) {
        auto const name = document_in(request.raw.body).text({"name"});
        if (!name || name->size() < 3) throw refusal("a bucket without a name", "invalid");
        if (!objects.make_bucket(*name))
            throw service_problem(409, "conflict", "Your previous request to create the named bucket succeeded and you already own it.");
        return json_reply(bucket_resource(*name));
    }
    if (!request.is("GET")) throw refusal("no such operation", "methodNotAllowed", 405);
    std::string const* const after = request.find_parameter("pageToken");
    std::string items;
    std::size_t taken = 0;
    std::string last;
    for (std::string const& name : objects.bucket_names()) {
        if (after != nullptr && name <= *after) continue;
        if (taken++ == options.page_limit) return json_reply("{\"nextPageToken\":" + json_text(last) + ",\"items\":[" + items + "]}");
        if (!items.empty()) items += ',';
        items += bucket_resource(name);
        last = name;
    }
    return json_reply(items.empty() ? "{\"kind\":\"storage#buckets\"}" : "{\"items\":[" + items + "]}");
}

service_reply gcs_desk::on_bucket(service_request const& request, gcs_target const& target) {
    if (request.is("GET")) return json_reply(bucket_resource(target.bucket));
    if (!request.is("DELETE")) throw refusal("no such operation", "methodNotAllowed", 405);
    if (!objects.is_empty(target.bucket)) throw service_problem(409, "conflict", "The bucket you tried to delete is not empty.");
    objects.erase_bucket(target.bucket);
    service_reply reply;
    reply.status = 204;
    return reply;
}

}  // namespace sluice::inline v0::testing
