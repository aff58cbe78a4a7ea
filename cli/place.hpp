#pragma once

#include "session.hpp"

#include <sluice/object.hpp>

#include <string>

namespace sluice::inline v0::cli {

/// One side of a copy, as it was named.
struct place {
    enum class kind {
        object,    ///< of a bucket
        file,      ///< of a folder of this machine; may not be there
        folder,    ///< of this machine
        stream,    ///< a pipe or device of this machine
        standard,  ///< "-"
    };
    kind what = kind::object;
    std::string text;    ///< as it was typed
    bool web = false;    ///< a presigned URL: one object, and its name is given
    std::string scheme;  ///< of files: "file" or "direct"
    std::string path;    ///< of files

    bool is_stream() const noexcept { return what == kind::stream || what == kind::standard; }
    bool is_local() const noexcept { return what == kind::file || what == kind::folder; }
    /// What names the file of that path, for `session::open`: links at its end lead to what is meant.
    std::string uri_of(std::string const& path_of_file) const;
};

/// Errors: invalid_argument.
place place_of(std::string const& text);

/// The last part of a key or path. Errors: invalid_argument when that is no file name.
std::string last_name(std::string const& of, std::string const& text);

}  // namespace sluice::inline v0::cli
