#include "transfer/whole_check.hpp"

#include "base/checksum.hpp"

#include <algorithm>
#include <utility>

namespace sluice::inline v0::transfer {

namespace {

// Smaller than the processor's cache; a quarter of it costs more in system calls than it gains.
constexpr std::size_t summed_at_once = 1024 * 1024;

}  // namespace

whole_check::whole_check(std::shared_ptr<object_store> store, object_key where, opening* const from, std::uint64_t const parts)
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

awaitable<std::size_t> whole_check::read_first(std::span<std::byte> into) {
    if (!wanted()) co_return co_await from_->first.read_all(into);
    co_return co_await read(&parts_.front(), &from_->first, into);
}

awaitable<read_result> whole_check::read_part(std::uint64_t part, byte_range range, std::span<std::byte> into, get_options options) {
    if (!wanted()) co_return co_await store_->read(where_, range, into, std::move(options));
    options.range = range;
    body_reader body = co_await store_->get(where_, std::move(options));
    if (body.range().length != into.size()) fail(errc::protocol, *store_, where_, "the store opened another range than was asked for");
    read_result done;
    done.range = body.range();
    done.range.length = co_await read(&parts_[static_cast<std::size_t>(part)], &body, into);
    done.object = body.object();
    co_return done;
}

/// Like `body_reader::read_all`. What breaks off is resumed by the store: no byte comes twice.
awaitable<std::size_t> whole_check::read(taken* part, body_reader* from, std::span<std::byte> into) {
    std::size_t filled = 0;
    while (filled < into.size()) {
        std::span<std::byte> const piece = into.subspan(filled, std::min(summed_at_once, into.size() - filled));
        std::size_t const n = co_await from->read_some(piece);
        if (n == 0) break;
        filled += n;
        grown(*part, into.first(filled));
    }
    co_return filled;
}

void whole_check::took(std::uint64_t const part, std::span<std::byte const> const data) noexcept {
    if (!wanted()) return;
    taken& one = parts_[static_cast<std::size_t>(part)];
    grown(one, data);
    one.here = true;
}

void whole_check::grown(taken& part, std::span<std::byte const> const front) noexcept {
    part.data = front;
    if (known_.load(std::memory_order_acquire)) sum(part);
}

void whole_check::sum(taken& part) const noexcept {
    part.crc = base::crc_extend(kind_, part.crc, part.data.subspan(part.summed));
    part.summed = part.data.size();
}

void whole_check::finish() {
    bool const all = std::ranges::all_of(parts_, [](taken const& part) { return part.here; });
    if (!known_.load(std::memory_order_acquire) || !all) return;
    std::uint64_t crc = 0;
    for (taken& part : parts_) {
        sum(part);
        crc = base::crc_combine(kind_, crc, part.crc, part.data.size());
    }
    std::string const came = base::crc_text(kind_, crc);
    if (came == told_.value) return;
    fail(errc::checksum_mismatch, *store_, where_,
         "what arrived is not what was stored: the checksum is " + came + ", the service says " + told_.value);
}

}  // namespace sluice::inline v0::transfer
