#include "net/race.hpp"

#include <algorithm>
#include <utility>

namespace sluice::inline v0::net {

race::race(std::vector<address> order, transport_provider& provider, async::clock& clock, async::nanoseconds each,
           async::time_point deadline)
    : provider_(provider),
      clock_(clock),
      each_(each),
      deadline_(deadline) {
    for (address& at : order) runners_.emplace_back(std::move(at));
}

awaitable<void> race::run() {
    if (runners_.size() == 1) {
        runners_.front().what = fate::running;
        co_await begin(nullptr, 0);
        co_return;
    }
    auto body = [this](async::task_group& group) { return begin_all(&group); };
    co_await async::with_task_group(body);
}

awaitable<void> race::begin_all(async::task_group* group) {
    for (std::size_t i = 0; i < runners_.size(); ++i) {
        if (i > 0 && clock_.now() >= deadline_) co_return;
        std::unique_lock lock(mutex_);
        if (winner) co_return;
        runners_[i].what = fate::running;
        auto one = [this, group, i] { return begin(group, i); };
        if (!group->spawn(one)) co_return;
        async::time_point const patience = async::limit_after(clock_.now(), stagger);
        async::wake woken = async::wake::notified;
        while (runners_[i].what == fate::running && woken == async::wake::notified) {
            woken = co_await ended_.wait(lock, patience);
            lock.lock();
        }
    }
}

awaitable<void> race::begin(async::task_group* group, std::size_t which) {
    address at = runners_[which].at;
    async::time_point const limit = std::min(deadline_, async::limit_after(clock_.now(), each_));
    result<std::unique_ptr<stream>> got = co_await provider_.dial(std::move(at), limit);
    std::lock_guard const lock(mutex_);
    if (!got) {
        last = got.error();
        runners_[which].what = last->reason() == errc::invalid_argument ? fate::ours : fate::failed;
    } else if (!winner) {
        winner = std::move(got).value();
        runners_[which].what = fate::won;
        if (group != nullptr) group->cancel();
    }
    ended_.notify_all();
}

}  // namespace sluice::inline v0::net
