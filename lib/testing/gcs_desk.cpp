#include "testing/gcs_desk.hpp"

#include "testing/digest.hpp"

#include <utility>

namespace sluice::inline v0::testing {

using kind = gcs_target::kind;

gcs_desk::gcs_desk(gcs_server_options given, std::function<unix_seconds()> time)
    : service_desk(std::move(time)),
      objects(given.buckets, given.versions),
      options(std::move(given)),
      token_(options.token) {}

void gcs_desk::rotate_token(std::string token) {
    std::lock_guard const lock(mutex_);
    expired_.insert(token_);
    token_ = std::move(token);
}

void gcs_desk::expire_sessions() {
    std::lock_guard const lock(mutex_);
    for (auto& [id, session] : sessions_)
        if (!session.made) session.gone = true;
}

std::uint64_t gcs_desk::sessions_open() const {
    std::lock_guard const lock(mutex_);
    std::uint64_t open = 0;
    for (auto const& [id, session] : sessions_) open += !session.made && !session.gone;
    return open;
}

std::string gcs_desk::put(std::string const& bucket, std::string const& key, std::string data, header_list fields) {
    gcs_object object;
    object.name = key;
    object.crc32c = base64(crc32c(data));
    object.md5 = base64(md5(data));
    object.updated = now();
    object.fields = std::move(fields);
    if (object.field("storageClass") == nullptr) object.fields.emplace_back("storageClass", "STANDARD");
    object.data = std::make_shared<std::string const>(std::move(data));
    return objects.put(bucket, std::move(object)).etag();
}

void gcs_desk::look(service_request const& request, service_request_view& view) {
    gcs_target const target = target_of(request);
    view.bucket = target.bucket;
    view.key = target.key;
}

void gcs_desk::check(service_request const& request) {
    check_words(request, target_of(request));
    std::string const* const said = request.find_header("authorization");
    std::lock_guard const lock(mutex_);
    if (said == nullptr) {
        if (!options.allow_anonymous) throw service_problem(401, "required", "Anonymous caller does not have access.");
    } else {
        bool const bearer = said->starts_with("Bearer ");
        std::string const token = bearer ? said->substr(7) : std::string();
        if (expired_.contains(token)) throw service_problem(401, "authError", "Invalid Credentials");
        if (token != token_) throw refusal("Invalid Credentials", "authError", 401);
    }
    std::string const* const payer = request.find_header("x-goog-user-project");
    if (payer != nullptr && *payer != options.user_project) throw refusal("a payer who is none: " + *payer);
    if (payer == nullptr && !options.user_project.empty())
        throw service_problem(400, "required", "Bucket is a requester pays bucket but no user project provided.");
}

service_reply gcs_desk::work(service_request& request, service_fault const& fault) {
    gcs_target const target = target_of(request);
    if (target.what == kind::buckets) return on_buckets(request);
    if (!objects.has_bucket(target.bucket)) throw service_problem(404, "notFound", "The specified bucket does not exist.");
    switch (target.what) {
    case kind::bucket: return on_bucket(request, target);
    case kind::objects: return list(request, target);
    case kind::object: return on_object(request, target, fault);
    case kind::compose: return compose(request, target);
    case kind::rewrite: return rewrite(request, target);
    case kind::upload: return upload(request, target);
    default: return on_session(request, fault);
    }
}

service_reply gcs_desk::document(service_problem const& problem, std::string_view) {
    std::string const text = json_text(problem.message);
    std::string const code = problem.code.empty() ? "backendError" : problem.code;
    service_reply reply;
    if (problem.status != 304)
        reply = json_reply("{\"error\":{\"code\":" + std::to_string(problem.status) + ",\"message\":" + text +
                           ",\"errors\":[{\"message\":" + text + ",\"domain\":\"global\",\"reason\":" + json_text(code) + "}]}}");
    // Data comes and goes with plain words.
    if (problem.elements == "plain") reply.body = problem.message;
    reply.status = problem.status;
    reply.headers.insert(reply.headers.end(), problem.headers.begin(), problem.headers.end());
    return reply;
}

}  // namespace sluice::inline v0::testing
