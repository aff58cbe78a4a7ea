#pragma once

#include <sluice/awaitable.hpp>
#include <sluice/gcs.hpp>
#include <sluice/object.hpp>
#include <sluice/options.hpp>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace sluice::inline v0 {

namespace gcs {
class core;
}

/// A bucket of Google Cloud Storage, as the service describes it.
struct gcs_bucket_info {
    gcs_bucket_info() {}
    std::string name;
    std::string location;       ///< "EUROPE-WEST1"
    std::string storage_class;  ///< of objects that are written without one
    std::optional<wall_time> created;
    bool versions = false;  ///< it keeps what is overwritten and removed
};

/// Options of `gcs_bucket::create`.
struct create_gcs_bucket_options : call_options {
    create_gcs_bucket_options() {}
    std::string location;        ///< empty: "US"
    std::string storage_class;   ///< empty: "STANDARD"
    bool uniform_access = true;  ///< by roles alone, without access control of single objects
};

/// What concerns a bucket rather than its objects.
///
/// Lifetime: operations keep what they need alive. Threads: immutable; any executor. Errors: throws `error`.
class SLUICE_API gcs_bucket {
public:
    /// Sends nothing. Errors: those of `make_gcs_store`.
    explicit gcs_bucket(gcs_settings settings);

    std::string uri() const;

    /// Makes it in `gcs_settings::project`. Errors: already_exists, also when it is your own; invalid_argument without a project.
    awaitable<void> create(create_gcs_bucket_options options = {}) const;
    /// Errors: not_found; precondition_failed when it is not empty.
    awaitable<void> remove(call_options options = {}) const;
    /// Errors: not_found.
    awaitable<gcs_bucket_info> get(call_options options = {}) const;

private:
    std::shared_ptr<gcs::core const> core_;
};

/// All buckets of `gcs_settings::project`. Errors: invalid_argument without a project; those of a listing.
SLUICE_API awaitable<std::vector<gcs_bucket_info>> list_buckets(gcs_settings settings, call_options options = {});

}  // namespace sluice::inline v0
