#include "backend/gcs/copy_recipes.hpp"

#include "base/percent.hpp"
#include "codec/json.hpp"

#include <utility>

namespace sluice::inline v0::gcs {

namespace {

constexpr std::uint64_t rewrite_unit = 1u << 20;

}  // namespace

recipe rewrite_recipe(std::string_view const bucket, object_meta const& from, object_key const& as, store_copy_options const& options,
                      target_condition const& condition, std::string_view const described) {
    recipe r;
    r.method = "POST";
    r.path = object_path(bucket, from.key) + "/rewriteTo/b/";
    r.path.append(bucket).append("/o/");
    base::percent_encode(r.path, as, false);
    cloud::add_query(r.query, "sourceGeneration", from.version);
    if (options.part_size >= rewrite_unit)
        cloud::add_query(r.query, "maxBytesRewrittenPerCall", std::to_string(options.part_size / rewrite_unit * rewrite_unit));
    join_query(r.query, condition.query);
    if (!options.keeping.kms_key.empty()) cloud::add_query(r.query, "destinationKmsKeyName", options.keeping.kms_key);
    if (!options.keeping.acl.empty()) cloud::add_query(r.query, "destinationPredefinedAcl", options.keeping.acl);
    add_customer_key(r.headers, "x-goog-copy-source-", options.source.key);
    add_customer_key(r.headers, "x-goog-", options.keeping.key);
    if (described.empty()) return r;
    r.headers.add("Content-Type", "application/json");
    r.body = payload(described);
    return r;
}

result<rewrite_step> parse_rewrite(std::string_view const document) {
    auto const parsed = codec::json_document::parse(document, resource_limit);
    if (!parsed) return parsed.error();
    rewrite_step step;
    step.done_bytes = parse_number(parsed->text({"totalBytesRewritten"}).value_or(std::string())).value_or(0);
    if (parsed->boolean({"done"}) == true) {
        auto const inner = parsed->object({"resource"});
        if (!inner) return failure(errc::protocol, "the service says that it has copied, and not what");
        auto made = read_resource(*inner);
        if (!made) return made.error();
        step.made = *std::move(made);
        return step;
    }
    step.token = parsed->text({"rewriteToken"}).value_or(std::string());
    if (step.token.empty()) return failure(errc::protocol, "the service says that it goes on copying, and gives no token for that");
    return step;
}

}  // namespace sluice::inline v0::gcs
