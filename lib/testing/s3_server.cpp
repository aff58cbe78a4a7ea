#include <sluice/testing/s3_server.hpp>

#include "testing/http_reader.hpp"
#include "testing/listener.hpp"
#include "testing/s3_desk.hpp"

namespace sluice::inline v0::testing {
namespace {

// The largest single PUT of S3.
constexpr std::uint64_t body_limit = 5ull * 1024 * 1024 * 1024;
// Up to here copying the content behind its head is cheaper than a second send.
constexpr std::size_t joined_limit = 64 * 1024;

bool write_reply(channel& connection, s3_answer const& answer) {
    std::string head = head_of(answer.reply);
    std::string_view const content = answer.content();
    if (content.size() > joined_limit) return connection.write_all(head) && connection.write_all(content);
    head += content;
    return connection.write_all(head);
}

}  // namespace

struct s3_server::state {
    explicit state(s3_server_options given) : desk(std::move(given), [this] { return now(); }) {}

    s3_desk desk;
    // The last member: its threads use all of the above.
    std::unique_ptr<listener> listening;

    unix_seconds now() const {
        return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()) + desk.options.clock_offset;
    }
    listener::welcome greet();

    void serve(channel& connection);
    bool serve_one(channel& connection, http_reader& reader);
    /// False: the connection is over. What still came of a body nobody wants counts, `held` of it already.
    bool send(channel& connection, s3_answer const& answer, std::size_t held = 0);
};

listener::welcome s3_server::state::greet() {
    desk.add(&s3_server_counts::connections, 1);
    return listener::welcome::serve;
}

bool s3_server::state::send(channel& connection, s3_answer const& answer, std::size_t const held) {
    switch (answer.next) {
    case s3_answer::then::vanish: connection.close(false); return false;
    case s3_answer::then::reset:
        write_reply(connection, answer);
        connection.reset(true);
        return false;
    case s3_answer::then::close:
        write_reply(connection, answer);
        desk.add(&s3_server_counts::body_bytes, held + connection.close(true));
        return false;
    case s3_answer::then::keep: break;
    }
    return write_reply(connection, answer);
}

/// False: the connection is over.
bool s3_server::state::serve_one(channel& connection, http_reader& reader) {
    s3_visit one;
    auto read = reader.head(one.raw);
    try {
        if (read == http_reader::outcome::ok) {
            desk.arrive(one);
            if (!one.raw.header("expect").empty()) {
                if (auto const unwanted = desk.invite(one)) return send(connection, *unwanted, reader.held());
                if (desk.invites() && !connection.write_all("HTTP/1.1 100 Continue\r\n\r\n")) return false;
            }
            read = reader.body(one.raw.body, body_limit);
            desk.add(&s3_server_counts::body_bytes, one.raw.body.size());
        }
        if (read == http_reader::outcome::malformed) throw refusal(reader.complaint());
    } catch (s3_problem const& problem) {
        // The body was not read, so nothing is known about where the next request begins.
        return send(connection, desk.refuse(one, problem));
    }
    if (read != http_reader::outcome::ok) return false;
    desk.begin(one);
    if (!connection.pause(one.fault.delay)) return false;
    return send(connection, desk.answer(one, reader.more_came())) && !reader.framing().close;
}

void s3_server::state::serve(channel& connection) {
    http_reader reader(connection);
    while (serve_one(connection, reader)) {
    }
}

s3_server::s3_server(s3_server_options options) : state_(std::make_unique<state>(std::move(options))) {
    s3_server_options const& given = state_->desk.options;
    state_->listening = std::make_unique<listener>(
        given.certificate_pem, given.key_pem, [s = state_.get()] { return s->greet(); },
        [s = state_.get()](channel& connection, std::uint64_t) { s->serve(connection); });
}

s3_server::~s3_server() = default;

std::uint16_t s3_server::port() const noexcept { return state_->listening->port(); }
std::string s3_server::endpoint() const { return state_->listening->endpoint(); }
std::uint64_t s3_server::object_count() const { return state_->desk.objects.count(); }
std::uint64_t s3_server::uploads_open() const { return state_->desk.uploads.count(); }
std::uint64_t s3_server::connections_open() const noexcept { return state_->listening->open(); }
bool s3_server::wait_until_closed(std::chrono::milliseconds const limit) const { return state_->listening->wait_until_closed(limit); }
void s3_server::kill() { state_->listening->stop(true); }

void s3_server::on_request(std::function<std::optional<s3_fault>(s3_request_view const&)> decide) {
    state_->desk.on_request(std::move(decide));
}

void s3_server::rotate_session_token(std::string token) { state_->desk.rotate_session_token(std::move(token)); }
void s3_server::expire_sessions() { state_->desk.sessions.end_all(); }

std::string s3_server::put(std::string const bucket, std::string const key, std::string data) {
    return state_->desk.put(bucket, key, std::move(data));
}

std::optional<std::string> s3_server::get(std::string const bucket, std::string const key) const {
    auto const object = state_->desk.objects.find(bucket, key);
    if (!object) return std::nullopt;
    return *object->data;
}

s3_server_counts s3_server::counts() const { return state_->desk.counts(); }
void s3_server::reset_counts() { state_->desk.reset_counts(); }

}  // namespace sluice::inline v0::testing
