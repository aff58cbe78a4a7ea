#pragma once

#include "auth/canonical_request.hpp"
#include "auth/chunk_signatures.hpp"
#include "http/request.hpp"

#include <sluice/credentials.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace sluice::inline v0::auth {

inline constexpr std::string_view unsigned_payload = "UNSIGNED-PAYLOAD";
inline constexpr std::string_view empty_payload_hash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/// How the token of temporary keys is sent: as a rule, or as the one of a session with a directory bucket.
enum class token_kind : std::uint8_t { security, s3_session };

/// AWS Signature Version 4 in the Authorization header (docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html).
///
/// Threads: any; the signing key is cached per day, credentials, region and service. Cost: at most 1.5 us.
class sigv4_signer {
public:
    explicit sigv4_signer(std::string service = "s3", token_kind token = token_kind::security);
    ~sigv4_signer();
    sigv4_signer(sigv4_signer const&) = delete;
    sigv4_signer& operator=(sigv4_signer const&) = delete;

    /// Adds x-amz-date, x-amz-content-sha256, the token (when there is one) and Authorization to `to`, which must have none
    /// of them yet: each attempt signs a fresh request. Signs nothing and adds nothing for an empty access key.
    ///
    /// `to.target` is signed as it stands: path and query already percent-encoded; the query is sorted for signing only. Signed headers
    /// are host, content-type, content-md5 and every x-amz-*.
    void sign(http::request& to, credentials const& keys, std::string_view region, std::chrono::system_clock::time_point now,
              std::string_view payload_hash = unsigned_payload) const;

    /// The same with another choice of headers.
    void sign(http::request& to, credentials const& keys, std::string_view region, std::chrono::system_clock::time_point now,
              std::string_view payload_hash, header_filter is_signed) const;

    /// The same for a body whose chunks are signed after the head, by what this returns. The access key must not be empty.
    chunk_signatures sign_chunked(http::request& to, credentials const& keys, std::string_view region,
                                  std::chrono::system_clock::time_point now, std::string_view payload_hash = signed_chunks_and_trailer,
                                  header_filter is_signed = signed_by_default) const;

    /// The target of a request that whoever sends it need not sign: `to.target` with the signature in its query, good for `expires` from
    /// `now` on, of any body. Every header of `to` is signed, and must be sent as it is.
    /// (docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html)
    std::string presign(http::request const& to, credentials const& keys, std::string_view region,
                        std::chrono::system_clock::time_point now, std::chrono::seconds expires) const;

private:
    base::sha256_digest sign_head(http::request& to, credentials const& keys, std::string_view region,
                                  std::chrono::system_clock::time_point now, std::string_view payload_hash, header_filter is_signed) const;

    struct state;
    std::unique_ptr<state> state_;
};

/// Lower-case hexadecimal SHA-256 for `payload_hash`.
std::string payload_hash(std::string_view data);

}  // namespace sluice::inline v0::auth
