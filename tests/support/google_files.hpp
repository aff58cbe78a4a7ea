#pragma once

#include "codec/json.hpp"

#include <string>
#include <utility>

namespace sluice::test {

/// The member `name` of a JSON document that is written by hand, quoted.
inline std::string json_text(std::string const& text) {
    std::string out;
    codec::json_quote(out, text);
    return out;
}

/// A key's file of a service account, as Google's console gives it.
inline std::string service_account_file(std::string const& pem, std::string const& token_uri) {
    return R"({"type":"service_account","project_id":"p1","private_key_id":"k1","private_key":)" + json_text(pem) +
           R"(,"client_email":"sa@p1.iam.gserviceaccount.com","client_id":"1","token_uri":)" + json_text(token_uri) + "}";
}

inline std::string user_file(std::string const& token_uri) {
    return R"({"type":"authorized_user","client_id":"id1","client_secret":"CANARY-secret","refresh_token":"CANARY-refresh",)"
           R"("quota_project_id":"q1","token_uri":)" +
           json_text(token_uri) + "}";
}

/// Identity federation; `source` is what credential_source holds, `more` further members with a comma before.
inline std::string external_file(std::string const& token_url, std::string const& source, std::string const& more = {}) {
    return R"({"type":"external_account","audience":"//iam.googleapis.com/pools/x","subject_token_type":)"
           R"("urn:ietf:params:oauth:token-type:jwt","token_url":)" +
           json_text(token_url) + R"(,"credential_source":{)" + source + "}" + more + "}";
}

}  // namespace sluice::test
