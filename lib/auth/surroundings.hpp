#pragma once

#include <sluice/error.hpp>
#include <sluice/network_options.hpp>

#include <functional>
#include <initializer_list>
#include <optional>
#include <string>

namespace sluice::inline v0::auth {

struct program;

/// What lies outside of the program that settings and keys are made of; tests hand in their own.
struct surroundings {
    surroundings() {}
    /// Empty for a variable that is not set: AWS's tools make no difference.
    std::function<std::string(char const* name)> variable;
    /// The file's text; nothing when there is no such file. Blocks.
    std::function<result<std::optional<std::string>>(std::string const& path)> file;
    /// What a program prints. Blocks. Empty: `run_program`.
    std::function<result<std::string>(program const& what)> output;
};

/// The process's environment, its files (of at most 1 MiB) and the machine's programs.
surroundings real_surroundings();

/// The first that is set of these variables.
std::string first_of(surroundings const& around, std::initializer_list<char const*> names);

/// The proxies that the environment names, as curl reads them, lower case first; HTTP_PROXY is left alone as the header Proxy of whoever
/// asks a CGI program.
network_options network_of(surroundings const& around);
/// `given`, unless nothing in it was set.
network_options network_or_that_of(surroundings const& around, network_options given);

}  // namespace sluice::inline v0::auth
