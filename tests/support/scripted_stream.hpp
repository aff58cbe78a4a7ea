#pragma once

#include "async/event.hpp"
#include "net/dial.hpp"
#include "net/stream.hpp"
#include "net/transport.hpp"

#include <boost/system/error_code.hpp>

#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace sluice::test {

/// What a scripted peer does next.
struct script_step {
    enum class kind {
        request,  ///< waits until one more whole request head has been written
        deliver,  ///< `bytes`, as one read finds them
        block,    ///< nothing for now: one wait
        end,
        cut,
        fail,  ///< `error`
    };
    kind what = kind::block;
    std::string bytes;
    boost::system::error_code error;
};

namespace script {
script_step request();
script_step deliver(std::string bytes);
script_step block();
script_step end();
script_step cut();
script_step fail(boost::system::error_code error);
}  // namespace script

/// One connection's script. When `reads` has run out the peer is silent.
struct connection_script {
    connection_script() {}
    connection_script(std::initializer_list<script_step> steps) : reads(steps) {}
    std::deque<script_step> reads;
    /// How many bytes successive writes take, 0 for "would block once", -1 for a failure; when it has run out they take all.
    std::deque<std::ptrdiff_t> writes;
    bool refused = false;  ///< the dial fails
};

/// What became of one connection; outlives its stream.
struct connection_log {
    std::string written;
    std::vector<std::uint64_t> expected;
    int nudges = 0;
    bool farewell = false;
    bool closed = false;
};

/// A network of scripts: successive dials get successive scripts. Install it on a context before its first request.
///
/// Threads: streams and test run on one chain of coroutines; only alarms come from elsewhere.
class scripted_net {
public:
    explicit scripted_net(boost::asio::any_io_executor const& executor);

    void serve(connection_script script);

    /// Called before the n-th wait of any stream (counted from 0) with n.
    std::function<void(int)> on_wait;
    int waits = 0;
    std::vector<std::shared_ptr<connection_log>> connections;

private:
    friend class scripted_provider;
    friend class scripted_stream;
    std::deque<connection_script> scripts_;
};

}  // namespace sluice::test
