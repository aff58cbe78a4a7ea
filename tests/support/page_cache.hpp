#pragma once

#include <cstddef>
#include <string>

namespace sluice::test {

/// How many of a file's pages the page cache holds.
std::size_t cached_pages(std::string const& path);

/// Makes it hold none: flushes the file and drops it.
void drop_from_cache(std::string const& path);

/// Makes it hold all.
void read_into_cache(std::string const& path);

}  // namespace sluice::test
