#pragma once

#include <sluice/object_store.hpp>

#include <memory>
#include <string>

namespace sluice::inline v0 {

/// The part of `inner` whose keys begin with `prefix`, as a store of its own: keys go in and come out without it.
///
/// The prefix is literal; end it in "/" for a folder. Errors: those of `inner`, with the whole key in their URI; invalid_argument for
/// an empty key, or one that is too long with the prefix in front.
SLUICE_API std::shared_ptr<object_store> make_prefixed(std::shared_ptr<object_store> inner, std::string prefix);

}  // namespace sluice::inline v0
