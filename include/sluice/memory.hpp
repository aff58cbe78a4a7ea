#pragma once

#include <sluice/object_store.hpp>

#include <memory>
#include <string>

namespace sluice::inline v0 {

/// A store in memory that keeps every promise of `object_store`; for tests and caches.
///
/// Threads: any. Cancel: nothing to leave behind. `page_limit` caps list pages, so that paging can be tested.
SLUICE_API std::shared_ptr<object_store> make_memory_store(std::string name = "memory", std::uint32_t page_limit = 1000);

}  // namespace sluice::inline v0
