#pragma once

#include "testing/s3_message.hpp"

#include <set>
#include <string>

namespace sluice::inline v0::testing {

/// Who may come in, and what time the server thinks it is.
struct s3_gate {
    std::string access_key, secret_key, region;
    std::string session_token;             ///< empty: none is asked for
    std::set<std::string> expired_tokens;  ///< tokens that were good before
    bool allow_anonymous = false;
    unix_seconds now;
};

/// Verifies the SigV4 Authorization header and the payload hash of a request whose body is complete. Throws s3_problem.
/// The same of a request whose signature is in its query. Throws s3_problem.
void verify_presigned(s3_request const& request, s3_gate const& gate);
void verify_signature(s3_request const& request, s3_gate const& gate);

}  // namespace sluice::inline v0::testing
