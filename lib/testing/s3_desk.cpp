#include "testing/s3_desk.hpp"

#include "testing/s3_checksums.hpp"

#include <cstdio>
#include <exception>
#include <utility>

namespace sluice::inline v0::testing {

s3_desk::s3_desk(s3_server_options given, std::function<unix_seconds()> time)
    : objects(given.buckets),
      options(std::move(given)),
      time_(std::move(time)),
      token_(options.session_token) {}

s3_scene s3_desk::scene() {
    return {objects,
            uploads,
            sessions,
            options.region,
            options.page_limit,
            options.bare_put_etags,
            options.min_part_size,
            options.directory,
            options.session_lifetime,
            time_()};
}

s3_gate s3_desk::gate(s3_request const& request) const {
    std::lock_guard const lock(mutex_);
    s3_gate gate;
    gate.access_key = options.access_key;
    gate.secret_key = options.secret_key;
    gate.region = options.region;
    gate.session_token = token_;
    gate.expired_tokens = expired_tokens_;
    gate.allow_anonymous = options.allow_anonymous;
    gate.now = time_();
    if (options.directory) choose_gate(gate, request, sessions);
    return gate;
}

void s3_desk::check(s3_request const& request) const {
    if (options.directory) check_directory_request(request);
    verify_signature(request, gate(request));
    check_operation(request, options.directory);
}

std::string s3_desk::next_id() {
    std::lock_guard const lock(mutex_);
    char text[24];
    std::snprintf(text, sizeof text, "%016llX", static_cast<unsigned long long>(++last_id_));
    return text;
}

std::uint64_t s3_desk::count(s3_request const* const request) {
    std::lock_guard const lock(mutex_);
    count_operation(counted_, request == nullptr ? s3_operation::unknown : operation_of(*request));
    return ++counted_.requests;
}

void s3_desk::note(received_request const& raw, s3_problem const& problem) {
    std::lock_guard const lock(mutex_);
    ++counted_.refused;
    counted_.last_refusal = raw.method + ' ' + raw.target + ": " + problem.code + ": " + problem.message + problem.elements;
}

void s3_desk::add(std::uint64_t s3_server_counts::*const to, std::uint64_t const what) {
    std::lock_guard const lock(mutex_);
    counted_.*to += what;
}

s3_fault s3_desk::ask(s3_request const& request, std::uint64_t const number) {
    std::function<std::optional<s3_fault>(s3_request_view const&)> function;
    {
        std::lock_guard const lock(mutex_);
        function = decide_;
    }
    if (!function) return {};
    try {
        return function(view_of(request, number)).value_or(s3_fault{});
    } catch (std::exception const& e) {
        throw refusal(std::string("on_request threw: ") + e.what(), "InternalError", 500);
    }
}

s3_reply s3_desk::work(s3_request const& request, s3_fault const& fault) {
    check(request);
    verify_payload(request);
    if (decode_chunks(request, gate(request))) add(&s3_server_counts::trailers, 1);
    if (fault.status != 0) throw s3_problem(fault.status, fault.code, "a fault that the test asked for");
    if (fault.flip_received && *fault.flip_received < request.raw.body.size())
        request.raw.body[static_cast<std::size_t>(*fault.flip_received)] ^= 1;
    return serve_operation(request, scene(), fault);
}

s3_answer s3_desk::completed(s3_visit const& one, s3_reply reply) const {
    s3_answer answer;
    answer.reply = std::move(reply);
    complete_headers(answer.reply, one.id, time_(), one.fault.headers);
    bool const bare = one.raw.method == "HEAD" || answer.reply.status == 204 || answer.reply.status == 304;
    answer.sent = bare ? 0 : answer.reply.content().size();
    if (one.fault.cut_body_after && *one.fault.cut_body_after < answer.sent) {
        answer.sent = static_cast<std::size_t>(*one.fault.cut_body_after);
        answer.next = s3_answer::then::reset;
    }
    return answer;
}

void s3_desk::arrive(s3_visit& one) {
    one.id = next_id();
    check_head(one.raw);
}

void s3_desk::begin(s3_visit& one) {
    if (one.request || one.problem) return;
    try {
        s3_request parsed = parse_request(one.raw, options.domain);
        std::uint64_t const number = count(&parsed);
        one.request.emplace(std::move(parsed));
        one.fault = ask(*one.request, number);
    } catch (s3_problem const& problem) {
        if (!one.request) count(nullptr);
        one.problem = problem;
    }
}

std::optional<s3_answer> s3_desk::invite(s3_visit& one) {
    if (!invites()) return std::nullopt;
    try {
        if (options.expect == s3_expect::refuse) throw s3_problem(417, "ExpectationFailed", "Nobody asks this server");
        begin(one);
        if (one.problem) throw s3_problem(*one.problem);
        check(*one.request);
        if (one.fault.status != 0) throw s3_problem(one.fault.status, one.fault.code, "a fault that the test asked for");
        check_before_body(*one.request, scene());
        add(&s3_server_counts::continued, 1);
        return std::nullopt;
    } catch (s3_problem const& problem) {
        if (!one.request && !one.problem) count(nullptr);
        if (problem.refused) note(one.raw, problem);
        s3_reply reply = problem_reply(problem, one.raw.target, one.id);
        reply.headers.emplace_back("Connection", "close");
        s3_answer answer = completed(one, std::move(reply));
        if (answer.next == s3_answer::then::keep) answer.next = s3_answer::then::close;
        return answer;
    }
}

s3_answer s3_desk::answer(s3_visit& one, bool const more_came) {
    std::string resource = one.raw.target;
    s3_reply reply;
    try {
        begin(one);
        if (one.problem) throw s3_problem(*one.problem);
        resource = one.request->resource();
        if (more_came) throw refusal("bytes after a request, before its reply");
        reply = work(*one.request, one.fault);
    } catch (s3_problem const& problem) {
        if (problem.refused) note(one.raw, problem);
        reply = problem_reply(problem, resource, one.id);
    }
    s3_answer answer = completed(one, std::move(reply));
    if (one.fault.drop_after_apply) answer.next = s3_answer::then::vanish;
    return answer;
}

s3_answer s3_desk::refuse(s3_visit const& one, s3_problem const& problem) {
    count(nullptr);
    note(one.raw, problem);
    s3_reply reply = problem_reply(problem, one.raw.target, one.id);
    reply.headers.emplace_back("Connection", "close");
    s3_answer answer = completed(one, std::move(reply));
    answer.next = s3_answer::then::close;
    return answer;
}

void s3_desk::on_request(std::function<std::optional<s3_fault>(s3_request_view const&)> decide) {
    std::lock_guard const lock(mutex_);
    decide_ = std::move(decide);
}

void s3_desk::rotate_session_token(std::string token) {
    std::lock_guard const lock(mutex_);
    if (!token_.empty()) expired_tokens_.insert(token_);
    token_ = std::move(token);
}

std::string s3_desk::put(std::string const& bucket, std::string const& key, std::string data) {
    s3_object object = make_object(std::move(data), time_(), options.directory);
    object.headers.emplace_back("Content-Type", "binary/octet-stream");
    std::string etag = object.etag;
    objects.put(bucket, key, std::move(object));
    return etag;
}

s3_server_counts s3_desk::counts() const {
    std::lock_guard const lock(mutex_);
    return counted_;
}

void s3_desk::reset_counts() {
    std::lock_guard const lock(mutex_);
    counted_ = {};
}

}  // namespace sluice::inline v0::testing
