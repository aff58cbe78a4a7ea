#include "testing/azure_desk.hpp"

namespace sluice::inline v0::testing {

void azure_blocks::put(place const& where, std::string const& id, std::string data) {
    std::lock_guard const lock(mutex_);
    blocks_of_one& own = blobs_[where];
    if (!own.fresh.empty() && own.fresh.begin()->first.size() != id.size())
        throw refusal("the ids of a blob's blocks must have the same length", "InvalidBlobOrBlock");
    own.fresh.insert_or_assign(id, std::make_shared<std::string const>(std::move(data)));
}

std::string azure_blocks::commit(place const& where, std::vector<std::pair<std::string, std::string>> const& ids) {
    std::lock_guard const lock(mutex_);
    blocks_of_one& own = blobs_[where];
    std::map<std::string, block> kept;
    std::string whole;
    for (auto const& [id, from] : ids) {
        auto found = own.fresh.end();
        if (from != "Committed") found = own.fresh.find(id);
        block data = found == own.fresh.end() ? block() : found->second;
        if (!data && from != "Uncommitted") {
            auto const old = own.committed.find(id);
            if (old != own.committed.end()) data = old->second;
        }
        // Another's write throws blocks away: a correct client may meet that.
        if (!data) throw service_problem(400, "InvalidBlockList", "The specified block list is invalid.");
        whole += *data;
        kept.insert_or_assign(id, std::move(data));
    }
    own.fresh.clear();
    own.committed = std::move(kept);
    return whole;
}

void azure_blocks::forget(place const& where) {
    std::lock_guard const lock(mutex_);
    blobs_.erase(where);
}

std::vector<std::pair<std::string, std::size_t>> azure_blocks::uncommitted(place const& where) const {
    std::lock_guard const lock(mutex_);
    std::vector<std::pair<std::string, std::size_t>> all;
    auto const own = blobs_.find(where);
    if (own == blobs_.end()) return all;
    for (auto const& [id, data] : own->second.fresh) all.emplace_back(id, data->size());
    return all;
}

std::uint64_t azure_blocks::count_uncommitted() const {
    std::lock_guard const lock(mutex_);
    std::uint64_t n = 0;
    for (auto const& [where, own] : blobs_) n += own.fresh.size();
    return n;
}

}  // namespace sluice::inline v0::testing
