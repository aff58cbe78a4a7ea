#include "testing/http_reader.hpp"
#include "testing/listener.hpp"

#include <deque>
#include <exception>

namespace sluice::inline v0::testing {
namespace {

constexpr std::uint64_t body_limit = 4ull * 1024 * 1024 * 1024;

std::string_view reason(int const status) {
    switch (status) {
    case 200: return "OK";
    case 204: return "No Content";
    case 206: return "Partial Content";
    case 301: return "Moved Permanently";
    case 304: return "Not Modified";
    case 307: return "Temporary Redirect";
    case 400: return "Bad Request";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 409: return "Conflict";
    case 412: return "Precondition Failed";
    case 416: return "Range Not Satisfiable";
    case 429: return "Too Many Requests";
    case 500: return "Internal Server Error";
    case 503: return "Service Unavailable";
    default: return "Scripted";
    }
}

}  // namespace

scripted_reply scripted_reply::status(int const status, std::string_view const body,
                                      std::vector<std::pair<std::string, std::string>> const headers) {
    std::string raw = "HTTP/1.1 " + std::to_string(status) + " " + std::string(reason(status)) + "\r\n";
    for (auto const& [name, value] : headers) raw += name + ": " + value + "\r\n";
    // RFC 9110 8.6: no length with these two.
    if (status != 204 && status != 304) raw += "Content-Length: " + std::to_string(body.size()) + "\r\n";
    raw += "\r\n";
    raw += body;
    return scripted_reply(std::move(raw));
}

scripted_reply scripted_reply::ok(std::string_view const body, std::vector<std::pair<std::string, std::string>> headers) {
    return status(200, body, std::move(headers));
}

struct script_server::state {
    responder otherwise;
    mutable std::mutex mutex;
    mutable std::condition_variable arrived;
    std::deque<scripted_reply> replies;
    std::deque<listener::welcome> refusals;
    std::vector<received_request> requests;
    std::vector<std::string> errors;
    bool keeps = true;
    std::uint64_t read = 0;
    // The last member: its threads use all of the above.
    std::unique_ptr<listener> listening;

