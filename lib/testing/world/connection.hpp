#pragma once

#include "async/event.hpp"
#include "testing/world/conversation.hpp"
#include "testing/world/core.hpp"

#include <boost/system/error_code.hpp>

#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>

namespace sluice::inline v0::testing {

/// One connection of a world: what is on its way in both directions, and the server at its far end. The library's end is a
/// `world_stream`, which is gone before it.
class connection final : public wire_end, public std::enable_shared_from_this<connection> {
public:
    connection(std::shared_ptr<world_core> core, std::string peer);
    void serve_with(service const& s) { server_ = s(*this); }

    // The library's end.
    std::size_t room() const noexcept;
    std::size_t ready() const noexcept { return held() ? 0 : arrived_bytes_; }
    bool ended() const noexcept { return ended_ && arrived_bytes_ == 0 && !held(); }
    bool broken() const noexcept { return broken_; }
    std::size_t on_the_way_up() const noexcept { return up_.bytes; }
    void write(std::span<std::byte const> data);
    std::size_t read(std::span<std::byte> into);
    void leave() noexcept;
    void befall(mishap what);

    world_core& core() noexcept { return *core_; }
    std::string const& peer() const noexcept { return peer_; }
    async::event changed;  ///< something of the above has
    std::mutex mutex;      ///< what `changed` wants

    // The server's end.
    void send(std::string bytes) override;
    void send(std::shared_ptr<std::string const> data, std::size_t first, std::size_t length) override;
    void close() override;
    void reset() override;
    void after(std::chrono::nanoseconds span, std::function<void()> what) override;

private:
    /// One direction.
    struct way {
        std::size_t bytes = 0;                 ///< under way
        async::time_point free, last_arrival;  ///< when the wire is, and the piece before comes
    };
    struct piece {
        std::shared_ptr<std::string const> data;
        std::size_t first = 0, length = 0;
    };
    async::time_point arrival(way& on, std::size_t bytes);
    bool held() const noexcept { return core_->events->now() < held_until_; }
    void note(std::string_view bytes);
    void deliver_up(std::string const& data);
    void deliver_down(piece const& one);
    void pump();
    std::size_t before_cut(std::size_t length) const noexcept;
    void cut() noexcept;
    void finish();

    std::shared_ptr<world_core> core_;
    std::string peer_;
    std::unique_ptr<conversation> server_;
    way up_, down_;
    std::deque<piece> outgoing_;  // of the server, waiting for room
    std::deque<piece> arrived_;   // for the library
    std::size_t arrived_bytes_ = 0;
    async::time_point held_until_{};  // the library's end sees nothing before
    enum class closing : std::uint8_t { no, in_order, by_reset } closing_ = closing::no;
    bool finished_ = false;  // of the server's end: what closes it is on the wire
    bool ended_ = false, broken_ = false, silent_ = false, left_ = false;
};

}  // namespace sluice::inline v0::testing
