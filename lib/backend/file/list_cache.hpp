#pragma once

#include "backend/file/list_walk.hpp"

#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace sluice::inline v0::file {

/// Listings that may go on: where the last page of each ended, with the names that come next. Threads: any.
class list_cache {
public:
    /// What was kept for the page that `options.next` names, or null.
    std::unique_ptr<list_walk> take(std::string const& prefix, list_options const& options);

    /// For the page behind `next`. Of many listings only those that went on last are kept.
    void keep(std::string prefix, std::string delimiter, std::string next, std::unique_ptr<list_walk> walk);

private:
    struct entry {
        std::string prefix, delimiter, next;
        std::unique_ptr<list_walk> walk;
    };
    std::mutex mutex_;
    std::vector<entry> entries_;  // kept last at the back
};

}  // namespace sluice::inline v0::file
