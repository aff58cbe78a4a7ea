#pragma once

#include "async/clock.hpp"
#include "http/pool.hpp"
#include "net/transport.hpp"
#include "support/manual_time.hpp"
#include "support/s3_model.hpp"

#include <sluice/awaitable.hpp>
#include <sluice/error.hpp>
#include <sluice/object_store.hpp>
#include <sluice/s3.hpp>
#include <sluice/testing/world.hpp>

#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/io_context.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace sluice::test {

/// What befalls an operation at one of its steps.
using testing::mishap;

/// A context, a network and an S3 that exist only in memory, with time that passes when nothing else is left to do. Every call through
/// the transport's seam (lookup, dial, try_read, try_write, wait) is a step; at the chosen one the mishap happens.
///
/// One thread; the blocking pool of `files` worlds is the exception, which is given real time to do its work.
class step_world {
public:
    enum class kind { memory, files };
    /// `marked`: the context is known to have a single thread, so nothing of it needs a strand.
    explicit step_world(kind what = kind::memory, bool marked = true);
    ~step_world();
    step_world(step_world const&) = delete;
    step_world& operator=(step_world const&) = delete;

    s3_model model;

    /// From now on step number `at` (counted anew from 0) meets `what`; with `lasting` so do all steps behind it.
    void plan(mishap what, int at, bool lasting = false);
    int steps() const noexcept { return steps_; }

    /// How a run ended.
    enum class ending { finished, failed, destroyed, stuck };
    ending run(std::function<awaitable<void>()> body);
    /// Of a run that `failed`; empty when it was no `sluice::error`, then `foreign` says what it was.
    std::optional<error> const& why() const noexcept { return why_; }
    std::string const& foreign() const noexcept { return foreign_; }

    /// Time that has passed.
    std::chrono::nanoseconds elapsed() const noexcept;
    http::pool_core::counts pool() const;
    /// Nothing is left that could ever happen: no handler, no alarm.
    bool settled() const noexcept;
    /// Streams that exist, over all worlds.
    static int streams_alive() noexcept;

    /// Settings of a store on the model's bucket, which retries without pauses of its own.
    static s3_settings settings();
    /// A store of these settings that lives in this world.
    std::shared_ptr<object_store> store() const { return store_; }

private:
    friend class step_stream;
    friend class step_provider;
    /// Counts one step; true when it meets a mishap of the network.
    bool step();
    bool turn();

    kind const kind_;
    std::unique_ptr<boost::asio::io_context> context_;
    manual_time* time_ = nullptr;
    std::shared_ptr<object_store> store_;
    boost::asio::cancellation_signal stop_;
    mishap what_ = mishap::none;
    int at_ = -1;
    int steps_ = 0;
    bool lasting_ = false;
    bool destroyed_ = false;
    bool ended_ = false;
    std::optional<error> why_;
    std::string foreign_;
};

}  // namespace sluice::test
