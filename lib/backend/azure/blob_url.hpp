#pragma once

#include <sluice/azure.hpp>
#include <sluice/error.hpp>
#include <sluice/object.hpp>

#include <string>
#include <string_view>

namespace sluice::inline v0::azure {

/// Whether it is the URL of a blob of Azure's own: "https://account.blob.core.windows.net/...".
bool is_blob_url(std::string_view text) noexcept;

/// Where such a URL points, and the signature in its query. Errors: invalid_argument, which never repeats the query.
struct blob_url {
    std::string account, endpoint, container, sas;
    object_key key;
};
result<blob_url> parse_blob_url(std::string_view text);

/// `settings`, which may hold keys of one account, for the account `name` at `endpoint` (empty: as set, or Azure's own).
/// Errors: invalid_argument when those keys are another account's.
result<azure_settings> for_account(azure_settings settings, std::string name, std::string endpoint);

}  // namespace sluice::inline v0::azure
