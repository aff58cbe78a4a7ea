#pragma once

#include "async/clock.hpp"
#include "http/request.hpp"
#include "http/response_head.hpp"
#include "net/dial.hpp"

#include <sluice/error.hpp>
#include <sluice/log.hpp>
#include <sluice/pool_options.hpp>
#include <sluice/timeouts.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

namespace sluice::inline v0::http {

/// How a request is to be sent: all of it outlives the call.
struct send_options {
    send_options() {}
    sluice::v0::timeouts limits;
    pool_options pool;
    async::time_point deadline = async::never;  ///< of the whole operation
    bool ask_first = false;                     ///< send a body only when the peer says so, or nothing within `limits.go_ahead`
    bool long_work = false;  ///< the peer may work long before it answers: `limits.server_work` instead of first_byte and stall
    bool replayable = true;  ///< may be sent again when a reused connection dies before the first answer byte
};

class exchange;

/// A response whose head has come. Holds the connection and its place among `max_connections`: read the body to its end and it goes back
/// to the pool; drop it earlier and the connection is closed.
class response {
public:
    response() noexcept;
    response(response&&) noexcept;
    response& operator=(response&&) noexcept;
    ~response();

    response_head const& head() const noexcept;

    /// Body bytes straight into `into`: at least one unless `into` is empty or the body has ended (0). Chunked bodies are decoded in
    /// place, so what lies behind the bytes told of may have been written to. Errors: truncated, timed_out (stall), connection_lost,
    /// protocol. Cancel: the connection is closed.
    awaitable<result<std::size_t>> read_some(std::span<std::byte> into);

    /// Fills `into` or stops at the end; the fast path of range reads: one coroutine for the whole body.
    awaitable<result<std::size_t>> read_all(std::span<std::byte> into);

    /// Body bytes given out so far, also by a read that then failed: where a resumed read goes on.
    std::uint64_t delivered() const noexcept;

    /// The whole of a small body (listings, errors): at most `limit` bytes, else `protocol`.
    awaitable<result<std::string>> read_text(std::size_t limit);

    /// Throws away what is left when that is at most `limit` bytes and already announced, so that the connection can be reused.
    awaitable<void> drain(std::size_t limit);

    /// The body has been read to its end (at once where there is none): the connection is back in the pool, or closed if it could not
    /// be used again.
    bool ended() const noexcept;

    /// The peer was asked whether it wants the body, and did not answer that, or refused to be asked (417): better not to ask again.
    bool asked_in_vain() const noexcept;

    explicit response(std::unique_ptr<exchange> of) noexcept;

private:
    std::unique_ptr<exchange> exchange_;  // null: moved from, or made without one
};

/// Sends `what` to `to` over a pooled connection and waits for the head of the answer (1xx answers are skipped).
/// With `ask_first` a body waits for the peer's word (RFC 9110 10.1.1): an answer in its place is the answer, and the body stays here; who
/// does not want to be asked (417) is sent the request once more without the question. An empty body is never asked about.
/// What the pointers point to must stay valid until the await completes. Any status is a success here; only transport failures are not.
/// Errors: unreachable, untrusted_peer, timed_out (naming the limit), connection_lost, protocol, invalid_argument (CR, LF or NUL in a
/// field). Cancel: the connection is closed.
awaitable<result<response>> send(net::origin const* to, request const* what, send_options const* how);

}  // namespace sluice::inline v0::http
