#include "backend/s3/body.hpp"

#include "retry/classify.hpp"
#include "store/check.hpp"
#include "store/conditions.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace sluice::inline v0::s3 {

namespace {

constexpr std::size_t drain_limit = 64 * 1024;
constexpr std::size_t checked_at_once = 256 * 1024;  // while it is still in the processor's cache

failure cut_short(std::uint64_t const missing) { return {errc::truncated, "the body ended " + std::to_string(missing) + " bytes early"}; }

failure with_status(failure f, int const status) {
    if (f.info().status == 0) f.info().status = status;
    return f;
}

}  // namespace

download::download(operation* const op, byte_range const asked, get_options const& options)
    : op_(op),
      asked_(asked),
      recipe_(read_recipe(op->key(), asked, options)),
      version_(options.version),
      key_(options.key) {
    if (op->checksums().ask && asked.what == byte_range::kind::whole) ask_for_checksum(recipe_);
}

awaitable<result<void>> download::open() {
    result<void> const may_be_sent = op_->store().check_reading(version_, key_);
    if (!may_be_sent) co_return may_be_sent.error();
    result<http::response> answer = co_await op_->send(&recipe_);
    if (!answer) {
        bool const at_start = asked_.what == byte_range::kind::last || asked_.offset == 0;
        if (answer.error().info().status != 416 || !at_start) co_return std::move(answer).error();
        co_return co_await open_empty(std::move(answer).error());
    }
    result<void> const accepted = accept(std::move(*answer));
    if (accepted && range_.length == 0) co_await answer_.drain(drain_limit);
    co_return accepted;
}

/// A range that begins at 0 and yet lies outside: the object is empty. A service that does not tell so is asked.
awaitable<result<void>> download::open_empty(failure why) {
    meta_.key = op_->key();
    if (op_->last_refusal().object_size == 0u) co_return result<void>();
    if (op_->last_refusal().object_size) co_return std::move(why);
    head_options options;
    options.if_match = recipe_.if_match;
    options.version = version_;
    options.key = key_;
    get_options whole;
    static_cast<head_options&>(whole) = options;
    bool const signed_for_get = op_->store().presigned.has_value();
    recipe const head = signed_for_get ? read_recipe(op_->key(), byte_range::whole(), whole) : head_recipe(op_->key(), options);
    result<http::response> answer = co_await op_->send(&head);
    if (!answer) co_return std::move(answer).error();
    if (answer->head().content_length != 0) co_return std::move(why);
    meta_ = meta_of(op_->key(), answer->head());
    co_return result<void>();
}

result<void> download::accept(http::response answer) {
    result<opened_range> const opened = check_read_answer(asked_, answer.head());
    if (!opened) return with_status(opened.error(), answer.head().status);
    meta_ = meta_of(op_->key(), answer.head());
    meta_.size = opened->size;
    range_ = opened->range;
    if (range_ != resolved_range{0, meta_.size}) meta_.checksum.reset();  // some services tell that of a part
    if (meta_.checksum && op_->checksums().check && range_.length > 0) check_.emplace(*meta_.checksum);
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
    bool const pinned = store::strong_etag(meta_.etag);
    if (!pinned) {
        why.info().detail += "; not resumed, because the service gives no strong ETag to tell the version by";
        co_return std::move(why);
    }
    if (left() == 0) co_return result<void>();
    if (std::exchange(delivered_, 0) > 0) op_->progressed();
    open_ = false;
    answer_ = http::response();  // it holds a place in the pool: not while we pause
    retry::outcome const row = retry::classify(why);
    std::optional<failure> final = co_await op_->recover(std::move(why), row);
    if (final) co_return std::move(*final);

    get_options options;
    options.if_match = meta_.etag;
    options.version = version_;
    options.key = key_;
    recipe_ = read_recipe(op_->key(), byte_range::bounded(range_.offset + done_, left()), options);
    result<http::response> answer = co_await op_->send(&recipe_);
    if (answer) co_return accept_rest(std::move(*answer));
    failure changed = std::move(answer).error();
    if (changed.reason() == errc::precondition_failed) changed.info().detail = "the object changed while it was read";
    co_return std::move(changed);
}

result<void> download::accept_rest(http::response answer) {
    resolved_range const rest{range_.offset + done_, left()};
    result<opened_range> const opened = check_read_answer(byte_range::bounded(rest.offset, rest.length), answer.head());
    if (!opened) return with_status(opened.error(), answer.head().status);
    std::string const etag = quoted_etag(answer.head().headers.value_or("etag"));
    result<void> const same = check_resumed(*opened, etag, rest, meta_.size, meta_.etag);
    if (!same) return with_status(same.error(), answer.head().status);
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

awaitable<read_result> read_into(operation* const op, byte_range const range, std::span<std::byte> const into, get_options options) {
    for (;;) {
        download body(op, range, options);
        result<void> const opened = co_await body.open();
        op->deliver(opened);
        std::uint64_t const length = body.range().length;
        if (length > into.size())
            op->raise({errc::buffer_too_small, std::to_string(length) + " bytes do not fit into " + std::to_string(into.size())});
        result<std::size_t> filled = co_await body.read_all(into.first(static_cast<std::size_t>(length)));
        if (!filled && filled.error().reason() == errc::checksum_mismatch) {  // nobody has seen the bytes yet
            std::optional<failure> final = co_await op->recover(std::move(filled).error(), retry::outcome::damaged_body);
            if (!final) continue;
            op->raise(std::move(*final));
        }
        op->deliver(filled);
        op->succeeded(length);
        read_result done;
        done.range = body.range();
        done.object = body.take_object();
        co_return std::move(done);
    }
}

s3_body::s3_body(std::shared_ptr<core const> store, boost::asio::any_io_executor executor, object_key key, get_options const& options)
    : op_(std::move(store), std::move(executor), "get", std::move(key), retry::operation_kind::read, options),
      download_(&op_, options.range, options) {}

awaitable<std::size_t> s3_body::read_some(std::span<std::byte> into) {
    // A member coroutine: its reader outlives it by contract.
    try {
        result<std::size_t> n = co_await download_.read_some(into);
        std::size_t const got = op_.deliver(std::move(n));
        note_end();
        co_return got;
    } catch (...) {
        op_.rethrow();
    }
}

awaitable<void> s3_body::open() {
    try {
        if (!op_.store().presigned) op_.deliver(store::check_key(op_.key()));  // its key is a path, the bucket's name included
        result<void> const opened = co_await download_.open();
        op_.deliver(opened);
        note_end();
    } catch (...) {
        op_.rethrow();
    }
}

void s3_body::note_end() {
    if (download_.complete() && !std::exchange(told_, true)) op_.succeeded(download_.range().length);
}

}  // namespace sluice::inline v0::s3
