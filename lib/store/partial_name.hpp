#pragma once

#include <string>
#include <string_view>

namespace sluice::inline v0::store {

/// The name of a file that is still being written: hidden, and told from any other by its shape. `id`: 32 hexadecimal digits.
std::string partial_name(std::string_view id);

bool is_partial_name(std::string_view name) noexcept;

}  // namespace sluice::inline v0::store
