#pragma once

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
    static open_settings from_env(std::string profile = {});
};

/// Opens `s3://bucket/key` or `mem://name/key`. Sends nothing. Every call makes a store of its own: a memory store begins empty and
/// lives as long as somebody holds it.
/// Errors: invalid_argument; unsupported for local files, which are the other side of `get_file` and `put_file`.
SLUICE_API opened open(std::string_view uri, open_settings settings = open_settings::from_env());

}  // namespace sluice::inline v0
