#pragma once

#include <sluice/testing/script_server.hpp>
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

/// How the service behaves.
struct SLUICE_API gcs_server_options {
    gcs_server_options() {}
    std::string token = "ya29.example";  ///< requests must carry it
    bool allow_anonymous = false;
    std::string project = "project";
    std::string user_project;  ///< when set, requests must name who pays
    std::vector<std::string> buckets{"bucket"};
    bool versions = false;                     ///< what is overwritten or removed can still be read by its generation
    std::uint32_t page_limit = 1000;           ///< most keys of one list page, whatever is asked for
    std::uint64_t rewrite_limit = 1ull << 30;  ///< most bytes of one step of a copy
    std::string certificate_pem, key_pem;      ///< TLS when given
};

/// A Google Cloud Storage as far as its JSON API goes, stricter than the real one: tokens, names, parameters, lengths, preconditions, data
/// in one request and in resumable uploads with their committed offsets, listings with delimiter and page tokens, rewrites in steps,
/// compose of up to 32, customers' keys. Checksums are its own. Objects live in memory.
///
/// Refused with 400 and counted: a parameter or header it does not know, a key that is not wholly percent-encoded, a read that does not
/// accept gzip (the real one would decompress), a chunk at another offset than the committed one or of another length than a multiple of
/// 256 KiB, a page or rewrite token of another request.
///
/// Threads: all members from any thread; one thread per connection serves. Lifetime: stops and joins in the destructor.
/// Errors: the constructor throws std::invalid_argument for PEM texts that do not load.
class SLUICE_API gcs_server {
public:
    explicit gcs_server(gcs_server_options options = {});
    ~gcs_server();
    gcs_server(gcs_server const&) = delete;
    gcs_server& operator=(gcs_server const&) = delete;

    std::string endpoint() const;  ///< "http://127.0.0.1:PORT" or "https://localhost:PORT"
    void on_request(std::function<std::optional<service_fault>(service_request_view const&)> decide);
    /// Requests must carry this token from now on; the one before has expired.
    void rotate_token(std::string token);
    /// Every resumable upload that was begun and is not complete ends now: 410.
    void expire_sessions();

    /// Straight into the store, without HTTP; makes the bucket if need be. `headers`: of its resource, like {"contentEncoding", "gzip"}.
    void put(std::string bucket, std::string key, std::string data, std::vector<std::pair<std::string, std::string>> fields = {});
    std::optional<std::string> get(std::string bucket, std::string key) const;
    std::uint64_t object_count() const;
    std::uint64_t sessions_open() const;  ///< begun, neither complete nor cancelled
    service_counts counts() const;
    void reset_counts();
    /// What was wrong with the connections themselves.
    std::vector<std::string> errors() const;
    std::uint64_t connections_open() const noexcept;

private:
    struct state;
    std::unique_ptr<state> state_;
};

}  // namespace sluice::inline v0::testing
