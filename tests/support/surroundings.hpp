#pragma once

#include "auth/program.hpp"
#include "auth/surroundings.hpp"

#include <map>
#include <optional>
#include <string>
#include <utility>

namespace sluice::test {

using texts = std::map<std::string, std::string>;

/// Variables and files that are these, and no others; of programs each prints its text in `outputs`, by its first word.
inline auth::surroundings around_of(texts variables, texts files = {}, texts outputs = {}) {
    auth::surroundings made;
    made.variable = [variables = std::move(variables)](char const* name) {
        auto const at = variables.find(name);
        return at == variables.end() ? std::string() : at->second;
    };
    made.file = [files = std::move(files)](std::string const& path) -> result<std::optional<std::string>> {
        auto const at = files.find(path);
        if (at == files.end()) return std::optional<std::string>();
        if (at->second == "locked") return failure(errc::permission_denied, "cannot read " + path);
        return std::optional<std::string>(at->second);
    };
    made.output = [outputs = std::move(outputs)](auth::program const& what) -> result<std::string> {
        auto const at = outputs.find(what.words.front());
        if (at == outputs.end()) return failure(errc::io, what.name + " cannot be started: No such file or directory");
        return at->second;
    };
    return made;
}

}  // namespace sluice::test
