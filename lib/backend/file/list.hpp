#pragma once

#include "backend/file/operation.hpp"

#include <sluice/object.hpp>

#include <string>

namespace sluice::inline v0::file {

/// One page of the keys below the root. Errors: invalid_argument for texts that no listing takes, and for a file whose name can be no key.
awaitable<result<list_page>> list_objects(operation* op, std::string prefix, list_options options);

}  // namespace sluice::inline v0::file
