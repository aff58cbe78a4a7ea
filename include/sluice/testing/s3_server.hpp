#pragma once

#include <sluice/testing/service.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace sluice::inline v0::testing {

/// What the server does when it is asked whether to continue (`Expect: 100-continue`).
enum class s3_expect {
    answer,  ///< "100 Continue", or at once the refusal that the head alone earns: of signature, operation, condition, or a fault's status
    ignore,  ///< nothing: it waits for the body
    refuse,  ///< 417
};

/// How the server behaves.
struct SLUICE_API s3_server_options {
    s3_server_options() {}
    std::string access_key = "AKIDEXAMPLE";
    std::string secret_key = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
    std::string session_token;  ///< when set, requests must carry it
    std::string region = "us-east-1";
    std::vector<std::string> buckets{"bucket"};
    bool allow_anonymous = false;
    std::uint32_t page_limit = 1000;         ///< most keys of one list page, whatever is asked for
    std::chrono::seconds clock_offset{0};    ///< the server's clock against ours; beyond 15 minutes: RequestTimeTooSkewed
    std::string certificate_pem, key_pem;    ///< TLS when given
    bool bare_put_etags = false;             ///< If-Match of a PUT is compared as Ceph 16.2 does it: an ETag in quotes never matches
    std::uint64_t min_part_size = 5u << 20;  ///< of every part of an upload but the last
    s3_expect expect = s3_expect::answer;
    bool directory = false;                      ///< its buckets are directory buckets (S3 Express One Zone), see below
    std::chrono::seconds session_lifetime{300};  ///< of sessions with them
    std::string domain = "localhost";            ///< virtual-host style: the bucket is what comes before ".localhost"
};

using s3_fault = service_fault;
using s3_request_view = service_request_view;

struct SLUICE_API s3_server_counts {
    s3_server_counts() {}
    std::uint64_t requests = 0, connections = 0, gets = 0, heads = 0, puts = 0, lists = 0, deletes = 0;
    std::uint64_t uploads = 0, parts = 0, completions = 0, aborts = 0;  ///< of uploads in parts: those begun, and what came then
    std::uint64_t sessions = 0;                                         ///< with directory buckets, asked for
    std::uint64_t copies = 0;                                           ///< of objects, and of parts
    std::uint64_t body_bytes = 0;                                       ///< of requests; also what came of a body that had been refused
    std::uint64_t continued = 0;                                        ///< how often it said "100 Continue"
    std::uint64_t trailers = 0;                                         ///< bodies whose checksum came behind them
    /// Ill-formed or wrongly signed, which no correct client sends: a test asserts 0. What a correct client may meet is not counted: a
    /// wrong region, a skewed clock, an expired token, a condition that does not hold, an object that is not there.
    std::uint64_t refused = 0;
    std::string last_refusal;  ///< why, for the test's message
};

/// An S3-shaped server in this process, stricter than real ones: verifies every signature with a signer of its own, lengths and header
/// bytes, ranges, conditions, ListObjectsV2 (prefix, delimiter, start-after, continuation-token, encoding-type), batch delete with
/// Content-MD5, uploads in parts. Path and virtual-host style (`bucket.localhost`). Objects live in memory.
///
/// A header that comes twice, a key or query spelt otherwise than SigV4 spells it, an unknown parameter or x-amz header, Expect
/// with an empty body, chunked bodies (aws-chunked ones are decoded, and their trailers verified), bytes between a request and its reply:
/// all are refused with 400 and counted.
///
/// As directory buckets it has what AWS has, and refuses all else: requests are signed for "s3express", by the keys of a session that was
/// asked for by the access key (copies and what is asked of buckets: by the latter), with the session's token and no other; no Content-MD5,
/// but a checksum with a batch delete; no tags, access control, object lock or customers' keys; listings by whole folders, in no order,
/// from no key on; ETags that are no MD5s.
///
/// Threads: all members from any thread; one thread per connection serves. Lifetime: stops and joins in the destructor, also with requests
/// in flight. Errors: the constructor throws std::invalid_argument for PEM texts that do not load.
class SLUICE_API s3_server {
public:
    explicit s3_server(s3_server_options options = {});
    ~s3_server();
    s3_server(s3_server const&) = delete;
    s3_server& operator=(s3_server const&) = delete;

    std::uint16_t port() const noexcept;
    std::string endpoint() const;  ///< "http://127.0.0.1:PORT" or "https://localhost:PORT"

    /// Called for every well-formed request before it is served, from the threads of the connections, several at once. A request whose
    /// signature is wrong is refused all the same.
    void on_request(std::function<std::optional<s3_fault>(s3_request_view const&)> decide);

    /// Requests must carry this token from now on; the one before has expired.
    void rotate_session_token(std::string token);

    /// Every session that was given ends now.
    void expire_sessions();

    /// Straight into the store, without HTTP; makes the bucket if need be. Returns the ETag, quoted as in the header.
    std::string put(std::string bucket, std::string key, std::string data);
    std::optional<std::string> get(std::string bucket, std::string key) const;
    std::uint64_t object_count() const;
    std::uint64_t uploads_open() const;  ///< begun, neither complete nor aborted
    s3_server_counts counts() const;
    void reset_counts();
    std::uint64_t connections_open() const noexcept;
    bool wait_until_closed(std::chrono::milliseconds limit) const;
    /// Stops listening and resets every connection, as a killed process does; within `on_request` that is under way when it returns.
    void kill();

private:
    struct state;
    std::unique_ptr<state> state_;
};

}  // namespace sluice::inline v0::testing
