#include <sluice/testing/s3_server.hpp>

#include "testing/http_reader.hpp"
#include "testing/listener.hpp"
#include "testing/s3_checksums.hpp"
#include "testing/s3_service.hpp"
#include "testing/s3_signature.hpp"

#include <cstdio>
#include <exception>

namespace sluice::inline v0::testing {
namespace {

// The largest single PUT of S3.
constexpr std::uint64_t body_limit = 5ull * 1024 * 1024 * 1024;
// Up to here copying the content behind its head is cheaper than a second send.
constexpr std::size_t joined_limit = 64 * 1024;

bool write_reply(channel& connection, s3_reply const& reply, std::string_view const content) {
    std::string head = reply_head(reply);
    if (content.size() > joined_limit) return connection.write_all(head) && connection.write_all(content);
    head += content;
    return connection.write_all(head);
}

}  // namespace

/// One request on its way through the server.
struct visit {
    std::string id;
    std::optional<s3_request> request;  ///< once it has been counted
    s3_fault fault;
};

struct s3_server::state {
    explicit state(s3_server_options given) : options(std::move(given)), objects(options.buckets) { token = options.session_token; }

    s3_server_options const options;
    s3_objects objects;
    s3_uploads uploads;
    mutable std::mutex mutex;
    s3_server_counts counted;
    std::uint64_t last_id = 0;
    std::function<std::optional<s3_fault>(s3_request_view const&)> decide;
    std::string token;
    std::set<std::string> expired_tokens;
    // The last member: its threads use all of the above.
    std::unique_ptr<listener> listening;

    unix_seconds now() const { return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()) + options.clock_offset; }
    s3_scene scene() {
        return {objects, uploads, options.region, options.page_limit, options.bare_put_etags, options.min_part_size, now()};
    }
    s3_gate gate() const;
    std::string next_id();
    listener::welcome greet();
    std::uint64_t count(s3_request const* request);
    void note(received_request const& raw, s3_problem const& problem);
    s3_fault ask(s3_request const& request, std::uint64_t number);

    void serve(channel& connection);
    void refuse(channel& connection, received_request const& raw, s3_problem const& problem);
    void begin(received_request& raw, visit& one);
    bool invite_body(channel& connection, http_reader const& reader, received_request& raw, visit& one);
    void add(std::uint64_t s3_server_counts::*to, std::uint64_t what);
    bool answer(channel& connection, http_reader const& reader, received_request& raw, visit& one);
    s3_reply work(s3_request const& request, s3_fault const& fault);
    bool send(channel& connection, received_request const& raw, s3_reply& reply, s3_fault const& fault, std::string_view id);
};

s3_gate s3_server::state::gate() const {
    std::lock_guard const lock(mutex);
    s3_gate gate;
    gate.access_key = options.access_key;
    gate.secret_key = options.secret_key;
    gate.region = options.region;
    gate.session_token = token;
    gate.expired_tokens = expired_tokens;
    gate.allow_anonymous = options.allow_anonymous;
    gate.now = now();
    return gate;
}

std::string s3_server::state::next_id() {
    std::lock_guard const lock(mutex);
    char text[24];
    std::snprintf(text, sizeof text, "%016llX", static_cast<unsigned long long>(++last_id));
    return text;
}

listener::welcome s3_server::state::greet() {
    std::lock_guard const lock(mutex);
    ++counted.connections;
    return listener::welcome::serve;
}

std::uint64_t s3_server::state::count(s3_request const* const request) {
    std::lock_guard const lock(mutex);
    count_operation(counted, request == nullptr ? s3_operation::unknown : operation_of(*request));
    return ++counted.requests;
}

void s3_server::state::note(received_request const& raw, s3_problem const& problem) {
    std::lock_guard const lock(mutex);
    ++counted.refused;
    counted.last_refusal = raw.method + ' ' + raw.target + ": " + problem.code + ": " + problem.message + problem.elements;
}

s3_fault s3_server::state::ask(s3_request const& request, std::uint64_t const number) {
    std::function<std::optional<s3_fault>(s3_request_view const&)> function;
    {
        std::lock_guard const lock(mutex);
        function = decide;
    }
    if (!function) return {};
    s3_request_view view;
    view.method = request.raw.method;
    view.bucket = request.bucket;
    view.key = request.key;
    view.query = request.query;
    view.range = request.raw.header("range");
    view.if_match = request.raw.header("if-match");
    view.number = number;
    try {
        return function(view).value_or(s3_fault{});
    } catch (std::exception const& e) {
        throw refusal(std::string("on_request threw: ") + e.what(), "InternalError", 500);
    }
}

s3_reply s3_server::state::work(s3_request const& request, s3_fault const& fault) {
    verify_signature(request, gate());
    check_operation(request);
    verify_payload(request);
    if (decode_chunks(request, gate())) add(&s3_server_counts::trailers, 1);
    if (fault.status != 0) throw s3_problem(fault.status, fault.code, "a fault that the test asked for");
    if (fault.flip_received && *fault.flip_received < request.raw.body.size())
        request.raw.body[static_cast<std::size_t>(*fault.flip_received)] ^= 1;
    return serve_operation(request, scene(), fault);
}

bool s3_server::state::send(channel& connection, received_request const& raw, s3_reply& reply, s3_fault const& fault,
                            std::string_view const id) {
    complete_headers(reply, id, now(), fault.headers);
    std::string_view content = reply.content();
    if (raw.method == "HEAD" || reply.status == 204 || reply.status == 304) content = {};
    if (fault.cut_body_after && *fault.cut_body_after < content.size()) {
        write_reply(connection, reply, content.substr(0, static_cast<std::size_t>(*fault.cut_body_after)));
        connection.reset(true);
        return false;
    }
    return write_reply(connection, reply, content);
}

