#pragma once

#include <sluice/s3.hpp>

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace sluice::inline v0::s3 {

/// The two things outside of the program that settings are made of; tests hand in their own.
struct surroundings {
    surroundings() {}
    /// Empty for a variable that is not set: AWS's tools make no difference.
    std::function<std::string(char const* name)> variable;
    /// The file's text; nothing when there is no such file.
    std::function<result<std::optional<std::string>>(std::string const& path)> file;
};

/// The process's environment and its files. Reads blockingly: it runs before any I/O loop does, on files of a few lines.
surroundings real_surroundings();

/// What s3_settings::from_env promises. Pure but for `around`.
result<s3_settings> read_settings(surroundings const& around, std::string profile);

}  // namespace sluice::inline v0::s3
