#pragma once

#include <CLI/CLI.hpp>

#include <string>

namespace sluice::inline v0::cli {

/// What is wrong with the arguments, in one line.
std::string complaint(CLI::App const& app, CLI::ParseError const& e);

}  // namespace sluice::inline v0::cli
