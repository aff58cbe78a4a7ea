#include "http/exchange.hpp"

#include "http/client.hpp"
#include "http/request_head.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace sluice::inline v0::http {

namespace {

constexpr std::size_t usual_capacity = 16 * 1024;
constexpr std::size_t small = 16 * 1024;  // a body that goes out with its head in one call
constexpr unsigned most_informational = 16;

std::span<std::byte const> as_bytes(std::string const& text) { return std::as_bytes(std::span(text)); }

}  // namespace

exchange::exchange(std::shared_ptr<pool_core> home) : home_(std::move(home)) {}
exchange::~exchange() = default;

bool exchange::joined_body() const noexcept { return !asking_ && what_->body.source() == nullptr && what_->body.size() <= small; }

std::optional<failure> exchange::prepare(request const& what, send_options const& how, net::proxy const* const by) {
    what_ = &what;
    asked_in_vain_ = is_.refused_asking;
    asking_ = how.ask_first && !asked_in_vain_ && what.body.size() > 0;
    marks fresh;
    fresh.touched = asked_in_vain_ && is_.touched;
    is_ = fresh;
    patience_ = patience(how.limits, how.deadline, how.long_work);
    out_.clear();
    if (std::optional<failure> refused = format_head(what, out_, by, asking_)) return refused;
    if (joined_body())
        for (bytes const& piece : what.body.pieces()) out_.append(piece.text());
    return std::nullopt;
}

void exchange::begin(lease on) {
    on_ = std::move(on);
    failure_.reset();
    unsent_ = as_bytes(out_);
    sent_ = 0;
    write_error_.reset();
    begin_ = end_ = 0;
    left_ = delivered_ = 0;
    chunks_.reset();
    marks fresh;
    fresh.touched = is_.touched;  // by the connection that was stale
    is_ = fresh;
    parser_.reset(what_->method == "HEAD");
    patience_.enter(patience::phase::sending);
    stream().expect(0);
}

awaitable<void> exchange::wait() {
    if (std::optional<patience::limit> const limit = patience_.begin(on_->clock().now())) on_->watchdog().arm(*limit);
    return patience_.now_in() == patience::phase::sending ? stream().wait_writable_or_readable() : stream().wait();
}

void exchange::woke() noexcept {
    if (patience_.now_in() != patience::phase::head) patience_.end(on_->clock().now());
}

void exchange::disarm() noexcept {
    if (on_.connected()) on_->watchdog().disarm();
}

void exchange::abandon() noexcept { on_.close(); }

lease exchange::take_place() noexcept { return std::move(on_); }

void exchange::clear() noexcept {
    abandon();
    failure_.reset();
    is_ = marks();
    what_ = nullptr;
    out_.clear();
    if (out_.capacity() > 2 * small) out_.shrink_to_fit();
    head_.headers.clear();
    if (capacity_ > usual_capacity) {
        buffer_.reset();
        capacity_ = 0;
    }
}

step exchange::fail(errc reason, std::string text) {
    failure_.emplace(reason, std::move(text));
    failure_->sent(is_.touched);
    if (is_.stale)
        on_.disconnect();  // the place may be needed once more
    else
        abandon();
    return step::failed;
}

step exchange::push(std::span<std::byte const>& rest) {
    while (!rest.empty()) {
        net::io_outcome const wrote = stream().try_write(rest);
        if (wrote.status != net::io_status::done) {
            is_.touched = is_.touched || wrote.status == net::io_status::would_block;
            if (wrote.status == net::io_status::would_block) return step::blocked;
            write_error_ = wrote.error;
            return step::failed;
        }
        is_.touched = true;
        rest = rest.subspan(wrote.bytes);
        sent_ += wrote.bytes;
        patience_.moved(wrote.bytes);
    }
    return step::done;
}

step exchange::send_now() {
    step const pushed = push(unsent_);
    if (pushed == step::blocked || (pushed == step::done && !joined_body())) return step::blocked;
    is_.all_sent = pushed == step::done;  // if it failed, an answer may be there all the same
    patience_.enter(patience::phase::head);
    return step::done;
}

