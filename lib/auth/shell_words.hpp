#pragma once

#include <sluice/error.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace sluice::inline v0::auth {

/// A command line in words, by the rules of a shell for blanks, quotes and backslashes, and no others: nothing is expanded, no shell runs.
/// Errors: invalid_argument for an open quote, a backslash at the end, and no word at all.
/// They name `what` the line is, and hold nothing of it.
result<std::vector<std::string>> shell_words(std::string_view line, std::string_view what = "credential_process");

}  // namespace sluice::inline v0::auth