void s3_server::state::refuse(channel& connection, received_request const& raw, s3_problem const& problem) {
    count(nullptr);
    note(raw, problem);
    std::string const id = next_id();
    s3_reply reply = problem_reply(problem, raw.target, id);
    reply.headers.emplace_back("Connection", "close");
    send(connection, raw, reply, {}, id);
    connection.close(true);
}

void s3_server::state::begin(received_request& raw, visit& one) {
    if (one.request) return;
    s3_request parsed = parse_request(raw, options.domain);
    std::uint64_t const number = count(&parsed);
    one.request.emplace(std::move(parsed));
    one.fault = ask(*one.request, number);
}

void s3_server::state::add(std::uint64_t s3_server_counts::*const to, std::uint64_t const what) {
    std::lock_guard const lock(mutex);
    counted.*to += what;
}

/// Answers the question whether to continue. False: the body is not wanted, and the connection is over.
bool s3_server::state::invite_body(channel& connection, http_reader const& reader, received_request& raw, visit& one) {
    if (options.expect == s3_expect::ignore) return true;
    s3_reply reply;
    try {
        if (options.expect == s3_expect::refuse) throw s3_problem(417, "ExpectationFailed", "Nobody asks this server");
        begin(raw, one);
        verify_signature(*one.request, gate());
        check_operation(*one.request);
        if (one.fault.status != 0) throw s3_problem(one.fault.status, one.fault.code, "a fault that the test asked for");
        check_before_body(*one.request, scene());
        add(&s3_server_counts::continued, 1);
    } catch (s3_problem const& problem) {
        if (!one.request) count(nullptr);
        if (problem.refused) note(raw, problem);
        reply = problem_reply(problem, raw.target, one.id);
        reply.headers.emplace_back("Connection", "close");
        send(connection, raw, reply, one.fault, one.id);
        add(&s3_server_counts::body_bytes, reader.held() + connection.close(true));
        return false;
    }
    return connection.write_all("HTTP/1.1 100 Continue\r\n\r\n");
}

bool s3_server::state::answer(channel& connection, http_reader const& reader, received_request& raw, visit& one) {
    std::string resource = raw.target;
    s3_reply reply;
    try {
        begin(raw, one);
        resource = one.request->resource();
        if (!connection.pause(one.fault.delay)) return false;
        if (reader.more_came()) throw refusal("bytes after a request, before its reply");
        reply = work(*one.request, one.fault);
    } catch (s3_problem const& problem) {
        if (!one.request) count(nullptr);
        if (problem.refused) note(raw, problem);
        reply = problem_reply(problem, resource, one.id);
    }
    if (one.fault.drop_after_apply) {
        connection.close(false);
        return false;
    }
    return send(connection, raw, reply, one.fault, one.id);
}

void s3_server::state::serve(channel& connection) {
    http_reader reader(connection);
    for (;;) {
        received_request raw;
        visit one;
        auto read = reader.head(raw);
        try {
            if (read == http_reader::outcome::ok) {
                one.id = next_id();
                check_head(raw);
                if (!raw.header("expect").empty() && !invite_body(connection, reader, raw, one)) return;
                read = reader.body(raw.body, body_limit);
                add(&s3_server_counts::body_bytes, raw.body.size());
            }
            if (read == http_reader::outcome::malformed) throw refusal(reader.complaint());
        } catch (s3_problem const& problem) {
            // The body was not read, so nothing is known about where the next request begins.
            return refuse(connection, raw, problem);
        }
        if (read != http_reader::outcome::ok || !answer(connection, reader, raw, one) || reader.framing().close) return;
    }
}

s3_server::s3_server(s3_server_options options) : state_(std::make_unique<state>(std::move(options))) {
    state_->listening = std::make_unique<listener>(
        state_->options.certificate_pem, state_->options.key_pem, [s = state_.get()] { return s->greet(); },
        [s = state_.get()](channel& connection, std::uint64_t) { s->serve(connection); });
}

s3_server::~s3_server() = default;

std::uint16_t s3_server::port() const noexcept { return state_->listening->port(); }
std::string s3_server::endpoint() const { return state_->listening->endpoint(); }
std::uint64_t s3_server::object_count() const { return state_->objects.count(); }
std::uint64_t s3_server::uploads_open() const { return state_->uploads.count(); }
std::uint64_t s3_server::connections_open() const noexcept { return state_->listening->open(); }
bool s3_server::wait_until_closed(std::chrono::milliseconds const limit) const { return state_->listening->wait_until_closed(limit); }
void s3_server::kill() { state_->listening->stop(true); }

void s3_server::on_request(std::function<std::optional<s3_fault>(s3_request_view const&)> decide) {
    std::lock_guard const lock(state_->mutex);
    state_->decide = std::move(decide);
}

void s3_server::rotate_session_token(std::string token) {
    std::lock_guard const lock(state_->mutex);
    if (!state_->token.empty()) state_->expired_tokens.insert(state_->token);
    state_->token = std::move(token);
}

std::string s3_server::put(std::string const bucket, std::string const key, std::string data) {
    s3_object object = make_object(std::move(data), state_->now());
    object.headers.emplace_back("Content-Type", "binary/octet-stream");
    std::string etag = object.etag;
    state_->objects.put(bucket, key, std::move(object));
    return etag;
}

std::optional<std::string> s3_server::get(std::string const bucket, std::string const key) const {
    auto const object = state_->objects.find(bucket, key);
    if (!object) return std::nullopt;
    return *object->data;
}

s3_server_counts s3_server::counts() const {
    std::lock_guard const lock(state_->mutex);
    return state_->counted;
}

void s3_server::reset_counts() {
    std::lock_guard const lock(state_->mutex);
    state_->counted = {};
}

}  // namespace sluice::inline v0::testing
