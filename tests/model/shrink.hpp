#pragma once

#include "model/operation.hpp"

#include <functional>

namespace sluice::model {

/// The smallest program that could be found of which `fails` is still true: without operations that do not matter, the rest as simple as
/// may be. `fails` is true of `whole`.
program shrink(program whole, std::function<bool(program const&)> const& fails);

}  // namespace sluice::model
