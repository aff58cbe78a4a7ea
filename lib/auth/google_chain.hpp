#pragma once

#include "auth/fetch.hpp"
#include "auth/provider.hpp"

#include <sluice/gcs_credentials.hpp>

#include <memory>
#include <string>

namespace sluice::inline v0::auth {

/// What is known of an account before any token is.
struct chosen_account {
    chosen_account() {}
    std::shared_ptr<token_source> tokens;  ///< never null: where no place is configured, its `get` says so
    credentials_report report;
    std::string project;        ///< empty: none is named
    std::string quota_project;  ///< that pays for requests; empty: none is named
};

/// Application Default Credentials in their documented order: the file that GOOGLE_APPLICATION_CREDENTIALS names, the one that
/// `gcloud auth application-default login` left, the metadata server. Nothing is fetched yet; blocks for the files.
/// Errors: a file that is named and not there, or cannot be used.
result<chosen_account> choose_google_account(surroundings const& around, std::string const& scope, way_out const& by);

/// The same, with the error said by the source's `get`: for settings of programs that may never need them.
chosen_account google_account_or_error(surroundings const& around, std::string const& scope, way_out const& by);

}  // namespace sluice::inline v0::auth
