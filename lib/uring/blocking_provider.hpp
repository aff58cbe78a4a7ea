#pragma once

#include "uring/provider.hpp"
#include "uring/quick_status.hpp"

namespace sluice::inline v0::async {
class blocking;
}

namespace sluice::inline v0::uring {

/// Plain system calls on the pool of `async::blocking`: what serves where there is no ring, and what has no form on a ring.
class blocking_provider final : public files_provider {
public:
    /// `why`: the end of the description.
    blocking_provider(async::blocking& pool, std::string why) : pool_(pool), why_(std::move(why)) {}

    awaitable<std::int32_t> perform(request what) override;
    awaitable<void> perform_all(std::span<request const> calls, std::span<std::int32_t> answers) override;
    bool status_now(int fd, struct ::statx& into) noexcept override { return quick_status(fd, into); }
    void close_now(int fd) noexcept override;
    void remove_now(int directory, char const* name) noexcept override;
    int duplicate(int fd) noexcept override;
    std::string description() const override { return "the thread pool" + why_; }

private:
    async::blocking& pool_;
    std::string why_;
};

}  // namespace sluice::inline v0::uring
