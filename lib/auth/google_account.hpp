#pragma once

#include "auth/web_address.hpp"
#include "base/sign.hpp"

#include <sluice/error.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

// The JSON files in which Google's tools describe an account (google.aip.dev/auth/4112, 4113, 4117).
namespace sluice::inline v0::auth {

/// "type": "service_account": a key of the account itself.
struct service_account {
    std::string email;
    std::string key_id;
    base::signing_key key;
    web_address token_uri;
    std::string token_uri_text;  ///< the audience of what is signed
};

/// "type": "authorized_user" (a person, by `gcloud auth application-default login`), or "external_account_authorized_user".
struct authorized_user {
    std::string client_id, client_secret, refresh_token;
    web_address token_uri;
    bool by_header = false;  ///< id and secret go in the header, not in the form
};

/// Which account to act as, of somebody who may.
struct impersonation {
    impersonation() {}
    web_address to;  ///< generateAccessToken
    std::string email;
    std::vector<std::string> delegates;
    std::chrono::seconds lifetime = std::chrono::hours(1);
};

/// Where the token that another identity provider signed comes from.
struct subject_source {
    subject_source() {}
    enum class kind : std::uint8_t { file, url, executable, aws } from = kind::file;
    std::string file;
    web_address url;
    std::vector<std::pair<std::string, std::string>> headers;  ///< of the request to `url`
    std::string member;                                        ///< of a JSON document that holds the token; empty: the text is the token
    std::string command;
    std::string output_file;                                     ///< where the command may leave what it prints
    std::chrono::milliseconds limit = std::chrono::seconds(30);  ///< of the command
    std::optional<web_address> region_at, keys_at;               ///< of AWS's metadata service; none: only the environment is asked
    std::string verification_url;                                ///< of GetCallerIdentity, with {region}
};

/// "type": "external_account": workload or workforce identity federation.
struct external_account {
    external_account() {}
    std::string audience, subject_token_type;
    web_address token_uri;
    std::string client_id, client_secret;
    std::string workforce_project;
    subject_source subject;
    std::optional<impersonation> acts_as;  ///< none: as itself
};

struct google_account;

/// "type": "impersonated_service_account".
struct impersonated_account {
    std::unique_ptr<google_account> by;
    impersonation as;
};

struct google_account {
    std::variant<service_account, authorized_user, external_account, impersonated_account> who;
    std::string project;        ///< empty: it names none
    std::string quota_project;  ///< that pays; empty: it names none
};

/// Where tokens of people and service accounts come from, unless the file says otherwise.
inline constexpr std::string_view google_token_uri = "https://oauth2.googleapis.com/token";

/// Pure. Errors: invalid_argument, naming `what` the text is and the member that is wrong; nothing of the text is repeated. Addresses that
/// secrets go to must be https, or on this machine.
result<google_account> parse_google_account(std::string_view text, std::string_view what);

/// "service account x@y", "a person", "workload identity federation, as x@y".
std::string google_account_in_words(google_account const& account);

}  // namespace sluice::inline v0::auth
