#include "testing/service_desk.hpp"

#include "testing/http_reader.hpp"

#include "base/ascii.hpp"

#include <algorithm>
#include <cstdio>
#include <exception>
#include <set>
#include <utility>

namespace sluice::inline v0::testing {
namespace {

std::string decoded(std::string_view const text) {
    auto plain = percent_decode(text);
    if (!plain) throw refusal("not percent-encoded: '" + std::string(text) + "'", "InvalidUri");
    if (!is_utf8(*plain) || plain->find('\0') != plain->npos)
        throw refusal("not UTF-8, or with a NUL: '" + std::string(text) + "'", "InvalidUri");
    return *std::move(plain);
}

}  // namespace

void check_framing(received_request const& raw) {
    std::set<std::string> seen;
    for (auto const& [field, value] : raw.headers) {
        if (!seen.insert(base::lower(field)).second) throw refusal("header twice: " + field);
    }
    bool const writes = raw.method == "PUT" || raw.method == "POST" || raw.method == "PATCH";
    bool const length = seen.contains("content-length");
    if (seen.contains("transfer-encoding")) throw refusal("Transfer-Encoding in a request", "MissingContentLength", 411);
    if (writes && !length) throw refusal("no Content-Length", "MissingContentLength", 411);
    if (!writes && !raw.body.empty()) throw refusal("a body on " + raw.method);
}

void parse_target(service_request& request) {
    std::string const& target = request.raw.target;
    if (!target.starts_with('/')) throw refusal("request target does not start with a slash", "InvalidUri");
    auto const question = std::min(target.find('?'), target.size());
    request.path = target.substr(0, question);
    if (question == target.size()) return;
    request.query = target.substr(question + 1);
    for (std::string_view rest = request.query;;) {
        auto const end = std::min(rest.find('&'), rest.size());
        auto const pair = rest.substr(0, end);
        auto const equals = std::min(pair.find('='), pair.size());
        std::string name = decoded(pair.substr(0, equals));
        if (name.empty()) throw refusal("empty query parameter", "InvalidUri");
        if (request.has_parameter(name)) throw refusal("query parameter twice: " + name, "InvalidUri");
        std::string value = equals < pair.size() ? decoded(pair.substr(equals + 1)) : std::string();
        request.parameters.emplace_back(std::move(name), std::move(value));
        if (end == rest.size()) return;
        rest.remove_prefix(end + 1);
    }
}

std::string service_desk::count(received_request const& raw) {
    std::lock_guard const lock(mutex_);
    ++counted_.requests;
    counted_.body_bytes += raw.body.size();
    char text[24];
    std::snprintf(text, sizeof text, "%016llX", static_cast<unsigned long long>(++last_id_));
    return text;
}

void service_desk::note(received_request const& raw, service_problem const& problem) {
    std::lock_guard const lock(mutex_);
    ++counted_.refused;
    counted_.last_refusal = raw.method + ' ' + raw.target + ": " + problem.code + ": " + problem.message;
}

service_fault service_desk::ask(service_request const& request) {
    service_request_view view;
    view.method = request.raw.method;
    view.query = request.query;
    view.range = request.raw.header("range");
    view.if_match = request.raw.header("if-match");
    look(request, view);
    std::shared_ptr<std::function<std::optional<service_fault>(service_request_view const&)>> function;
    {
        std::lock_guard const lock(mutex_);
        view.number = counted_.requests;
        function = decide_;
    }
    if (!function || !*function) return {};
    try {
        return (*function)(view).value_or(service_fault());
    } catch (std::exception const& e) {
        throw refusal(std::string("on_request threw: ") + e.what(), "InternalError", 500);
    }
}

service_reply service_desk::answer(service_request& request, service_fault* const fault, std::string const& id) {
    try {
        check_framing(request.raw);
        parse_target(request);
        *fault = ask(request);
        check(request);
        if (fault->status != 0) throw service_problem(fault->status, fault->code, "a fault that the test asked for");
        std::string& body = request.raw.body;
        if (fault->flip_received && *fault->flip_received < body.size()) body[static_cast<std::size_t>(*fault->flip_received)] ^= 1;
        service_reply reply = work(request, *fault);
        if (fault->flip_bit_of && reply.object) flip(reply, *fault->flip_bit_of);
        return reply;
    } catch (service_problem const& problem) {
        if (problem.refused) note(request.raw, problem);
        return document(problem, id);
    }
}

scripted_reply service_desk::finish(received_request const& raw, service_reply reply, service_fault const& fault,
                                    std::string const& id) const {
    reply.headers.emplace_back("Date", http_date(now()));
    reply.headers.emplace_back("Server", "sluice-testing");
    reply.headers.emplace_back(id_header(), id);
    std::string_view content = reply.content();
    // A head may tell the length of a body that it has not got.
    bool const told = std::ranges::any_of(reply.headers, [](auto const& h) { return same_name(h.first, "content-length"); });
    if (!told && reply.status != 204 && reply.status != 304) reply.headers.emplace_back("Content-Length", std::to_string(content.size()));
    for (auto const& [name, value] : fault.headers) set_header(reply.headers, name, value);
    scripted_reply out;
    out.first_pause = fault.delay;
    if (fault.drop_after_apply) {
        out.close = true;
        return out;
    }
    if (raw.method == "HEAD" || reply.status == 204 || reply.status == 304) content = {};
    if (fault.cut_body_after && *fault.cut_body_after < content.size()) {
        content = content.substr(0, static_cast<std::size_t>(*fault.cut_body_after));
        out.reset = true;
    }
    std::string head = head_of(reply);
    out.pieces.push_back(head.append(content));
    return out;
}

scripted_reply service_desk::serve(received_request raw) {
    std::string const id = count(raw);
    service_fault fault;
    service_request request(raw);
    service_reply reply = answer(request, &fault, id);
    return finish(raw, std::move(reply), fault, id);
}

void service_desk::on_request(std::function<std::optional<service_fault>(service_request_view const&)> decide) {
    std::lock_guard const lock(mutex_);
    decide_ = std::make_shared<std::function<std::optional<service_fault>(service_request_view const&)>>(std::move(decide));
}

service_counts service_desk::counts() const {
    std::lock_guard const lock(mutex_);
    return counted_;
}

void service_desk::reset_counts() {
    std::lock_guard const lock(mutex_);
    counted_ = service_counts();
}

}  // namespace sluice::inline v0::testing
