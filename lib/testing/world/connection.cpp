#include "testing/world/connection.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace sluice::inline v0::testing {
namespace {

constexpr std::size_t segment = 64 * 1024;

}  // namespace

connection::connection(std::shared_ptr<world_core> core, std::string peer) : core_(std::move(core)), peer_(std::move(peer)) {}

std::size_t connection::room() const noexcept { return held() ? 0 : core_->options.window - std::min(core_->options.window, up_.bytes); }

async::time_point connection::arrival(way& on, std::size_t const bytes) {
    async::time_point const now = core_->events->now();
    on.free = std::max(on.free, now);
    if (core_->options.bytes_per_second != 0) on.free += std::chrono::nanoseconds(bytes * 1'000'000'000 / core_->options.bytes_per_second);
    on.last_arrival = std::max(on.last_arrival, on.free + core_->some_latency());
    return on.last_arrival;
}

void connection::write(std::span<std::byte const> data) {
    up_.bytes += data.size();
    std::string sent(reinterpret_cast<char const*>(data.data()), data.size());
    core_->events->at(arrival(up_, data.size()), [self = shared_from_this(), sent = std::move(sent)] { self->deliver_up(sent); });
}

void connection::note(std::string_view const bytes) {
    if (server_ && server_->is_secret())
        core_->trace.add(bytes.size());
    else
        core_->trace.add(bytes);
}

void connection::deliver_up(std::string const& data) {
    if (left_ || broken_ || silent_) return;
    up_.bytes -= data.size();
    note(data);
    core_->tell(peer_, "bytes for the server:", data.size());
    if (closing_ == closing::no && server_) server_->received(data);
    changed.notify_all();
}

std::size_t connection::read(std::span<std::byte> into) {
    std::size_t n = 0;
    while (n < into.size() && !arrived_.empty()) {
        piece& one = arrived_.front();
        std::size_t const take = std::min(one.length, into.size() - n);
        std::memcpy(into.data() + n, one.data->data() + one.first, take);
        n += take;
        one.first += take;
        one.length -= take;
        if (one.length == 0) arrived_.pop_front();
    }
    arrived_bytes_ -= n;
    pump();
    return n;
}

void connection::leave() noexcept {
    left_ = true;
    server_.reset();
    outgoing_.clear();
}

void connection::befall(mishap const what) {
    if (what == mishap::reset) broken_ = true;
    if (what == mishap::silence) silent_ = true;
    if (what == mishap::delay) {
        held_until_ = core_->events->now() + core_->options.delay;
        core_->events->at(held_until_, [self = shared_from_this()] { self->changed.notify_all(); });
    }
    if (what == mishap::end) {
        ended_ = true;
        outgoing_.clear();
        closing_ = closing::in_order;
    }
    changed.notify_all();
}

void connection::send(std::string bytes) {
    std::size_t const length = bytes.size();
    send(std::make_shared<std::string const>(std::move(bytes)), 0, length);
}

void connection::send(std::shared_ptr<std::string const> data, std::size_t const first, std::size_t const length) {
    if (length == 0 || closing_ != closing::no) return;
    piece one;
    one.data = std::move(data);
    one.first = first;
    one.length = length;
    outgoing_.push_back(std::move(one));
    pump();
}

/// Puts on the wire what there is room for.
void connection::pump() {
    while (!outgoing_.empty() && down_.bytes + arrived_bytes_ < core_->options.window) {
        piece& next = outgoing_.front();
        piece now = next;
        now.length = before_cut(std::min({next.length, segment, core_->options.window - down_.bytes - arrived_bytes_}));
        next.first += now.length;
        next.length -= now.length;
        if (next.length == 0) outgoing_.pop_front();
        down_.bytes += now.length;
        core_->events->at(arrival(down_, now.length), [self = shared_from_this(), now] { self->deliver_down(now); });
        core_->counts.answered += now.length;
        if (core_->counts.answered == core_->cut_at) cut();
    }
    if (outgoing_.empty() && closing_ != closing::no && !std::exchange(finished_, true)) finish();
}

/// Of a piece that goes on the wire now.
std::size_t connection::before_cut(std::size_t const length) const noexcept {
    std::uint64_t const so_far = core_->counts.answered;
    bool const here = core_->cut_at > so_far && core_->cut_at - so_far < length;
    return here ? static_cast<std::size_t>(core_->cut_at - so_far) : length;
}

void connection::cut() noexcept {
    down_.last_arrival += std::chrono::milliseconds(1);
    if (core_->then == mishap::none) return;
    outgoing_.clear();
    closing_ = core_->then == mishap::end ? closing::in_order : closing::by_reset;
}

void connection::deliver_down(piece const& one) {
    if (left_ || broken_ || silent_ || ended_) return;
    down_.bytes -= one.length;
    note(std::string_view(*one.data).substr(one.first, one.length));
    core_->tell(peer_, "bytes for the client:", one.length);
    arrived_.push_back(one);
    arrived_bytes_ += one.length;
    pump();
    changed.notify_all();
}

/// All of the server's has been sent: the end travels behind it.
void connection::finish() {
    bool const in_order = closing_ == closing::in_order;
    core_->events->at(arrival(down_, 0), [self = shared_from_this(), in_order] {
        if (self->left_ || self->silent_) return;
        self->core_->tell(self->peer_, in_order ? "the server's end" : "the server's reset", 0);
        (in_order ? self->ended_ : self->broken_) = true;
        self->changed.notify_all();
    });
}

void connection::close() {
    closing_ = closing::in_order;
    pump();
}

void connection::reset() {
    closing_ = closing::by_reset;
    pump();
}

void connection::after(std::chrono::nanoseconds const span, std::function<void()> what) {
    core_->events->at(core_->events->now() + span, [self = shared_from_this(), what = std::move(what)] {
        if (self->server_ && !self->broken_ && !self->silent_) what();
    });
}

}  // namespace sluice::inline v0::testing
