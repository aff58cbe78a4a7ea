#include <sluice/testing/s3_server.hpp>

#include "testing/http_reader.hpp"
#include "testing/listener.hpp"
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
    bool answer(channel& connection, http_reader const& reader, received_request& raw);
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
    switch (request == nullptr ? s3_operation::unknown : operation_of(*request)) {
    case s3_operation::get: ++counted.gets; break;
    case s3_operation::head: ++counted.heads; break;
    case s3_operation::put: ++counted.puts; break;
    case s3_operation::copy:
    case s3_operation::copy_part: ++counted.copies; break;
    case s3_operation::remove:
    case s3_operation::remove_many: ++counted.deletes; break;
    case s3_operation::begin_upload: ++counted.uploads; break;
    case s3_operation::put_part: ++counted.parts; break;
    case s3_operation::complete_upload: ++counted.completions; break;
    case s3_operation::abort_upload: ++counted.aborts; break;
    case s3_operation::list: ++counted.lists; break;
    case s3_operation::list_uploads:
    case s3_operation::list_parts:
    case s3_operation::read_tags:
    case s3_operation::write_tags:
    case s3_operation::remove_tags:
    case s3_operation::location:
    case s3_operation::head_bucket:
    case s3_operation::make_bucket:
    case s3_operation::remove_bucket:
    case s3_operation::list_buckets:
    case s3_operation::unknown: break;
    }
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

bool s3_server::state::answer(channel& connection, http_reader const& reader, received_request& raw) {
    std::string const id = next_id();
    std::string resource = raw.target;
    s3_fault fault;
    s3_reply reply;
    bool counted_already = false;
    try {
        s3_request const request = parse_request(raw, options.domain);
        resource = request.resource();
        auto const number = count(&request);
        counted_already = true;
        fault = ask(request, number);
        if (!connection.pause(fault.delay)) return false;
        if (reader.more_came()) throw refusal("bytes after a request, before its reply");
        reply = work(request, fault);
    } catch (s3_problem const& problem) {
        if (!counted_already) count(nullptr);
        if (problem.refused) note(raw, problem);
        reply = problem_reply(problem, resource, id);
    }
    if (fault.drop_after_apply) {
        connection.close(false);
        return false;
    }
    return send(connection, raw, reply, fault, id);
}

void s3_server::state::serve(channel& connection) {
    http_reader reader(connection);
    for (;;) {
        received_request raw;
        auto read = reader.head(raw);
        try {
            if (read == http_reader::outcome::ok) {
                check_head(raw);
                read = reader.body(raw.body, body_limit);
            }
            if (read == http_reader::outcome::malformed) throw refusal(reader.complaint());
        } catch (s3_problem const& problem) {
            // The body was not read, so nothing is known about where the next request begins.
            return refuse(connection, raw, problem);
        }
        if (read != http_reader::outcome::ok || !answer(connection, reader, raw) || reader.framing().close) return;
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
