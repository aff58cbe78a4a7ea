#pragma once

#include <sluice/file.hpp>
#include <sluice/object_store.hpp>
#include <sluice/s3.hpp>
#include <sluice/uri.hpp>

#include <memory>
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
    file_settings file;  ///< `root` and `make_root` come from the URI, and so does `access` of `direct://`
    static open_settings from_env(std::string profile = {});
};

/// Opens `s3://bucket/key`, `mem://name/key`, `file:///folder/name`, `direct:///folder/name` or a plain path. Sends nothing. Every call
/// makes a store of its own: a memory store begins empty and lives as long as somebody holds it.
///
/// The root of a store of files is the folder the path names, up to its last slash, and the key what is behind: "/data/x" is the object
/// "x" of the store "/data", "/data/" all of that store, "x" an object of the working directory. So keys are relative to that folder,
/// and what they name stays within it. The folder need not be there: a write makes it.
/// Errors: invalid_argument.
SLUICE_API opened open(std::string_view uri, open_settings settings = open_settings::from_env());

}  // namespace sluice::inline v0
