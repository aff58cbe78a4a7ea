#pragma once

#include <sluice/error.hpp>

#include <string>
#include <string_view>

namespace sluice::inline v0::file {

/// A key as a path below the root.
struct key_path {
    key_path() {}
    std::string folder;  ///< "a/b" of "a/b/c"; "." when the key has no slash
    std::string name;    ///< "c"

    std::string whole() const { return folder == "." ? name : folder + '/' + name; }
};

/// Errors: invalid_argument for what is no key of any store, and for keys that are no paths: with empty segments, "." or "..".
result<key_path> path_of(std::string_view key);

/// As `path_of`, for a key that is to be written. Errors: invalid_argument also for names of half-written files.
result<key_path> path_to_write(std::string_view key);

}  // namespace sluice::inline v0::file