void exchange::make_room() {
    if (end_ < capacity_) return;
    std::size_t const wanted = begin_ > 0 || capacity_ == 0 ? usual_capacity : head_parser::limit;
    if (wanted > capacity_) {
        auto larger = std::make_unique_for_overwrite<std::byte[]>(wanted);
        if (buffered() > 0) std::memcpy(larger.get(), buffer_.get() + begin_, buffered());
        buffer_ = std::move(larger);
        capacity_ = wanted;
    } else {
        std::memmove(buffer_.get(), buffer_.get() + begin_, buffered());
    }
    end_ = buffered();
    begin_ = 0;
}

step exchange::fill() {
    make_room();
    std::span<std::byte> const room(buffer_.get() + end_, capacity_ - end_);
    net::io_outcome const got = stream().try_read(room);
    if (got.status == net::io_status::would_block) return step::blocked;
    if (got.status != net::io_status::done) return broken(got);
    is_.heard = true;
    is_.drained = got.bytes < room.size();
    end_ += got.bytes;
    return step::done;
}

step exchange::parse() {
    while (buffered() > 0) {
        result<std::size_t> const used = parser_.feed({buffer_.get() + begin_, buffered()}, head_);
        if (!used) return fail(used.error().reason(), "answer of " + stream().peer() + ": " + used.error().info().detail);
        if (*used == 0) return step::blocked;
        begin_ += *used;
        is_.told_to_go_on |= head_.status == 100;
        if (head_.status == 101) return fail(errc::protocol, stream().peer() + " switches to another protocol unasked (101)");
        if (head_.status >= 200) return head_complete();
        if (++is_.informational > most_informational)
            return fail(errc::protocol, stream().peer() + " sent more than 16 informational (1xx) answers");
        parser_.reset(what_->method == "HEAD");
    }
    return step::blocked;
}

step exchange::head_complete() {
    bool const unsent = !is_.all_sent && what_->body.size() > 0;
    if (unsent && head_.status < 300)
        return fail(errc::protocol, stream().peer() + " answered " + std::to_string(head_.status) + " before it had the request's body");
    is_.head_done = true;
    if (asking_ && head_.status == 417) {
        is_.refused_asking = true;
        disarm();
        on_.disconnect();  // whatever follows the head: the place is needed once more
        return step::done;
    }
    left_ = head_.content_length;
    patience_.enter(patience::phase::body);
    if (head_.body == framing::none) finish();
    return step::done;
}

step exchange::read_head() {
    while (!is_.head_done && !failure_) {
        if (step const filled = fill(); filled != step::done) return filled;
        if (parse() == step::failed) break;
    }
    return failure_ ? step::failed : step::done;
}

step exchange::listen() {
    if (step const filled = fill(); filled != step::done) return filled;
    return parse();
}

std::string exchange::too_late() { return patience_.why(on_->clock().now(), is_.heard, on_->watchdog().draining()); }

std::string exchange::progress() const {
    std::uint64_t const whole = out_.size() + (joined_body() ? 0 : what_->body.size());
    return sent_ == whole ? " after the whole request"
                          : " after " + std::to_string(sent_) + " of the request's " + std::to_string(whole) + " bytes";
}

step exchange::broken(net::io_outcome const& how) {
    if (how.status == net::io_status::failed && how.error == errc::timed_out)
        return fail(errc::timed_out, too_late() + ": " + stream().peer());
    if (how.status == net::io_status::failed && how.error == errc::untrusted_peer)
        return fail(errc::untrusted_peer, stream().peer() + ": " + std::string(net::distrusts_us));
    is_.stale = on_.reused() && !is_.heard;
    std::string text = "the connection to " + stream().peer();
    if (write_error_)
        text += " failed (" + write_error_->message() + ")";
    else if (how.status == net::io_status::failed)
        text += " failed (" + how.error.message() + ")";
    else
        text += how.status == net::io_status::cut ? " was cut (no TLS close_notify)" : " was closed by the peer";
    return fail(errc::connection_lost,
                text + progress() + (buffered() > 0 ? ", in the middle of the response head" : ", before an answer"));
}

}  // namespace sluice::inline v0::http
