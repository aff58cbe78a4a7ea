#include "testing/azure_desk.hpp"

#include <algorithm>
#include <cstdio>
#include <utility>

namespace sluice::inline v0::testing {

azure_desk::azure_desk(azure_server_options given, std::function<unix_seconds()> time)
    : service_desk(std::move(time)),
      blobs(given.containers),
      options(std::move(given)),
      tokens_(options.tokens.begin(), options.tokens.end()) {}

void azure_desk::accept_tokens(std::vector<std::string> tokens) {
    std::lock_guard const lock(mutex_);
    tokens_ = std::set<std::string>(tokens.begin(), tokens.end());
}

std::string azure_desk::next_etag() {
    std::lock_guard const lock(mutex_);
    char text[24];
    std::snprintf(text, sizeof text, "\"0x8D%011llX\"", static_cast<unsigned long long>(++last_etag_));
    return text;
}

s3_object azure_desk::make(std::string data) {
    s3_object object;
    object.data = std::make_shared<std::string const>(std::move(data));
    object.etag = next_etag();
    object.modified = now();
    return object;
}

std::string azure_desk::put(std::string const& container, std::string const& key, std::string data) {
    s3_object object = make(std::move(data));
    object.headers.emplace_back("Content-Type", "application/octet-stream");
    std::string etag = object.etag;
    blocks.forget({container, key});
    blobs.put(container, key, std::move(object));
    return etag;
}

std::string azure_desk::call::header(std::string_view const name) const {
    std::string const* const value = request.find_header(name);
    return value == nullptr ? std::string() : *value;
}

std::string azure_desk::call::parameter(std::string_view const name) const {
    std::string const* const value = request.find_parameter(name);
    return value == nullptr ? std::string() : *value;
}

/// Keys have exactly one right spelling: who spells them otherwise may sign otherwise.
azure_target azure_desk::target_of(service_request const& request) const {
    auto const decoded = percent_decode(request.path);
    bool const special = request.path.find("/$") != request.path.npos;  // "$root" and its like
    if (!decoded || percent_encode(*decoded, special ? "/$" : "/") != request.path || !is_utf8(*decoded))
        throw refusal("the path is not percent-encoded as it must be: '" + request.path + "'", "InvalidUri");
    std::string const account = '/' + options.account + '/';
    std::string_view rest = *decoded;
    if (!rest.starts_with(account)) throw refusal("the path does not begin with the account", "InvalidUri");
    rest.remove_prefix(account.size());
    azure_target target;
    auto const slash = std::min(rest.find('/'), rest.size());
    target.container = rest.substr(0, slash);
    if (slash < rest.size()) target.blob = rest.substr(slash + 1);
    if (slash < rest.size() && target.blob.empty()) throw refusal("a slash behind the container", "InvalidUri");
    if (target.blob.find('\\') != target.blob.npos) throw refusal("a backslash, which would become a slash", "InvalidUri");
    if (target.blob.size() > 1024) throw refusal("the name is longer than 1024 characters", "InvalidResourceName");
    return target;
}

void azure_desk::look(service_request const& request, service_request_view& view) {
    azure_target const target = target_of(request);
    view.bucket = target.container;
    view.key = target.blob;
}

void azure_desk::admit(service_request const& request, bool const part) {
    azure_target const target = target_of(request);
    azure_gate gate;
    gate.account = options.account;
    gate.key = options.account_key;
    gate.now = now();
    gate.part = part;
    {
        std::lock_guard const lock(mutex_);
        gate.tokens = tokens_;
    }
    verify_access(request, target, gate);
    check_azure_words(request, target);
}

service_reply azure_desk::work(service_request& request, service_fault const& fault) {
    call const one{request, fault, target_of(request)};
    if (one.target.container.empty()) return on_account(one);
    if (one.target.blob.empty()) return on_container(one);
    if (!blobs.has_bucket(one.target.container)) throw service_problem(404, "ContainerNotFound", "The specified container does not exist.");
    return on_blob(one);
}

service_reply azure_desk::on_account(call const& one) {
    if (one.request.is("GET") && one.parameter("comp") == "list") return list_containers();
    throw refusal("no operation of an account here", "InvalidQueryParameterValue");
}

service_reply azure_desk::on_container(call const& one) {
    if (one.parameter("restype") != "container") throw refusal("no restype=container", "InvalidQueryParameterValue");
    if (one.request.is("PUT") && one.request.parameters.size() == 1) return make_container(one);
    if (!blobs.has_bucket(one.target.container)) throw service_problem(404, "ContainerNotFound", "The specified container does not exist.");
    if (one.request.is("DELETE") && one.request.parameters.size() == 1) return remove_container(one);
    if (one.request.is("GET") && one.parameter("comp") == "list") return list(one);
    if (one.request.is("POST") && one.parameter("comp") == "batch") return batch(one);
    if (one.request.is("HEAD") || one.request.is("GET")) return service_reply();
    throw refusal("no operation of a container here", "InvalidQueryParameterValue");
}

service_reply azure_desk::on_blob(call const& one) {
    std::string const comp = one.parameter("comp");
    bool const reads = one.request.is("GET") || one.request.is("HEAD");
    if (reads && comp.empty()) return read(one);
    if (one.request.is("GET") && comp == "blocklist") return list_blocks(one);
    if (one.request.is("DELETE") && comp.empty()) return remove(one);
    if (!one.request.is("PUT")) throw refusal("no operation of a blob here", "UnsupportedHttpVerb", 405);
    if (comp == "block") return put_block(one);
    if (comp == "blocklist") return commit(one);
    if (comp == "properties") return set_attributes(one, false);
    if (comp == "metadata") return set_attributes(one, true);
    if (comp == "copy") throw service_problem(409, "NoPendingCopyOperation", "There is currently no pending copy operation.");
    if (!comp.empty()) throw refusal("no operation of a blob here", "InvalidQueryParameterValue");
    if (one.request.find_header("x-ms-copy-source") != nullptr) return copy(one);
    return put_blob(one);
}

service_reply azure_desk::document(service_problem const& problem, std::string_view const request_id) {
    service_reply reply;
    reply.status = problem.status;
    reply.headers = problem.headers;
    reply.headers.emplace_back("x-ms-error-code", problem.code);
    if (problem.status == 304) return reply;
    reply.headers.emplace_back("Content-Type", "application/xml");
    reply.body = "\xef\xbb\xbf<?xml version=\"1.0\" encoding=\"utf-8\"?><Error><Code>" + xml_escape(problem.code) + "</Code><Message>" +
                 xml_escape(problem.message) + "\nRequestId:" + std::string(request_id) + "\nTime:" + iso_date(now()) +
                 "</Message></Error>";
    return reply;
}

}  // namespace sluice::inline v0::testing
