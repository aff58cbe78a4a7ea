#include "transfer/shard_plan.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace sluice::inline v0::transfer {

namespace {

constexpr double worth_cutting = 4;  // pages: each part costs a request that may find nothing, and the end of a page in vain
constexpr double pages_of_a_cut = 2.5;
constexpr std::size_t pages_in_turn = 3;      // before anything is cut: most listings end within them
constexpr std::size_t pages_of_a_small = 10;  // up to here not more is risked than came
constexpr std::size_t risked_more = 8;        // requests, for each further page
constexpr std::size_t risked_at_most = 128;
constexpr std::size_t keys_learned_from = 8;

}  // namespace

shard_plan::shard_plan(std::string const& prefix, std::string start_after, limits most) : most_(most) {
    letters_.learn(prefix);
    shard whole;
    whole.id = ++last_id_;
    whole.range.after = whole.last = std::move(start_after);
    whole.range.open_end = true;
    shards_.push_back(std::move(whole));
}

std::uint64_t shard_plan::weight(object_meta const& one) noexcept { return sizeof(object_meta) + one.key.capacity() + one.etag.capacity(); }

shard_plan::place shard_plan::find(std::uint64_t const id) {
    return std::ranges::find_if(shards_, [id](shard const& s) { return s.id == id; });
}

/// The nearer its turn, the more of the memory a part may find in use, for what is near is what gives memory back. The one whose turn it is
/// never waits. `rank`: how many in front of it are not yet listed to their end.
bool shard_plan::may_start(shard const& s, std::size_t const rank) const noexcept {
    if (s.asked || s.ended) return false;
    if (rank == 0) return true;
    if (rank >= most_.in_flight) return false;
    double const share = 1 - static_cast<double>(rank) / static_cast<double>(most_.in_flight);
    return static_cast<double>(waiting_ + page_ * asked_) <= static_cast<double>(most_.memory) * share;
}

shard_plan::request shard_plan::start(place const at) {
    at->asked = true;
    ++asked_;
    request r;
    r.shard = at->id;
    r.after = at->last;
    return r;
}

std::optional<shard_plan::request> shard_plan::next() {
    if (asked_ >= std::max<std::size_t>(most_.in_flight, 1)) return std::nullopt;
    std::optional<request> found = startable();
    if (!found && split()) found = startable();
    return found;
}

std::optional<shard_plan::request> shard_plan::startable() {
    std::size_t rank = 0;
    for (place at = shards_.begin(); at != shards_.end(); ++at) {
        if (may_start(*at, rank)) return start(at);
        if (!at->ended) ++rank;
    }
    return std::nullopt;
}

/// How many requests may be sent now that perhaps find nothing. They stay in proportion to the pages there are: a listing may end with the
/// next page, and keys may be such that they cannot be guessed.
std::size_t shard_plan::may_risk() const {
    std::size_t const pages = full_page_ == 0 ? 0 : static_cast<std::size_t>(keys_ / full_page_);
    if (pages < pages_in_turn) return 0;
    std::size_t allowed = pages;
    if (pages > pages_of_a_small) allowed += std::min(risked_more * (pages - pages_of_a_small), risked_at_most);
    auto const unproven = static_cast<std::size_t>(std::ranges::count_if(shards_, [](shard const& s) { return !s.seen; }));
    // Of a small listing also what found keys counts: it found the rest of a page.
    std::size_t const spent = pages > pages_of_a_small ? fruitless_ + unproven : static_cast<std::size_t>(last_id_ - 1);
    return allowed > spent ? allowed - spent : 0;
}

