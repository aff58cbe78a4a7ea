#pragma once

#include "sim/contents.hpp"
#include "sim/place.hpp"
#include "sim/weather.hpp"

#include <sluice/error.hpp>
#include <sluice/object_store.hpp>
#include <sluice/testing/world.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::sim {

/// How one operation ended.
struct outcome {
    outcome() {}
    bool finished = false;
    bool cancelled = false;
    std::optional<error> why;  ///< neither of the two
    bool is(errc reason) const { return why && why->reason() == reason; }
};

/// One seed: a world, what befalls it, a program of several clients, and what must be true of it.
class trial {
public:
    /// `cloud`: see `cloud_names`; empty: as the seed says.
    explicit trial(std::uint64_t seed, std::string_view cloud = {});

    /// Empty, or what is wrong.
    std::vector<std::string> run(std::function<void(std::string_view)> hear = {});
    std::uint64_t operations() const noexcept { return operations_; }
    std::uint64_t faults() const noexcept { return sky.faults(); }
    std::uint64_t trace() const noexcept { return world.trace(); }

    // For its clients.
    testing::world world;
    weather sky;
    std::unique_ptr<place> server;
    std::shared_ptr<object_store> store;
    std::map<std::string, contents> keys;  ///< all that anybody writes
    /// An upload of that key whose writer was cancelled and has no abort.
    void dropped(std::string const& key) { dropped_uploads_.insert(key), ++dropped_writers_; }
    /// Does `what` under a random time limit of a cancel; anything but success, a cancel of ours or a `sluice::error` is a finding.
    awaitable<outcome> attempt(std::string name, std::function<awaitable<void>()> what);
    void find(std::string problem);
    /// A failure that nothing in this world explains is a finding.
    void judge(std::string const& name, outcome const& o, std::vector<errc> logical = {});
    std::uint64_t fresh_id() { return ++last_id_; }

private:
    awaitable<void> program();
    awaitable<void> look_at_everything();
    void check_rest();
    awaitable<void> look_for_uploads();
    void check_secrets();

    std::set<std::string> dropped_uploads_;
    std::uint64_t dropped_writers_ = 0;
    std::uint64_t operations_ = 0, last_id_ = 0;
    std::chrono::nanoseconds limit_{};
    std::string log_;
    std::string upload_queries_;  ///< of requests that named an upload, as the server saw them
    std::uint64_t cancelled_ = 0;
    std::function<void(std::string_view)> hear_;
    std::vector<std::string> findings_;
};

/// One that writes its own keys and knows what they hold.
awaitable<void> own_keys(trial* t, unsigned number);
/// Several that count one object up by compare-and-swap.
awaitable<void> count_up(trial* t, unsigned times, std::uint64_t* successes, std::uint64_t* in_doubt);
/// One that reads whatever others write.
awaitable<void> look_around(trial* t);
/// One that lists while keys come and go.
awaitable<void> list_again(trial* t);

}  // namespace sluice::sim
