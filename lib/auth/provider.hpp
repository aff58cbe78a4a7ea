#pragma once

#include <sluice/awaitable.hpp>
#include <sluice/credentials.hpp>
#include <sluice/error.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace sluice::inline v0::auth {

/// The two things outside of the program that settings are made of; tests hand in their own.
struct surroundings {
    surroundings() {}
    /// Empty for a variable that is not set: AWS's tools make no difference.
    std::function<std::string(char const* name)> variable;
    /// The file's text; nothing when there is no such file. Blocks.
    std::function<result<std::optional<std::string>>(std::string const& path)> file;
};

/// One place that keys are fetched from, each time anew. Threads: one fetch at a time.
class provider {
public:
    virtual ~provider() = default;
    /// For people: "the metadata service of EC2".
    virtual std::string name() const = 0;
    /// Lifetime: the provider outlives the fetch. Errors: whatever went wrong. Cancel: nothing is left behind.
    virtual awaitable<result<credentials>> fetch() = 0;
};

/// Keeps what `from` gives until shortly before it expires, and fetches it once for all who ask at the same time; when `from` gives
/// nothing any more, the old keys serve until they expire. See docs/design/011.
std::shared_ptr<credential_source> cached(std::shared_ptr<provider> from);

}  // namespace sluice::inline v0::auth
