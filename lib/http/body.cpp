#include "http/exchange.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace sluice::inline v0::http {

std::optional<std::uint64_t> exchange::announced() const noexcept {
    if (is_.ended) return 0;
    if (head_.body == framing::length) return left_;
    return std::nullopt;
}

exchange::portion exchange::read_body(std::span<std::byte> into) {
    portion answer;
    if (failure_) {
        answer.what = step::failed;
    } else if (is_.ended || into.empty()) {
        answer.bytes = 0;
    } else if (!on_.connected()) {
        answer.what = fail(errc::connection_lost, "the connection was closed when an earlier read was cancelled");
    } else {
        answer = head_.body == framing::length    ? read_length(into)
                 : head_.body == framing::chunked ? read_chunked(into)
                                                  : read_until_end(into);
    }
    delivered_ += answer.bytes;
    return answer;
}

std::size_t exchange::take_buffered(std::span<std::byte> into) noexcept {
    std::size_t const n = std::min(into.size(), buffered());
    std::memcpy(into.data(), buffer_.get() + begin_, n);
    return n;
}

exchange::portion exchange::read_length(std::span<std::byte> into) {
    std::span<std::byte> const wanted = into.first(static_cast<std::size_t>(std::min<std::uint64_t>(into.size(), left_)));
    portion answer;
    if (buffered() > 0) {
        answer.bytes = take_buffered(wanted);
        begin_ += answer.bytes;
    } else {
        net::io_outcome const got = stream().try_read(wanted);
        if (got.status != net::io_status::done) return body_broken(got);
        answer.bytes = got.bytes;
        is_.drained = got.bytes < wanted.size();
    }
    left_ -= answer.bytes;
    patience_.moved(answer.bytes);
    if (left_ == 0) finish();
    return answer;
}

exchange::portion exchange::read_chunked(std::span<std::byte> into) {
    portion answer;
    while (answer.bytes == 0 && !is_.ended) {
        std::size_t raw = take_buffered(into);
        bool const from_buffer = raw > 0;
        if (!from_buffer) {
            net::io_outcome const got = stream().try_read(into);
            if (got.status != net::io_status::done) return body_broken(got);
            raw = got.bytes;
            is_.drained = raw < into.size();
        }
        result<chunked_decoder::progress> const decoded = chunks_.feed(into.first(raw));
        if (!decoded) {
            answer.what = fail(decoded.error().reason(), "answer of " + stream().peer() + ": " + decoded.error().info().detail);
            return answer;
        }
        if (from_buffer)
            begin_ += decoded->used;
        else
            is_.surplus = decoded->used < raw;
        answer.bytes = decoded->data;
        if (answer.bytes > 0) patience_.moved(answer.bytes);  // bytes of framing are no progress
        if (chunks_.done()) finish();
    }
    return answer;
}

exchange::portion exchange::read_until_end(std::span<std::byte> into) {
    portion answer;
    if (!is_.any_end) {
        answer.what = fail(errc::protocol, stream().peer() + " does not say how long the body is (neither Content-Length nor chunked)");
        return answer;
    }
    if (buffered() > 0) {
        answer.bytes = take_buffered(into);
        begin_ += answer.bytes;
    } else {
        net::io_outcome const got = stream().try_read(into);
        if (got.status == net::io_status::end) {
            is_.ended = true;
            abandon();
            return answer;
        }
        if (got.status != net::io_status::done) return body_broken(got);
        answer.bytes = got.bytes;
    }
    patience_.moved(answer.bytes);
    return answer;
}

exchange::portion exchange::body_broken(net::io_outcome const& how) {
    portion answer;
    if (how.status == net::io_status::would_block) {
        stream().expect(head_.body == framing::length ? left_ : 0);
        answer.what = step::blocked;
        return answer;
    }
    std::string const far = head_.body == framing::length
                                ? std::to_string(head_.content_length - left_) + " of " + std::to_string(head_.content_length) + " bytes"
                                : std::to_string(delivered_) + " bytes without its end";
    std::string const whom = "body from " + stream().peer();
    if (how.status == net::io_status::failed && how.error == errc::timed_out)
        answer.what = fail(errc::timed_out, too_late() + ": " + whom + ", after " + far);
    else if (how.status == net::io_status::failed)
        answer.what = fail(errc::connection_lost, whom + " broke off after " + far + " (" + how.error.message() + ")");
    else
        answer.what = fail(errc::truncated,
                           whom + " ended after " + far + (how.status == net::io_status::cut ? " (cut without TLS close_notify)" : ""));
    return answer;
}

/// The connection may serve another request only if nothing is left of this one, in our memory or on the line.
void exchange::finish() {
    is_.ended = true;
    disarm();
    bool const clean = is_.all_sent && head_.keep_alive && buffered() == 0 && !is_.surplus && (is_.drained || stream().quiet());
    if (clean)
        on_.keep();
    else
        on_.close();
}

}  // namespace sluice::inline v0::http
