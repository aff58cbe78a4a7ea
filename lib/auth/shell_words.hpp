#pragma once

#include <sluice/error.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace sluice::inline v0::auth {

/// A command line in words, by the rules of a shell for blanks, quotes and backslashes, and no others: nothing is expanded, no shell runs.
/// Errors: invalid_argument for an open quote, a backslash at the end, and no word at all.
result<std::vector<std::string>> shell_words(std::string_view line);

}  // namespace sluice::inline v0::auth
