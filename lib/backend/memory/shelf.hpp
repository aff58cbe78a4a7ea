#pragma once

#include "store/conditions.hpp"
#include "store/part_list.hpp"

#include <sluice/object_store.hpp>

#include <map>
#include <memory>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sluice::inline v0::memory {

inline constexpr std::uint32_t max_parts = 10'000;

/// One version of an object; shared with every reader that opened it.
struct stored {
    object_meta meta;
    bytes data;
};

/// The parts of an upload.
struct written_parts {
    store::part_list list{max_parts};
    std::map<std::uint32_t, bytes> data;
};

/// The objects of a memory store: every operation, without a wait. Errors are thrown as `error`. Threads: any.
class shelf {
public:
    shelf(std::string name, std::uint32_t page_limit);

    std::shared_ptr<stored const> open(std::string_view operation, object_key const& where, store::read_conditions const& conditions) const;
    resolved_range within(std::string_view operation, stored const& object, byte_range range) const;
    put_result put(object_key where, bytes data, put_options options, wall_time now);
    list_page list(std::string const& prefix, list_options const& options) const;
    remove_report remove(std::vector<object_key> const& keys);

    /// What an interrupted upload of that name left, or nothing.
    written_parts take_interrupted(object_key const& where, std::string const& resume_as);
    void keep_interrupted(object_key const& where, std::string const& resume_as, written_parts parts);

    void check_key(std::string_view operation, object_key const& where) const;
    void check_write(std::string_view operation, object_key const& where, put_options const& options) const;
    [[noreturn]] void fail(errc reason, std::string_view operation, object_key const& where, std::string detail) const;
    std::string uri() const { return "mem://" + name_ + '/'; }

private:
    using map = std::map<std::string, std::shared_ptr<stored const>>;
    map::const_iterator behind(std::string const& group) const;

    std::string const name_;
    std::uint32_t const page_limit_;
    mutable std::shared_mutex mutex_;  // guards what follows
    map objects_;
    std::uint64_t versions_ = 0;
    std::map<std::pair<object_key, std::string>, written_parts> interrupted_;
};

}  // namespace sluice::inline v0::memory
