#include "http/exchange.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace sluice::inline v0::http {

namespace {

constexpr std::size_t source_step = 256 * 1024;

}  // namespace

awaitable<void> exchange::send_rest() {
    attention here(*this);
    bool going = co_await write_out(unsent_);
    if (going && asking_) going = co_await hear_first();
    if (what_->body.source() != nullptr) {
        if (going) going = co_await write_source();
    } else if (!joined_body()) {
        for (bytes const& piece : what_->body.pieces()) {
            if (!going) break;
            going = co_await write_out(piece.view());
        }
    }
    is_.all_sent = going;
    if (!is_.head_done) patience_.enter(patience::phase::head);
    here.calm();
}

/// Having asked whether the body is wanted. False: there is an answer already, or no connection any more.
awaitable<bool> exchange::hear_first() {
    patience_.enter(patience::phase::asking);
    async::time_point const until = patience_.ask_until(on_->clock().now());
    for (;;) {
        if (listen() != step::blocked) co_return false;
        if (is_.told_to_go_on) break;
        async::time_point const now = on_->clock().now();
        if (patience_.deadline_passed(now)) {
            fail(errc::timed_out, too_late() + ": " + stream().peer());
            co_return false;
        }
        asked_in_vain_ = now >= until;
        if (asked_in_vain_) break;
        co_await stream().wait_readable(until);
    }
    patience_.enter(patience::phase::sending);
    co_return true;
}

/// False: stop sending. Either the answer is there before its time, or the connection fails; `read_head` tells.
awaitable<bool> exchange::write_out(std::span<std::byte const> from) {
    for (;;) {
        step const pushed = push(from);
        if (pushed != step::blocked) co_return pushed == step::done;
        co_await wait();
        woke();
        if (listen() != step::blocked) co_return false;
    }
}

awaitable<bool> exchange::write_source() {
    payload_source& source = *what_->body.source();
    std::uint64_t const size = what_->body.size();
    auto const memory = std::make_unique_for_overwrite<std::byte[]>(static_cast<std::size_t>(std::min<std::uint64_t>(source_step, size)));
    bool going = true;
    for (std::uint64_t at = 0; going && at < size;) {
        std::span<std::byte> const some(memory.get(), static_cast<std::size_t>(std::min<std::uint64_t>(source_step, size - at)));
        co_await source.read(at, some);
        going = co_await write_out(some);
        at += some.size();
    }
    co_return going;
}

}  // namespace sluice::inline v0::http