/// Cuts the part that has most left. While others wait for memory, the one whose turn it is, for that gives some back.
bool shard_plan::split() {
    std::size_t const risk = may_risk();
    if (risk == 0) return false;
    bool const short_of_memory = std::ranges::any_of(shards_, [](shard const& s) { return !s.asked && !s.ended; });
    place best = shards_.end();
    for (place at = shards_.begin(); at != shards_.end(); ++at) {
        bool const possible = at->seen && !at->ended && at->left >= worth_cutting;
        if (possible && (best == shards_.end() || at->left > best->left)) best = at;
        if (short_of_memory && !at->ended) break;
    }
    if (best == shards_.end()) return false;
    std::size_t const idle = most_.in_flight - std::min(most_.in_flight, asked_);
    std::size_t const most = std::min(idle, risk);
    std::size_t const wanted = static_cast<std::size_t>(std::min(double(most), best->left / pages_of_a_cut));
    return cut_up(best, wanted) > 0;
}

std::size_t shard_plan::cut_up(place const at, std::size_t const count) {
    std::vector<std::string> const at_keys = cuts(letters_, at->range, at->first, at->last, count);
    if (at_keys.empty()) {
        at->left = 0;  // it cannot be cut: not tried again before more of it is known
        return 0;
    }
    double const share = at->left / static_cast<double>(at_keys.size() + 1);
    std::string const until = at->range.until;
    bool const open_end = at->range.open_end;
    place const behind = std::next(at);
    for (std::size_t i = 0; i < at_keys.size(); ++i) {
        bool const final = i + 1 == at_keys.size();
        shard fresh;
        fresh.id = ++last_id_;
        fresh.range.after = fresh.last = at_keys[i];
        fresh.range.until = final ? until : at_keys[i + 1];
        fresh.range.open_end = final && open_end;
        fresh.left = share;
        shards_.insert(behind, std::move(fresh));
    }
    at->range.until = at_keys.front();
    at->range.open_end = false;
    at->left = share;
    return at_keys.size();
}

void shard_plan::keep(shard& s, std::vector<object_meta> objects) {
    std::uint64_t bytes = 0;
    for (object_meta const& one : objects) bytes += weight(one);
    waiting_ += bytes;
    page_ = std::max(page_, bytes);
    if (s.waiting.empty()) {
        s.waiting = std::move(objects);
    } else {
        std::ranges::move(objects, std::back_inserter(s.waiting));
    }
}

result<void> shard_plan::answered(std::uint64_t const id, list_page page) {
    place const at = find(id);
    at->asked = false;
    --asked_;
    bool more = !page.next.empty();
    std::vector<object_meta>& objects = page.objects;
    auto const out_of_order = [](object_meta const& a, object_meta const& b) { return a.key >= b.key; };
    bool const ordered =
        objects.empty() || (objects.front().key > at->last && std::ranges::adjacent_find(objects, out_of_order) == objects.end());
    if (!ordered)
        return failure(errc::unsupported, "the store does not list in the order of keys, so parts of it cannot be listed side by side");
    if (more && objects.empty()) return failure(errc::protocol, "a page of the listing is empty and not the last");

    full_page_ = std::max(full_page_, objects.size());
    for (std::size_t i = 0; i < objects.size(); i += std::max<std::size_t>(1, objects.size() / keys_learned_from))
        letters_.learn(objects[i].key);
    if (!objects.empty()) {
        at->first = objects.front().key;
        at->last = objects.back().key;
    }
    if (!at->range.open_end) {
        auto const end = std::ranges::partition_point(objects, [&](object_meta const& one) { return one.key <= at->range.until; });
        if (end != objects.end()) more = false;
        objects.erase(end, objects.end());
        if (at->last >= at->range.until) more = false;
    }
    if (objects.empty()) ++fruitless_;
    keys_ += objects.size();
    at->seen = true;
    at->ended = !more;
    at->left = more ? pages_left(letters_, at->range, at->first, at->last) : 0;
    keep(*at, std::move(objects));
    return {};
}

std::vector<object_meta> shard_plan::take() {
    std::vector<object_meta> given;
    while (given.empty() && !shards_.empty()) {
        shard& front = shards_.front();
        given = std::exchange(front.waiting, {});
        if (front.ended)
            shards_.pop_front();
        else if (given.empty())
            break;
    }
    for (object_meta const& one : given) waiting_ -= weight(one);
    return given;
}

}  // namespace sluice::inline v0::transfer
