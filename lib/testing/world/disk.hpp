#pragma once

#include "testing/world/core.hpp"
#include "testing/world/disk_calls.hpp"
#include "uring/provider.hpp"

#include <memory>
#include <string>

namespace sluice::inline v0::testing {

/// A disk in its world: its calls take time there, and meet what befalls them.
/// Lifetime: knows the world only while that is there.
class simulated_disk {
public:
    simulated_disk(world_core& of, disk_options const& o);

    /// Time is that of the world, or its last one.
    std::int64_t now();
    disk_mishap meet(uring::request const& what);
    async::nanoseconds time_of(uring::request const& what);
    /// As if less had been asked for.
    void shorten(uring::request& what);
    std::int32_t perform(uring::request const& what);
    void end_program(bool power);
    void tell(std::string_view what, std::uint64_t number);

    world_core* world;  // null: it has gone
    disk_options const options;
    disk_calls calls;
    std::function<disk_mishap(disk_call const&)> decide;
    disk_counts counts;
    std::uint64_t program = 0;  // how many have ended
    std::int64_t last = 0;
};

/// What one program has of a disk.
class disk_provider final : public uring::files_provider {
public:
    explicit disk_provider(std::shared_ptr<simulated_disk> disk) : disk_(std::move(disk)), program_(disk_->program) {}

    awaitable<std::int32_t> perform(uring::request what) override;
    void close_now(int fd) noexcept override;
    void remove_now(int directory, char const* name) noexcept override;
    int duplicate(int fd) noexcept override;
    std::string description() const override { return "the simulated disk"; }

private:
    bool lives() const noexcept { return disk_->program == program_; }

    std::shared_ptr<simulated_disk> disk_;
    std::uint64_t const program_;
};

}  // namespace sluice::inline v0::testing
