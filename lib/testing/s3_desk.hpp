#pragma once

#include "testing/s3_directory.hpp"
#include "testing/s3_objects.hpp"
#include "testing/s3_service.hpp"
#include "testing/s3_signature.hpp"
#include "testing/s3_uploads.hpp"

#include <sluice/testing/s3_server.hpp>

#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace sluice::inline v0::testing {

/// What goes back for one request, and what becomes of the connection then.
struct s3_answer {
    enum class then { keep, close, reset, vanish };  ///< `vanish`: nothing is sent, the connection ends
    s3_reply reply;                                  ///< its headers complete
    std::size_t sent = 0;                            ///< so many bytes of its content
    then next = then::keep;

    std::string_view content() const noexcept { return reply.content().substr(0, sent); }
};

/// One request on its way through the server.
struct s3_visit {
    received_request raw;
    std::string id;
    std::optional<s3_request> request;  ///< once it has been counted
    s3_fault fault;
    std::optional<s3_problem> problem;  ///< what taking it apart ended in
};

/// The server without its connections and threads: requests come whole or head first, answers go back as values.
///
/// Threads: all members from any thread; a visit belongs to one.
class s3_desk {
public:
    s3_desk(s3_server_options options, std::function<unix_seconds()> time);

    s3_objects objects;
    s3_uploads uploads;
    s3_sessions sessions;
    s3_server_options const options;

    void on_request(std::function<std::optional<s3_fault>(s3_request_view const&)> decide);
    void rotate_session_token(std::string token);
    std::string put(std::string const& bucket, std::string const& key, std::string data);
    s3_server_counts counts() const;
    void reset_counts();
    void add(std::uint64_t s3_server_counts::*to, std::uint64_t what);

    /// A head has come: gives the visit its id and looks at what must not be read further. Throws s3_problem, for `refuse`.
    void arrive(s3_visit& one);
    /// The client asks whether it may go on. Nothing: it may, and is to be told if `invites()`.
    std::optional<s3_answer> invite(s3_visit& one);
    bool invites() const noexcept { return options.expect != s3_expect::ignore; }
    /// The request is whole: takes it apart, unless `invite` has, and asks what fault to do, which may be a delay before `answer`.
    void begin(s3_visit& one);
    /// Its answer; `more_came`: bytes lie behind it already.
    s3_answer answer(s3_visit& one, bool more_came);
    /// What cannot be read as a request; the connection is not to be used on.
    s3_answer refuse(s3_visit const& one, s3_problem const& problem);

private:
    s3_scene scene();
    s3_gate gate(s3_request const& request) const;
    /// Who asks, and whether there is such a thing to be asked for.
    void check(s3_request const& request) const;
    std::string next_id();
    std::uint64_t count(s3_request const* request);
    void note(received_request const& raw, s3_problem const& problem);
    s3_fault ask(s3_request const& request, std::uint64_t number);
    s3_reply work(s3_request const& request, s3_fault const& fault);
    s3_answer completed(s3_visit const& one, s3_reply reply) const;

    std::function<unix_seconds()> time_;
    mutable std::mutex mutex_;  // guards the rest
    s3_server_counts counted_;
    std::uint64_t last_id_ = 0;
    std::function<std::optional<s3_fault>(s3_request_view const&)> decide_;
    std::string token_;
    std::set<std::string> expired_tokens_;
};

}  // namespace sluice::inline v0::testing
