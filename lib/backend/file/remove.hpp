#pragma once

#include "backend/file/operation.hpp"

#include <sluice/object.hpp>

#include <vector>

namespace sluice::inline v0::file {

/// Removes files and links, never what a link leads to and never a folder with anything in it; then the folders that it left empty.
/// Errors: invalid_argument for what no key can be, before anything is removed; all else is in the report.
awaitable<result<remove_report>> remove_objects(operation* op, std::vector<object_key> keys);

}  // namespace sluice::inline v0::file
