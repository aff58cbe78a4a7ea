#pragma once

#include "async/clock.hpp"
#include "async/event.hpp"
#include "http/connection.hpp"
#include "http/pool_state.hpp"
#include "net/dial.hpp"

#include <sluice/error.hpp>
#include <sluice/pool_options.hpp>
#include <sluice/timeouts.hpp>

#include <boost/asio/execution_context.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace sluice::inline v0::http {

class exchange;

/// The connections to one origin, and who waits for one. Guarded by the core's mutex.
struct origin_pool {
    pool_state<std::unique_ptr<connection>> state;
    async::event freed;
    std::size_t waiting = 0;
    std::uint64_t opened = 0;
    std::uint64_t reused = 0;
};

/// A place in a pool and, once there is one, the connection in it. Closes the connection unless it was kept.
class lease {
public:
    lease() noexcept = default;
    lease(pool_core& core, origin_pool& home) noexcept : core_(&core), home_(&home) {}
    explicit lease(std::unique_ptr<connection> used_before) noexcept;
    lease(lease&& other) noexcept;
    lease& operator=(lease&& other) noexcept;
    ~lease() { close(); }

    /// Whether there is a place at all.
    explicit operator bool() const noexcept { return home_ != nullptr; }
    bool connected() const noexcept { return connection_ != nullptr && connection_->alive(); }
    bool reused() const noexcept { return reused_; }
    connection* operator->() const noexcept { return connection_.get(); }

    void connect(std::unique_ptr<connection> fresh) noexcept;
    origin_pool& home() const noexcept { return *home_; }
    /// Closes the connection, not the place.
    void disconnect() noexcept;
    /// The connection is healthy: it goes back to the pool.
    void keep() noexcept;
    void close() noexcept;

private:
    pool_core* core_ = nullptr;
    origin_pool* home_ = nullptr;
    std::unique_ptr<connection> connection_;
    bool reused_ = false;
};

/// What a pool shares with its connections, which may outlive it. Its mutex is never held while a connection is closed.
class pool_core {
public:
    struct counts {
        std::size_t open = 0;  ///< lent, idle or being dialled
        std::size_t idle = 0;
        std::size_t waiting = 0;
        std::uint64_t opened = 0;
        std::uint64_t reused = 0;
        std::size_t origins = 0;
    };

    /// To be called under `mutex`. Valid for as long as a place of it is taken or somebody waits for one, or until `mutex` is given up.
    origin_pool& at(net::origin const& to) { return origins_[to]; }
    /// Under `mutex` and now and then: of all origins what is to be closed; those with nothing left are forgotten.
    bool to_be_swept(async::time_point now) const noexcept { return now >= next_sweep_; }
    std::vector<std::unique_ptr<connection>> sweep(async::time_point now);

    void give_back(origin_pool& home, std::unique_ptr<connection> healthy) noexcept;
    void free_place(origin_pool& home) noexcept;

    /// A connection begins and ends; the end may be told twice.
    void enlist(connection& c) noexcept;
    void strike(connection& c) noexcept;

    /// Exchanges with their buffers, kept for the next request.
    std::unique_ptr<exchange> take_spare() noexcept;
    void recycle(std::unique_ptr<exchange> used) noexcept;

    /// Over all origins.
    counts count() const;

    /// Nothing comes back from now on.
    void shutdown() noexcept;
    /// Takes the streams away from connections that are lent: their context is about to go, whoever holds the response.
    void bury() noexcept;

    mutable std::mutex mutex;

private:
    struct hash {
        std::size_t operator()(net::origin const& o) const noexcept { return std::hash<std::string>()(o.host) ^ o.port; }
    };
    std::unique_ptr<connection::wire> unlist(connection& c) noexcept;

    std::unordered_map<net::origin, origin_pool, hash> origins_;
    counts past_;  // of origins forgotten
    async::time_point next_sweep_{};
    connection* all_ = nullptr;
    std::vector<std::unique_ptr<exchange>> spares_;
    bool closed_ = false;
};

/// The pool of a context: for every origin its connections. Threads: any.
class pool : public boost::asio::execution_context::service {
public:
    using key_type = pool;
    static boost::asio::execution_context::id id;
    static pool& of(boost::asio::any_io_executor const& executor);

    explicit pool(boost::asio::execution_context& context);
    ~pool() override;

    /// What is there at once: a lease with an idle connection, one with a place to dial for, or an empty one: `wait`. With `careful`
    /// a connection is asked whether it is quiet however short it has been idle.
    lease take(net::origin const& to, pool_options const& options, bool careful = false);

    /// Waits in line for a place. Errors: timed_out naming the limit. Cancel: what was granted meanwhile goes to the next in line.
    /// The connection granted may be found dead: then the lease is one to dial for.
    awaitable<result<lease>> wait(net::origin const* to, pool_options const* options, timeouts const* limits, async::time_point deadline,
                                  bool careful = false);

    /// Opens the connection of a place. The place stays taken whatever comes of it.
    awaitable<std::optional<failure>> dial(lease* place, net::origin const* to, timeouts const* limits, async::time_point deadline);

    /// An exchange to use and, when it is done, to `recycle`.
    std::unique_ptr<exchange> make_exchange();

    pool_core::counts count() const { return core_->count(); }

private:
    struct found {
        lease place;
        async::nanoseconds idle_for{0};
    };

    void shutdown() override;
    class waiter;
    bool usable(found& what, bool careful);
    found look(net::origin const& to, pool_options const& options, std::unique_lock<std::mutex>& lock);

    async::clock& clock_;
    std::shared_ptr<pool_core> core_;
};

}  // namespace sluice::inline v0::http
