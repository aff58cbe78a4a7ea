#pragma once

#include "world.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace sluice::test {

using list_of = std::vector<std::string>;

/// The object "f/k" is made of parts of one size.
inline constexpr std::size_t part = 10'000, parts = 5, size_of_all = part * parts;

list_of just_k();  ///< all there is when it is whole

put_options as(std::string name = "source, version 1");
std::string piece(std::string const& data, std::uint32_t number);
awaitable<void> write_part(upload to, std::uint32_t number, std::string data);
/// Begins "f/k" and drops it when the parts named by `digits` are written.
awaitable<void> leave(folder_store at, std::string data, char const* digits, put_options options = as());
std::vector<std::uint32_t> numbers_of(upload const& there);
/// Writes what is not there, and completes.
awaitable<void> finish(upload to, std::string data);

std::string journal_in(folder_store const& at);
std::string partial_in(folder_store const& at);

}  // namespace sluice::test
