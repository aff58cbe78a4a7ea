#pragma once

#include "testing/service_message.hpp"

#include <set>
#include <string>

namespace sluice::inline v0::testing {

/// Who may come in, and what time the server thinks it is.
struct azure_gate {
    std::string account, key;  ///< the key in base64
    std::set<std::string> tokens;
    unix_seconds now;
    bool part = false;  ///< of a batch, whose version it has
};

/// What a request is about.
struct azure_target {
    std::string container, blob;  ///< decoded; empty: the account, the container
};

/// Verifies version, date and whatever proves who asks: SharedKey, a bearer token, a shared access signature. Throws service_problem.
void verify_access(service_request const& request, azure_target const& target, azure_gate const& gate);

/// Whether that parameter belongs to a shared access signature.
bool is_of_signature(std::string_view parameter) noexcept;

}  // namespace sluice::inline v0::testing
