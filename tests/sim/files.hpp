#pragma once

#include "sim/contents.hpp"

#include <sluice/error.hpp>
#include <sluice/file.hpp>
#include <sluice/object_store.hpp>
#include <sluice/testing/world.hpp>

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

/// One seed of files: a disk, a store of files on it, and a program that is killed, or loses its power, and starts again on what is left.
class file_trial {
public:
    explicit file_trial(std::uint64_t seed);

    /// Empty, or what is wrong.
    std::vector<std::string> run(std::function<void(std::string_view)> hear = {});
    std::uint64_t operations() const noexcept { return operations_; }
    std::uint64_t faults() const noexcept { return disk.counts().mishaps + cuts_; }
    std::uint64_t trace() const noexcept { return world.trace(); }

    /// What an object may hold: `live` as long as the power is on, `durable` once it has failed.
    struct known_key {
        contents live, durable;
        void may_have(contents::value const& v) { live.may_have(v), durable.may_have(v); }
    };
    struct outcome {
        outcome() {}
        bool finished = false, cancelled = false;
        std::optional<error> why;
        bool is(errc reason) const { return why && why->reason() == reason; }
    };

    // For its clients.
    testing::world world;
    testing::world_disk disk;
    testing::world_s3 server;
    std::shared_ptr<object_store> store, remote;
    std::map<std::string, known_key> keys;
    std::vector<std::string> sources;  ///< the objects "src/0" and so on of the server
    awaitable<outcome> attempt(std::string name, std::function<awaitable<void>()> what);
    /// Likewise of a write of `now`, which leaves all as it was when it fails for a reason of the disk, or of `logical`.
    awaitable<outcome> attempt_write(std::string name, std::string key, contents::value now, std::vector<errc> logical,
                                     std::function<awaitable<void>()> what);
    void find(std::string problem) { findings_.push_back(std::move(problem)); }
    std::string fresh(std::size_t most) { return content(++last_id_, world.pick(most)); }
    bool calm() const noexcept { return mask_ == 0; }

private:
    enum kind : unsigned { no_space, io_error, short_transfer, kinds };
    testing::disk_mishap at(testing::disk_call const& call);
    bool explains(errc reason) const noexcept;
    void open_store();
    void live_once(bool last);
    awaitable<void> program();
    awaitable<void> last_look();
    void look_at_disk(bool power_failed);
    void check_names();
    void check_leavings(std::vector<std::string> const& before);

    file_settings settings_;
    unsigned mask_ = 0;
    std::uint64_t rarity_ = 30, calls_left_ = 0;  // until it is stopped
    testing::disk_mishap stop_ = testing::disk_mishap::none;
    bool clear_ = false;
    std::uint64_t operations_ = 0, last_id_ = 0, cuts_ = 0;
    std::function<void(std::string_view)> hear_;
    std::vector<std::string> findings_;
    std::set<std::string> stuck_;  // what a removal failed of
};

/// One that writes its own keys and knows what they hold.
awaitable<void> own_files(file_trial* t, unsigned number);
/// One that downloads objects of the server, and goes on with what it finds.
awaitable<void> download(file_trial* t);
/// One that reads and lists whatever others write.
awaitable<void> look_at_files(file_trial* t);

}  // namespace sluice::sim
