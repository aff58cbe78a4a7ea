#include "testing/digest.hpp"
#include "testing/gcs_desk.hpp"

#include <algorithm>
#include <utility>

namespace sluice::inline v0::testing {
namespace {

constexpr std::size_t most_sources = 32;

}  // namespace

service_reply gcs_desk::compose(service_request const& request, gcs_target const& target) {
    if (!request.is("POST")) throw refusal("no such operation", "methodNotAllowed", 405);
    codec::json_document const document = document_in(request.raw.body);
    auto const sources = document.items({"sourceObjects"});
    if (sources.empty() || sources.size() > most_sources) throw refusal("a compose of " + std::to_string(sources.size()), "invalid");
    std::string const key = customer_key_in(request, "x-goog-");
    std::string data;
    for (codec::json_document const& source : sources) {
        std::string const name = source.text({"name"}).value_or(std::string());
        auto const generation = source.text({"generation"});
        auto const object = objects.find(target.bucket, name, generation ? number_in(*generation) : 0);
        if (!object) throw service_problem(404, "notFound", "Object " + name + " not found");
        check_customer_key(*object, key);
        data += *object->data;
    }
    auto const destination = document.object({"destination"});
    if (!destination) throw refusal("a compose without a destination", "required");
    gcs_object object = described(request, *destination, target.key);  // told anew: nothing of it comes from the sources
    object.crc32c = base64(crc32c(data));
    object.updated = now();
    object.data = std::make_shared<std::string const>(std::move(data));
    gcs_object const made = objects.put(target.bucket, std::move(object),
                                        [&](gcs_object const* current) { check_conditions(request.parameters, current, false); });
    return json_reply(resource_of(target.bucket, made));
}

service_reply gcs_desk::rewrite(service_request const& request, gcs_target const& target) {
    if (!request.is("POST")) throw refusal("no such operation", "methodNotAllowed", 405);
    std::string const* const generation = request.find_parameter("sourceGeneration");
    auto const source = objects.find(target.bucket, target.key, generation == nullptr ? 0 : number_in(*generation));
    if (!source) throw service_problem(404, "notFound", "No such object: " + target.bucket + "/" + target.key);
    check_customer_key(*source, customer_key_in(request, "x-goog-copy-source-"));
    if (!objects.has_bucket(target.to_bucket)) throw service_problem(404, "notFound", "The specified bucket does not exist.");
    std::uint64_t const size = source->data->size();
    std::uint64_t step = options.rewrite_limit;
    if (std::string const* const most = request.find_parameter("maxBytesRewrittenPerCall")) {
        if (number_in(*most) == 0 || number_in(*most) % (1 << 20) != 0) throw refusal("a step that is no multiple of 1 MiB", "invalid");
        step = std::min(step, number_in(*most));
    }
    std::string const bound = md5(request.path + '\0' + std::to_string(source->generation) + '\0' + request.raw.body);
    std::uint64_t done = 0;
    {
        std::lock_guard const lock(mutex_);
        if (std::string const* const token = request.find_parameter("rewriteToken")) {
            auto const found = rewrites_.find(*token);
            if (found == rewrites_.end() || !token->ends_with(hex(bound))) throw refusal("a rewrite token of another copy", "invalid");
            done = found->second;
        }
        done = std::min(size, done + step);
        if (done < size) {
            std::string const token = std::to_string(++last_rewrite_) + '-' + hex(bound);
            rewrites_[token] = done;
            return json_reply("{\"kind\":\"storage#rewriteResponse\",\"totalBytesRewritten\":\"" + std::to_string(done) +
                              "\",\"objectSize\":\"" + std::to_string(size) + "\",\"done\":false,\"rewriteToken\":" + json_text(token) +
                              '}');
        }
    }
    gcs_object made = request.raw.body.empty() ? *source : described(request, document_in(request.raw.body), target.to_key);
    made.name = target.to_key;
    made.metageneration = 1;
    made.customer_key = customer_key_in(request, "x-goog-");
    made.data = source->data;
    made.crc32c = source->crc32c;
    made.md5 = source->md5;
    made.updated = now();
    made = objects.put(target.to_bucket, std::move(made),
                       [&](gcs_object const* current) { check_conditions(request.parameters, current, false); });
    return json_reply("{\"kind\":\"storage#rewriteResponse\",\"totalBytesRewritten\":\"" + std::to_string(size) + "\",\"objectSize\":\"" +
                      std::to_string(size) + "\",\"done\":true,\"resource\":" + resource_of(target.to_bucket, made) + '}');
}

}  // namespace sluice::inline v0::testing