    listener::welcome greet();
    void serve(channel& connection, std::uint64_t number);
    bool serve_one(channel& connection, http_reader& reader, received_request& request);
    bool perform(channel& connection, http_reader& reader, scripted_reply const& reply);
    bool end(channel& connection, scripted_reply const& reply);
    bool refuse(channel& connection, std::string const& complaint);
    std::optional<scripted_reply> next_queued();
    scripted_reply ask(received_request const& request);
    void note(std::string error);
    std::size_t record(received_request request);
    bool keeps_requests() const;
};

void script_server::state::note(std::string error) {
    std::lock_guard const lock(mutex);
    errors.push_back(std::move(error));
}

std::size_t script_server::state::record(received_request request) {
    std::lock_guard const lock(mutex);
    if (!keeps) return static_cast<std::size_t>(read++);
    requests.push_back(std::move(request));
    requests.back().number = requests.size();
    arrived.notify_all();
    return requests.size() - 1;
}

bool script_server::state::keeps_requests() const {
    std::lock_guard const lock(mutex);
    return keeps;
}

listener::welcome script_server::state::greet() {
    std::lock_guard const lock(mutex);
    if (refusals.empty()) return listener::welcome::serve;
    auto const fate = refusals.front();
    refusals.pop_front();
    return fate;
}

scripted_reply script_server::state::ask(received_request const& request) {
    if (!otherwise) {
        note("unexpected request: " + request.method + " " + request.target);
        return scripted_reply::status(599, "unexpected request\n");
    }
    try {
        return otherwise(request);
    } catch (std::exception const& e) {
        note(std::string("the responder threw: ") + e.what());
        return scripted_reply::status(599, "the responder threw\n");
    }
}

std::optional<scripted_reply> script_server::state::next_queued() {
    std::lock_guard const lock(mutex);
    if (replies.empty()) return std::nullopt;
    std::optional<scripted_reply> reply(std::move(replies.front()));
    replies.pop_front();
    return reply;
}

bool script_server::state::refuse(channel& connection, std::string const& complaint) {
    note(complaint);
    scripted_reply const reply = scripted_reply::status(400, complaint + "\n", {{"Connection", "close"}});
    connection.write_all(reply.pieces.front());
    connection.close(true);
    return false;
}

bool script_server::state::end(channel& connection, scripted_reply const& reply) {
    if (reply.reset) {
        connection.reset(true);
    } else if (reply.truncate) {
        connection.truncate();
    } else if (reply.close) {
        // Only an unread body makes an immediate close risky for the reply.
        connection.close(reply.answer_before_body);
    } else {
        return true;
    }
    return false;
}

bool script_server::state::perform(channel& connection, http_reader& reader, scripted_reply const& reply) {
    bool first = true;
    for (std::string const& piece : reply.pieces) {
        if (!connection.pause(first ? reply.first_pause : reply.pause)) return false;
        if (first && !reply.answer_before_body && reader.more_came()) note("bytes after a request, before its reply");
        first = false;
        if (!connection.write_all(piece)) return false;
    }
    if (first && !connection.pause(reply.first_pause)) return false;
    return end(connection, reply);
}

bool script_server::state::serve_one(channel& connection, http_reader& reader, received_request& request) {
    auto const queued = next_queued();
    std::string body;
    if (queued && queued->answer_before_body) {
        auto const place = record(request);
        if (!perform(connection, reader, *queued)) return false;
        if (auto const read = reader.body(body, body_limit); read != http_reader::outcome::ok)
            return read == http_reader::outcome::malformed ? refuse(connection, reader.complaint()) : false;
        std::lock_guard const lock(mutex);
        requests[place].body = std::move(body);
        return true;
    }
    if (auto const read = reader.body(request.body, body_limit); read != http_reader::outcome::ok)
        return read == http_reader::outcome::malformed ? refuse(connection, reader.complaint()) : false;
    auto const place = keeps_requests() ? record(request) : record(received_request());
    if (queued) return perform(connection, reader, *queued);
    request.number = place + 1;
    scripted_reply const reply = ask(request);
    return perform(connection, reader, reply);
}

void script_server::state::serve(channel& connection, std::uint64_t const number) {
    http_reader reader(connection);
    for (;;) {
        received_request request;
        request.connection = number;
        auto const read = reader.head(request);
        if (read == http_reader::outcome::malformed) refuse(connection, reader.complaint());
        if (read != http_reader::outcome::ok || !serve_one(connection, reader, request)) return;
        if (reader.framing().close) return;
    }
}

script_server::script_server(responder otherwise, std::string const certificate_pem, std::string const key_pem)
    : state_(std::make_unique<state>()) {
    state_->otherwise = std::move(otherwise);
    state_->listening = std::make_unique<listener>(
        certificate_pem, key_pem, [s = state_.get()] { return s->greet(); },
        [s = state_.get()](channel& connection, std::uint64_t number) { s->serve(connection, number); });
}

script_server::~script_server() = default;

void script_server::push(scripted_reply reply) {
    std::lock_guard const lock(state_->mutex);
    state_->replies.push_back(std::move(reply));
}

void script_server::refuse_next_connection(bool const with_reset) {
    std::lock_guard const lock(state_->mutex);
    state_->refusals.push_back(with_reset ? listener::welcome::reset : listener::welcome::close);
}

std::uint16_t script_server::port() const noexcept { return state_->listening->port(); }
std::string script_server::endpoint() const { return state_->listening->endpoint(); }
std::uint64_t script_server::connections_accepted() const noexcept { return state_->listening->accepted(); }
std::uint64_t script_server::connections_open() const noexcept { return state_->listening->open(); }
bool script_server::wait_until_closed(std::chrono::milliseconds const limit) const { return state_->listening->wait_until_closed(limit); }

void script_server::keep_no_requests() {
    std::lock_guard const lock(state_->mutex);
    state_->keeps = false;
    state_->requests.clear();
}

std::vector<received_request> script_server::requests() const {
    std::lock_guard const lock(state_->mutex);
    return state_->requests;
}

std::vector<std::string> script_server::errors() const {
    std::lock_guard const lock(state_->mutex);
    return state_->errors;
}

bool script_server::wait_for_requests(std::size_t const count, std::chrono::milliseconds const limit) const {
    std::unique_lock lock(state_->mutex);
    return state_->arrived.wait_for(lock, limit, [&] { return state_->requests.size() >= count; });
}

}  // namespace sluice::inline v0::testing
