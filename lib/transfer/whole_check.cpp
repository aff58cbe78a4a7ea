#include "transfer/whole_check.hpp"

#include "base/checksum.hpp"

#include <algorithm>
#include <utility>

namespace sluice::inline v0::transfer {

whole_check::whole_check(std::shared_ptr<object_store> store, object_key where, opening const* const from, std::uint64_t const parts)
    : store_(std::move(store)),
      where_(std::move(where)),
      from_(from) {
    bool const whole = from->all == resolved_range{0, from->object().size};
    if (parts > 1 && whole && store_->can().checksums) parts_.resize(static_cast<std::size_t>(parts));
}

awaitable<void> whole_check::ask(async::clock const* const clock, async::time_point const deadline) {
    get_options const of_a_part = until(from_->others, *clock, deadline);
    head_options const& options = of_a_part;
    object_meta const meta = co_await store_->head(where_, options);
    if (!meta.checksum) co_return;
    std::optional<base::crc_kind> const kind = base::crc_of(meta.checksum->algorithm);
    if (!kind) co_return;
    told_ = *meta.checksum;
    kind_ = *kind;
    known_.store(true, std::memory_order_release);
}

void whole_check::sum(taken& part, base::crc_kind const kind) noexcept {
    part.crc = base::crc_extend(kind, 0, part.data);
    part.summed = true;
}

void whole_check::took(std::uint64_t const part, std::span<std::byte const> const data) noexcept {
    if (!wanted()) return;
    taken& one = parts_[static_cast<std::size_t>(part)];
    one.data = data;
    one.here = true;
    if (known_.load(std::memory_order_acquire)) sum(one, kind_);  // while the bytes are still in the processor's cache
}

void whole_check::finish() {
    bool const all = std::ranges::all_of(parts_, [](taken const& part) { return part.here; });
    if (!known_.load(std::memory_order_acquire) || !all) return;
    std::uint64_t crc = 0;
    for (taken& part : parts_) {
        if (!part.summed) sum(part, kind_);
        crc = base::crc_combine(kind_, crc, part.crc, part.data.size());
    }
    std::string const came = base::crc_text(kind_, crc);
    if (came == told_.value) return;
    fail(errc::checksum_mismatch, *store_, where_,
         "what arrived is not what was stored: the checksum is " + came + ", the service says " + told_.value);
}

}  // namespace sluice::inline v0::transfer
