#pragma once

#include "transfer/key_split.hpp"

#include <sluice/error.hpp>
#include <sluice/object.hpp>

#include <cstddef>
#include <cstdint>
#include <list>
#include <optional>
#include <string>
#include <vector>

namespace sluice::inline v0::transfer {

/// Which part of the keys to ask for next, so that many are asked for at once and all are given out in order, each once. Pure: whoever
/// sends the requests brings the answers. Not for several threads.
class shard_plan {
public:
    struct limits {
        std::size_t in_flight = 32;
        std::uint64_t memory = 256ull << 20;
    };

    /// One request: the keys behind `after`.
    struct request {
        std::uint64_t shard = 0;
        std::string after;
    };

    shard_plan(std::string const& prefix, std::string start_after, limits most);

    /// What to send now; nothing when enough is under way, or too much waits to be taken.
    std::optional<request> next();

    /// What came of it. Errors: unsupported when the keys are in no order.
    result<void> answered(std::uint64_t shard, list_page page);

    /// Entries whose turn has come, in order; empty when none has.
    std::vector<object_meta> take();

    /// Bytes that came and were not taken.
    std::uint64_t waiting() const noexcept { return waiting_; }
    bool done() const noexcept { return shards_.empty(); }

private:
    struct shard {
        std::uint64_t id = 0;
        key_range range;
        std::string first, last;  // keys of the page that came last; `last` is where the next begins
        bool asked = false, ended = false, seen = false;
        double left = 0;  // pages, as far as can be told
        std::vector<object_meta> waiting;
    };
    using place = std::list<shard>::iterator;

    place find(std::uint64_t id);
    bool may_start(shard const& s, std::size_t rank) const noexcept;
    std::optional<request> startable();
    request start(place at);
    std::size_t may_risk() const;
    bool split();
    std::size_t cut_up(place at, std::size_t count);
    void keep(shard& s, std::vector<object_meta> objects);
    static std::uint64_t weight(object_meta const& one) noexcept;

    limits const most_;
    alphabet letters_;
    std::list<shard> shards_;  // by key; the first is the one whose turn it is
    std::uint64_t last_id_ = 0;
    std::size_t asked_ = 0;
    std::size_t fruitless_ = 0;     // answers without keys
    std::size_t full_page_ = 0;     // keys of a page, the largest so far
    std::uint64_t keys_ = 0;        // that came
    std::uint64_t waiting_ = 0;     // bytes
    std::uint64_t page_ = 400'000;  // bytes of a page, the largest so far
};

}  // namespace sluice::inline v0::transfer
