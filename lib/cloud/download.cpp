#include "cloud/download.hpp"

#include "cloud/range_answer.hpp"
#include "retry/classify.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace sluice::inline v0::cloud {

namespace {

constexpr std::size_t drain_limit = 64 * 1024;
constexpr std::size_t checked_at_once = 256 * 1024;  // while it is still in the processor's cache

failure cut_short(std::uint64_t const missing) { return {errc::truncated, "the body ended " + std::to_string(missing) + " bytes early"}; }

failure with_status(failure f, int const status) {
    if (f.info().status == 0) f.info().status = status;
    return f;
}

}  // namespace

awaitable<result<void>> download::open() {
    result<http::response> answer = co_await how_->ask(asked_);
    if (answer) {
        result<void> const accepted = accept(std::move(*answer));
        if (accepted && range_.length == 0) co_await answer_.drain(drain_limit);
        co_return accepted;
    }
    bool const at_start = asked_.what == byte_range::kind::last || asked_.offset == 0;
    if (answer.error().info().status != 416 || !at_start) co_return std::move(answer).error();
    result<object_meta> empty = co_await how_->find_empty(std::move(answer).error());
    if (!empty) co_return std::move(empty).error();
    meta_ = *std::move(empty);
    co_return result<void>();
}

result<void> download::accept(http::response answer) {
    result<opened_range> const opened = check_read_answer(asked_, answer.head());
    if (!opened) return with_status(opened.error(), answer.head().status);
    meta_ = how_->object_in(answer.head());
    meta_.size = opened->size;
    range_ = opened->range;
    if (range_ != resolved_range{0, meta_.size}) meta_.checksum.reset();  // some services tell that of a part
    std::optional<object_checksum> told = how_->range_checksum(answer.head());
    if (!told) told = meta_.checksum;
    if (told && how_->checks() && range_.length > 0) check_.emplace(*std::move(told));
    answer_ = std::move(answer);
    open_ = true;
    return {};
}

awaitable<result<std::size_t>> download::read_some(std::span<std::byte> into) {
    into = into.first(static_cast<std::size_t>(std::min<std::uint64_t>(into.size(), left())));
    std::size_t n = 0;
    while (n == 0 && !into.empty()) {
        if (!open_) co_return failure(errc::connection_lost, "an earlier read of this body failed");
        result<std::size_t> const got = co_await answer_.read_some(into);
        n = take_delivered(into);
        if (got && n > 0) continue;
        failure why = cut_short(left());
        if (!got) why = got.error();
        result<void> const resumed = co_await resume(std::move(why));
        if (!resumed) co_return resumed.error();
    }
    if (n > 0 && left() == 0) {
        result<void> const ended = co_await finish();
        if (!ended) co_return ended.error();
    }
    co_return n;
}

awaitable<result<std::size_t>> download::read_all(std::span<std::byte> const into) {
    std::size_t filled = 0;
    while (filled < into.size()) {
        std::span<std::byte> piece = into.subspan(filled);
        if (check_) piece = piece.first(std::min(piece.size(), checked_at_once));
        result<std::size_t> const got = co_await answer_.read_all(piece);
        std::size_t const n = take_delivered(piece);
        filled += n;
        if (got && n == piece.size()) continue;
        failure why = cut_short(left());
        if (!got) why = got.error();
        result<void> const resumed = co_await resume(std::move(why));
        if (!resumed) co_return resumed.error();
    }
    if (left() == 0 && !into.empty()) {
        result<void> const ended = co_await finish();
        if (!ended) co_return ended.error();
    }
    co_return filled;
}

/// How many bytes the last read gave out into the front of `into`, also when it then failed.
std::size_t download::take_delivered(std::span<std::byte const> const into) noexcept {
    std::uint64_t const n = answer_.delivered() - delivered_;
    delivered_ += n;
    done_ += n;
    auto const size = static_cast<std::size_t>(n);
    if (check_) check_->update(into.first(size));
    return size;
}

/// Asks for what is left, or says why not.
awaitable<result<void>> download::resume(failure why) {
    if (char const* const reason = how_->unpinned(meta_); reason != nullptr) {
        why.info().detail += std::string("; not resumed, because ") + reason;
        co_return std::move(why);
    }
    if (left() == 0) co_return result<void>();
    if (std::exchange(delivered_, 0) > 0) how_->op().progressed();
    open_ = false;
    answer_ = http::response();  // it holds a place in the pool: not while we pause
    retry::outcome const row = retry::classify(why);
    std::optional<failure> final = co_await how_->op().recover(std::move(why), row);
    if (final) co_return std::move(*final);

    byte_range const rest = byte_range::bounded(range_.offset + done_, left());
    result<http::response> answer = co_await how_->ask_rest(rest, &meta_);
    if (answer) co_return accept_rest(std::move(*answer));
    failure changed = std::move(answer).error();
    if (changed.reason() == errc::precondition_failed) changed.info().detail = "the object changed while it was read";
    co_return std::move(changed);
}

result<void> download::accept_rest(http::response answer) {
    resolved_range const rest{range_.offset + done_, left()};
    int const status = answer.head().status;
    result<opened_range> const opened = check_read_answer(byte_range::bounded(rest.offset, rest.length), answer.head());
    if (!opened) return with_status(opened.error(), status);
    result<void> const in_place = check_resumed(*opened, rest, meta_.size);
    if (!in_place) return with_status(in_place.error(), status);
    result<void> const same = how_->check_same(answer.head(), meta_);
    if (!same) return with_status(same.error(), status);
    answer_ = std::move(answer);
    open_ = true;
    return {};
}

/// All bytes are there. A chunked body has an end of its own, which must come now.
awaitable<result<void>> download::finish() {
    if (answer_.head().body == http::framing::chunked) {
        std::array<std::byte, 1> beyond{};
        result<std::size_t> const more = co_await answer_.read_some(beyond);
        if (!more) co_return more.error();
        if (*more > 0) co_return failure(errc::protocol, "the body is longer than its Content-Range");
    }
    if (!check_) co_return result<void>();
    co_return std::exchange(check_, std::nullopt)->finish();
}

}  // namespace sluice::inline v0::cloud
