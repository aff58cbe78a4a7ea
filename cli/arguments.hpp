#pragma once

#include "options.hpp"

#include <string>
#include <variant>

namespace sluice::inline v0::cli {

/// Nothing to do: help was asked for (code 0, text for standard output), or the arguments are wrong (code 2, one line without line end).
struct parse_end {
    int code = 0;
    std::string text;
};

std::variant<command, parse_end> parse_arguments(int argc, char const* const* argv);

}  // namespace sluice::inline v0::cli
