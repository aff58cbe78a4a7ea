#pragma once

#include "async/event.hpp"
#include "net/dial.hpp"
#include "net/stream.hpp"
#include "net/transport.hpp"

#include <boost/system/error_code.hpp>

#include <chrono>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace sluice::test {

/// What a scripted peer does next.
struct script_step {
    enum class kind {
        request,  ///< waits until one more request has been written: its head and `body` bytes
        deliver,  ///< `bytes`, as one read finds them
        block,    ///< nothing for now: one wait
        pause,    ///< nothing for `span` of the clock's time
        end,
        cut,
        fail,  ///< `error`
    };
    kind what = kind::block;
    std::string bytes;
    std::size_t body = 0;
    std::chrono::nanoseconds span{0};
    boost::system::error_code error;
};

namespace script {
script_step request(std::size_t body = 0);
script_step deliver(std::string bytes);
script_step block();
script_step pause(std::chrono::nanoseconds span);
script_step end();
script_step cut();
script_step fail(boost::system::error_code error);

// For `connection_script::writes`, besides how many bytes one write takes.
inline constexpr std::ptrdiff_t would_block = 0;  ///< one wait
inline constexpr std::ptrdiff_t broken = -1;      ///< this and all later writes fail, and reads that find nothing
inline constexpr std::ptrdiff_t stuck = -2;       ///< no write is taken any more
}  // namespace script

/// One connection's script. When `reads` has run out the peer is silent.
struct connection_script {
    connection_script() {}
    connection_script(std::initializer_list<script_step> steps) : reads(steps) {}
    std::deque<script_step> reads;
    std::deque<std::ptrdiff_t> writes;      ///< what becomes of successive writes; when it has run out they take all
    std::function<std::uint64_t()> unsent;  ///< what the system still has of the request; nothing by default
    bool refused = false;                   ///< the dial fails
    bool silent = false;                    ///< the dial has no answer before its deadline
};

/// What became of one connection; outlives its stream.
struct connection_log {
    std::string written;
    std::vector<std::size_t> sizes;  ///< what each write took
    std::vector<std::uint64_t> expected;
    int nudges = 0;
    bool farewell = false;
    bool closed = false;
};

/// A network of scripts: successive dials get successive scripts, then they are refused. Install it on a context before its first
/// request.
///
/// Threads: streams and test run on one chain of coroutines; only alarms come from elsewhere.
class scripted_net {
public:
    explicit scripted_net(boost::asio::any_io_executor const& executor);

    void serve(connection_script script);
    void clear() { scripts_.clear(); }
    std::size_t unserved() const noexcept { return scripts_.size(); }

    /// Called before the n-th wait of any stream (counted from 0) with n.
    std::function<void(int)> on_wait;
    int waits = 0;
    /// The operation (a dial, a read or a write of any stream, counted from 0) that fails, and its connection with it.
    int fail_at = -1;
    int operations = 0;
    std::vector<std::shared_ptr<connection_log>> connections;

private:
    friend class scripted_provider;
    friend class scripted_stream;
    bool fails_now() noexcept { return operations++ == fail_at; }
    std::deque<connection_script> scripts_;
};

}  // namespace sluice::test
