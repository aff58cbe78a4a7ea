#pragma once

#include "testing/s3_message.hpp"

#include <set>
#include <string>

namespace sluice::inline v0::testing {

/// Who may come in, and what time the server thinks it is.
struct s3_gate {
    std::string access_key, secret_key, region;
    std::string service = "s3";
    std::string token_header = "x-amz-security-token", token_parameter = "X-Amz-Security-Token";
    std::string session_token;             ///< empty: none is asked for
    std::set<std::string> expired_tokens;  ///< tokens that were good before
    bool allow_anonymous = false;
    unix_seconds now;
};

/// Verifies the signature in the SigV4 Authorization header or the query: what the head alone tells. Throws s3_problem.
void verify_signature(s3_request const& request, s3_gate const& gate);
void verify_presigned(s3_request const& request, s3_gate const& gate);
/// The chain of signatures of an aws-chunked body, each made from the one before.
struct s3_chunk_chain {
    std::string key, where, previous;
    /// Throws s3_problem when `given` is not the next one, of what has those digests.
    void follow(std::string_view algorithm, std::string_view digests, std::string_view given);
};
/// As it is signed: without blanks at its ends, one for each run of them inside.
std::string canonical_value(std::string_view value);
/// Of a request whose signature was found good.
s3_chunk_chain chunk_chain_of(s3_request const& request, s3_gate const& gate);

/// Verifies that the body is the one that was signed, if it was. Throws s3_problem.
void verify_payload(s3_request const& request);

}  // namespace sluice::inline v0::testing
