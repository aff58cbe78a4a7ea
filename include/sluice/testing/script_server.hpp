#pragma once

#include <sluice/config.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sluice::inline v0::testing {

/// One request as it came: nothing decoded.
struct SLUICE_API received_request {
    received_request() {}
    std::string method;
    std::string target;                                        ///< as on the request line
    std::vector<std::pair<std::string, std::string>> headers;  ///< in order, names as sent
    std::string body;
    std::uint64_t connection = 0;  ///< number of the connection, from 1
    std::uint64_t number = 0;      ///< number of the request over all connections, from 1

    /// The first header of that name, letter case ignored; empty when there is none.
    std::string_view header(std::string_view name) const noexcept;
};

/// What a scripted server does with one request: raw bytes, cut, delayed, reset, whatever the test wants.
struct SLUICE_API scripted_reply {
    scripted_reply() {}
    /// The whole reply, written as it stands.
    explicit scripted_reply(std::string raw) : pieces{std::move(raw)} {}

    std::vector<std::string> pieces;           ///< written one by one, each with a flush
    std::chrono::milliseconds first_pause{0};  ///< before the first piece
    std::chrono::milliseconds pause{0};        ///< between pieces
    bool close = false;                        ///< close in order after the last piece
    bool reset = false;                        ///< RST after the last piece
    bool truncate = false;                     ///< close after the last piece without TLS's close_notify
    bool answer_before_body = false;           ///< queued replies: do not read the request's body first

    /// "HTTP/1.1 <status>" with Content-Length and the body.
    static scripted_reply ok(std::string_view body, std::vector<std::pair<std::string, std::string>> headers = {});
    static scripted_reply status(int status, std::string_view body = {}, std::vector<std::pair<std::string, std::string>> headers = {});
};

/// An HTTP/1.1 server on 127.0.0.1 that answers from a queue of replies, then from a function; threads of its own.
/// It reads requests strictly: what is malformed is answered 400 and kept in `errors`.
///
/// Threads: all members from any thread; the function is called from the threads of the connections, several at once.
/// Lifetime: the destructor ends every connection and joins, also in the middle of a reply or a pause.
/// Errors: `wait_*` return false on time-out.
class SLUICE_API script_server {
public:
    using responder = std::function<scripted_reply(received_request const&)>;
    /// TLS when `certificate_pem` and `key_pem` are given. Without a responder an unexpected request is answered 599.
    explicit script_server(responder otherwise = {}, std::string certificate_pem = {}, std::string key_pem = {});
    ~script_server();
    script_server(script_server const&) = delete;
    script_server& operator=(script_server const&) = delete;

    /// Answers the next request that finds the queue at this place.
    void push(scripted_reply reply);
    /// The next connection is closed (or reset) right after accept.
    void refuse_next_connection(bool with_reset);

    std::uint16_t port() const noexcept;
    /// "http://127.0.0.1:PORT" or "https://localhost:PORT".
    std::string endpoint() const;
    /// From now on requests are answered and not kept: for whoever moves more than memory holds.
    void keep_no_requests();
    /// Every request read so far, in the order its reading was done (`answer_before_body`: its head's).
    std::vector<received_request> requests() const;
    /// What was wrong with what clients sent: malformed requests, bytes between a request and its reply, requests nobody expected.
    std::vector<std::string> errors() const;
    std::uint64_t connections_accepted() const noexcept;
    std::uint64_t connections_open() const noexcept;
    bool wait_for_requests(std::size_t count, std::chrono::milliseconds limit) const;
    bool wait_until_closed(std::chrono::milliseconds limit) const;

private:
    struct state;
    std::unique_ptr<state> state_;
};

}  // namespace sluice::inline v0::testing
