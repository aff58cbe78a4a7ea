#pragma once

#include <sluice/object_store.hpp>
#include <sluice/service_settings.hpp>
#include <sluice/token.hpp>

#include <cstdint>
#include <memory>
#include <string>

namespace sluice::inline v0 {

class gcs_session_keeper;

/// Everything a store of one bucket of Google Cloud Storage needs, which is spoken to by its JSON API.
///
/// An object's `version` is its generation, and its ETag changes with its generation and its attributes. Keys have no CR and no LF, which
/// the service does not take. Of `keeping` there are storage_class, acl (a predefined one, "publicRead"), kms_key, key, lock_mode
/// ("Unlocked", "Locked") with retain_until, and legal_hold (a temporary hold); all else is `unsupported`.
struct SLUICE_API gcs_settings : service_settings {
    gcs_settings() {}

    std::string bucket;
    std::string endpoint;                  ///< "http://127.0.0.1:4443"; empty: "https://storage.googleapis.com"
    std::string project;                   ///< in which buckets are made and listed
    std::string user_project;              ///< who pays for requests, where that is not the bucket's owner
    std::string api_key;                   ///< goes with every request; never shown
    std::shared_ptr<token_source> tokens;  ///< null: anonymous
    /// A put of more bytes, or from a source of more, is a resumable upload: what breaks off goes on where the service says it is.
    std::uint64_t resumable_above = 8ull << 20;
    /// Bytes of one request of a resumable upload: a multiple of 256 KiB.
    std::uint64_t chunk_size = 64ull << 20;
    /// Keeps the resumable uploads of puts with `put_options::resume_as`: another process goes on where the service has them.
    /// Null: an upload ends with its put.
    std::shared_ptr<gcs_session_keeper> sessions;
    /// Uploads in parts are made of temporary objects below this prefix, which are composed at the end, and then removed. Listings leave
    /// them out, unless they ask for the prefix. Empty: there are no uploads in parts, as for buckets whose objects may not be removed.
    std::string parts_prefix = ".sluice-parts/";

    /// The endpoint is STORAGE_EMULATOR_HOST, with "http://" before it or without; the project GOOGLE_CLOUD_PROJECT, else GCLOUD_PROJECT;
    /// proxies as `s3_settings::from_env` has them. Tokens come from `google_credentials` (see <sluice/gcs_credentials.hpp>), which looks
    /// for them when they are needed; an emulator is sent none.
    static gcs_settings from_env();
};

/// A store of one bucket. Sends nothing; errors of the settings (names, endpoint, CA file, sizes) are thrown here.
SLUICE_API std::shared_ptr<object_store> make_gcs_store(gcs_settings settings);

}  // namespace sluice::inline v0
