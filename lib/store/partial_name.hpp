#pragma once

#include <string>
#include <string_view>

namespace sluice::inline v0::store {

/// The name of a file that is still being written: hidden, and told from any other by its shape. `id`: 32 hexadecimal digits.
std::string partial_name(std::string_view id);

/// The name of what is written beside it: which of its parts are finished.
std::string journal_name(std::string_view id);

/// Whether it is the name of a file that is still being written, or of a journal.
bool is_partial_name(std::string_view name) noexcept;

bool is_journal_name(std::string_view name) noexcept;

/// The name that goes with one of the other kind.
std::string partial_beside(std::string_view journal);
std::string journal_beside(std::string_view partial);

}  // namespace sluice::inline v0::store
