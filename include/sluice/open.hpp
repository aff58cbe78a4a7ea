#pragma once

#include <sluice/azure.hpp>
#include <sluice/file.hpp>
#include <sluice/gcs.hpp>
#include <sluice/object_store.hpp>
#include <sluice/operations.hpp>
#include <sluice/s3.hpp>
#include <sluice/uri.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace sluice::inline v0 {

/// A store and where in it a URI points.
struct SLUICE_API opened {
    opened() {}
    std::shared_ptr<object_store> store;
    object_key key;  ///< the key, or the prefix, behind the bucket; may be empty
};

/// Settings for whatever `open` meets.
struct SLUICE_API open_settings {
    open_settings() {}
    s3_settings s3;
    std::optional<azure_settings> azure;  ///< none: `azure_settings::from_env` when it is needed
    std::optional<gcs_settings> gcs;      ///< none: `gcs_settings::from_env` when it is needed
    file_settings file;                   ///< `root` and `make_root` come from the URI, and so does `access` of `direct://`
    static open_settings from_env(std::string profile = {});
};

/// Opens `s3://bucket/key`, `gs://bucket/key`, `az://container/key`, `abfss://container@account.dfs.core.windows.net/key`,
/// `mem://name/key`, `file:///folder/name`, `direct:///folder/name` or a plain path. Sends nothing. Every call makes a store of its own: a
/// memory store begins empty and lives as long as somebody holds it.
///
/// The root of a store of files is the folder the path names, up to its last slash, and the key what is behind: "/data/x" is the object
/// "x" of the store "/data", "/data/" all of that store, "x" an object of the working directory. So keys are relative to that folder,
/// and what they name stays within it. The folder need not be there: a write makes it.
///
/// A presigned URL (`https://` or `http://`, with X-Amz-Signature or X-Goog-Signature in its query; `s3_bucket::presign` makes such) is a
/// store of that one object, whose key is the URL's path. Which method it was signed for cannot be seen: reads use it as one for GET (a
/// head reads the first byte), a put as one for PUT. All else is `unsupported`, and so are headers that had to be signed and were not
/// (metadata, say); nothing is sent then. The query goes as it was given and is shown nowhere. What the service refuses is
/// `permission_denied` or `unauthenticated`, and says so when the URL has expired. Redirects are not followed.
/// `https://account.blob.core.windows.net/container/key` is `az://container/key` of that account, by the signature in its query where it
/// has one. An account that a URI names has to be that of the settings' key.
/// Errors: invalid_argument.
SLUICE_API opened open(std::string_view uri, open_settings settings = open_settings::from_env());

/// Downloads an object into a file of a folder that is there, as `copy_object` does: parts side by side into a temporary file of that
/// folder, which then takes the name. The next call goes on with what a killed process had got of the same version.
///
/// Cancel and failure: the temporary file is removed; an existing file keeps its old content. Errors: those of reading; io, no_space.
SLUICE_API awaitable<object_meta> get_file(std::shared_ptr<object_store> store, object_key where, std::string path,
                                           range_engine_options options = {}, progress report = {});

/// Uploads a file, as `copy_object` does. Errors: those of `put`; precondition_failed when the file is written to meanwhile; io.
SLUICE_API awaitable<put_result> put_file(std::shared_ptr<object_store> store, object_key where, std::string path, put_options options = {},
                                          progress report = {});

}  // namespace sluice::inline v0
