#pragma once

#include <sluice/object_store.hpp>

#include <memory>
#include <string>

namespace sluice::test {

/// A memory store with the named wrapper around it, "prefixed", "limited", "observed" or "faulty", or all of them: "nested". Null for
/// another name.
std::shared_ptr<object_store> make_wrapped(std::string const& wrapper);

}  // namespace sluice::test
