#pragma once

#include <sluice/config.hpp>

#include <boost/system/error_code.hpp>
#include <boost/system/result.hpp>
#include <boost/system/system_error.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

namespace sluice::inline v0 {

/// Why an operation failed. An error *condition*: compare `e.code() == sluice::errc::not_found`, or use `e.reason()`.
enum class errc {
    not_found = 1,          ///< no such object, bucket or upload
    already_exists,         ///< a create-only write met an existing object
    precondition_failed,    ///< If-Match and the like did not hold: the object is another version
    not_modified,           ///< If-None-Match or If-Modified-Since said: unchanged
    permission_denied,      ///< known to the service, and not allowed
    unauthenticated,        ///< credentials missing, wrong or expired
    throttled,              ///< the service asked to slow down, and kept asking
    timed_out,              ///< a time limit of ours passed
    cancelled,              ///< through the awaiting coroutine's cancellation slot
    truncated,              ///< the body ended before its announced length
    checksum_mismatch,      ///< the bytes are not the bytes that were written
    unreachable,            ///< no name, no route, refused: nothing was sent
    connection_lost,        ///< the connection broke after something was sent
    untrusted_peer,         ///< TLS: certificate, host name or handshake refused
    protocol,               ///< the answer is not what the protocol allows
    invalid_argument,       ///< refused before anything was sent
    unsupported,            ///< this store cannot do that; see `object_store::can`
    range_not_satisfiable,  ///< the range lies outside the object
    buffer_too_small,       ///< the caller's memory cannot hold what was asked for
    ambiguous,              ///< a write may or may not have been applied
    no_space,               ///< disk full or quota reached
    io,                     ///< a local file operation failed
    server,                 ///< the service failed (5xx), and kept failing
};

SLUICE_API boost::system::error_category const& error_category() noexcept;
SLUICE_API std::string_view to_string(errc) noexcept;

/// `cancelled` becomes `boost::asio::error::operation_aborted`, so that Asio code recognises it; it still equals `errc::cancelled`.
SLUICE_API boost::system::error_code make_error_code(errc) noexcept;
SLUICE_API boost::system::error_condition make_error_condition(errc) noexcept;

/// What is known about a failure. Never holds a secret: URIs come without query and user info.
struct SLUICE_API error_info {
    error_info() {}
    std::string operation;                ///< "read", "put", ...
    std::string uri;                      ///< s3://bucket/key
    std::string detail;                   ///< our words: what was being done and what to do about it
    int status = 0;                       ///< HTTP status of the last answer, 0 when there was none
    std::string service_code;             ///< "NoSuchKey", as the service said it
    std::string service_message;          ///< the service's own text: untrusted, cut at 512 bytes
    std::string request_id;               ///< to quote to the service's operator
    unsigned attempts = 0;                ///< requests sent for this operation, the first one included
    std::chrono::nanoseconds elapsed{0};  ///< from the first attempt to giving up
};

/// The one exception type that leaves the library. `what()` is one line: operation, URI, reason, what came back, how often tried.
class SLUICE_API error : public boost::system::system_error {
public:
    error(errc reason, error_info info);

    errc reason() const noexcept { return state_->reason; }
    error_info const& info() const noexcept { return state_->info; }
    char const* what() const noexcept override { return state_->text.c_str(); }

private:
    struct state {
        errc reason;
        error_info info;
        std::string text;
    };
    std::shared_ptr<state const> state_;
};

/// A failure on its way up: a reason to decide by and what is known so far. Thrown as `error` at the public edge only.
class SLUICE_API failure {
public:
    failure() : failure(errc::protocol, {}) {}  // Boost 1.81: result::error() of a success returns one
    failure(errc reason, std::string detail);

    errc reason() const noexcept { return reason_; }
    void reason(errc r) noexcept { reason_ = r; }
    error_info const& info() const noexcept { return *info_; }
    error_info& info() noexcept { return *info_; }

    /// Whether any byte of the request may have left us: what did not, can be sent again whatever it was.
    bool sent() const noexcept { return sent_; }
    void sent(bool s) noexcept { sent_ = s; }

private:
    errc reason_;
    bool sent_ = false;
    std::shared_ptr<error_info> info_;  // shared: a failure is copied by `result`, and rare
};

template <class T>
using result = boost::system::result<T, failure>;

/// Found by `result<T>::value()`.
[[noreturn]] SLUICE_API void throw_exception_from_error(failure const& f, boost::source_location const&);

/// Throws `f` as the public `error`, naming the operation and the object it was for.
[[noreturn]] SLUICE_API void throw_error(failure f, std::string_view operation, std::string_view uri);

}  // namespace sluice::inline v0

template <>
struct boost::system::is_error_condition_enum<sluice::errc> : std::true_type {};
