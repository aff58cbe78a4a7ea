#pragma once

#include "base/hash.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace sluice::inline v0::auth {

/// In place of a body's digest: its chunks and its trailer are signed one after the other.
inline constexpr std::string_view signed_chunks_and_trailer = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER";

/// The signatures of one body in the aws-chunked coding, each made from the one before, the first from that of the head.
/// (docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html)
class chunk_signatures {
public:
    static constexpr std::size_t size = 64;  ///< characters of one: lower-case hexadecimal

    chunk_signatures(base::hmac_key key, std::string_view time, std::string_view scope, base::sha256_digest const& head);

    /// The one made last; at first that of the head.
    std::string const& last() const noexcept { return previous_; }
    /// Of the next chunk, whose data has that digest; the last one is empty.
    std::string const& chunk(base::sha256_digest const& data);
    /// Of the trailer, behind the last chunk: "name:value\n" each.
    std::string const& trailer(std::string_view lines);

private:
    std::string const& follow(std::string_view what, std::string_view digests);

    base::hmac_key key_;
    std::string where_;     // time and scope, a line each
    std::string previous_;  // the last signature
};

}  // namespace sluice::inline v0::auth
