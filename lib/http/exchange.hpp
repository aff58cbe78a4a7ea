#pragma once

#include "http/chunked.hpp"
#include "http/patience.hpp"
#include "http/pool.hpp"
#include "http/request.hpp"
#include "http/response_head.hpp"

#include <sluice/error.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

namespace sluice::inline v0::http {

struct send_options;

/// What one step without waiting came to.
enum class step {
    done,
    blocked,  ///< `wait`, then step again
    failed,   ///< `why` says it; the connection is closed
};

/// One request and its answer on one connection: the only writer and reader of it. Steps decide and move bytes without waiting;
/// whoever drives them waits between two steps, so that an exchange whose bytes are there costs no coroutine.
class exchange {
public:
    explicit exchange(std::shared_ptr<pool_core> home);
    ~exchange();
    exchange(exchange const&) = delete;
    exchange& operator=(exchange const&) = delete;

    /// Formats the request, which must outlive the sending, for its origin or for a proxy that forwards it. Errors: invalid_argument.
    std::optional<failure> prepare(request const& what, send_options const& how, net::proxy const* by = nullptr);
    /// The peer does not want to be asked whether to send the body (417): `prepare` the same request without the question, and send it
    /// again at the place that `take_place` gives.
    bool refused_asking() const noexcept { return is_.refused_asking; }
    /// The question went out and nothing came of it.
    bool asked_in_vain() const noexcept { return asked_in_vain_; }
    /// The request's way begins, on that connection; once more after `stale`.
    void begin(lease on);

    /// Sends what can be sent without waiting. `blocked`: go on with `send_rest`.
    step send_now();
    /// Sends the rest, unless an answer comes before it is all sent: then that is the answer.
    awaitable<void> send_rest();

    step read_head();
    response_head const& head() const noexcept { return head_; }

    /// Body bytes into the front of `into`; `bytes` is 0 at the end of the body, and only then.
    struct portion {
        step what = step::done;
        std::size_t bytes = 0;
    };
    portion read_body(std::span<std::byte> into);
    bool ended() const noexcept { return is_.ended; }
    std::uint64_t delivered() const noexcept { return delivered_; }
    /// Bytes of the body that are still to come, if that is announced.
    std::optional<std::uint64_t> announced() const noexcept;
    /// A body that only the connection's end ends may be read: nobody takes it for whole data.
    void accept_any_end() noexcept { is_.any_end = true; }

    /// What to await when a step was `blocked`; tell `woke` afterwards.
    awaitable<void> wait();
    void woke() noexcept;

    bool failed() const noexcept { return failure_.has_value(); }
    failure const& why() const noexcept { return *failure_; }
    /// Closes the connection.
    step fail(errc reason, std::string text);
    /// The failure may come from a reused connection that the server had closed already: nothing of an answer was seen.
    bool stale() const noexcept { return is_.stale; }
    /// A peer may have seen some of the request, on whatever connection.
    bool touched() const noexcept { return is_.touched; }
    lease take_place() noexcept;

    /// Closes the connection, if there still is one.
    void abandon() noexcept;
    void disarm() noexcept;
    /// Forgets everything but the buffers.
    void clear() noexcept;
    std::shared_ptr<pool_core> const& home() const noexcept { return home_; }

private:
    net::stream& stream() noexcept { return on_->stream(); }
    std::size_t buffered() const noexcept { return end_ - begin_; }
    bool joined_body() const noexcept;
    void make_room();
    step fill();
    step parse();
    step head_complete();
    step broken(net::io_outcome const& how);
    step push(std::span<std::byte const>& rest);
    awaitable<bool> hear_first();
    awaitable<bool> write_out(std::span<std::byte const> from);
    awaitable<bool> write_source();
    step listen();
    std::size_t take_buffered(std::span<std::byte> into) noexcept;
    portion read_length(std::span<std::byte> into);
    portion read_chunked(std::span<std::byte> into);
    portion read_until_end(std::span<std::byte> into);
    portion body_broken(net::io_outcome const& how);
    void finish();
    std::string too_late();
    std::string progress() const;

    std::shared_ptr<pool_core> const home_;
    lease on_;
    patience patience_;
    std::optional<failure> failure_;

    // The request.
    request const* what_ = nullptr;
    bool asking_ = false;         // whether the body is wanted
    bool asked_in_vain_ = false;  // on whatever connection
    std::string out_;             // the head, and a small body
    std::span<std::byte const> unsent_;
    std::uint64_t sent_ = 0;
    std::optional<boost::system::error_code> write_error_;

    // The answer.
    std::unique_ptr<std::byte[]> buffer_;
    std::size_t capacity_ = 0;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
    head_parser parser_;
    response_head head_;
    chunked_decoder chunks_;
    std::uint64_t left_ = 0;  // of a body with a length
    std::uint64_t delivered_ = 0;

    /// What is known of the one request on its way.
    struct marks {
        bool touched = false;  // a peer may have seen some of the request, on whatever connection
        bool all_sent = false;
        bool told_to_go_on = false;   // by a 100
        bool refused_asking = false;  // by a 417
        bool heard = false;           // something of an answer
        bool head_done = false;
        bool drained = false;  // the last read took all there was
        bool surplus = false;  // bytes behind the body
        bool ended = false;
        bool any_end = false;
        bool stale = false;
        unsigned informational = 0;
    };
    marks is_;
};

/// Around everything that waits: leaves no alarm behind, and closes the connection of an await that ended with an exception.
class attention {
public:
    explicit attention(exchange& to) noexcept : to_(to) {}
    attention(attention const&) = delete;
    attention& operator=(attention const&) = delete;
    ~attention() {
        to_.disarm();
        if (!calm_) to_.abandon();
    }
    /// The end was reached without an exception.
    void calm() noexcept { calm_ = true; }

private:
    exchange& to_;
    bool calm_ = false;
};

}  // namespace sluice::inline v0::http
