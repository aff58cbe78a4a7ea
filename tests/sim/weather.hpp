#pragma once

#include <sluice/error.hpp>
#include <sluice/testing/world.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace sluice::sim {

/// What a world does to a program: a few kinds of faults, chosen by the seed, each now and then. (Few at once find more than all at once.)
class weather {
public:
    enum class kind : std::uint8_t {
        refused_dial,
        slow_lookup,
        reset,
        end,
        silence,
        busy,         ///< 503 SlowDown, 429
        broken,       ///< 500 InternalError
        late_error,   ///< 200 with an error inside
        lost_answer,  ///< the work is done, the connection closed
        cut_body,
        wrong_range,
        ignored_range,
        flipped_read,
        flipped_write,
        slow_server,
    };
    static constexpr unsigned kinds = 15;

    explicit weather(testing::world& w);

    /// From now on nothing befalls anything.
    void clear_up() noexcept { clear_ = true; }
    /// That kind does not befall this world.
    void spare(kind k) noexcept { mask_ &= ~(1U << static_cast<unsigned>(k)); }
    bool has(kind k) const noexcept { return (mask_ >> static_cast<unsigned>(k) & 1U) != 0; }
    bool calm() const noexcept { return mask_ == 0; }
    std::uint64_t faults() const noexcept { return faults_; }
    /// Which reasons an operation may fail for in it, besides those of its own logic.
    bool explains(errc reason) const noexcept;
    std::string text() const;

    testing::mishap at(testing::world_step const& step);
    std::optional<testing::service_fault> at(testing::service_request_view const& request);

private:
    bool strikes(kind k);
    std::optional<testing::service_fault> of_service(testing::service_request_view const& request);

    testing::world& world_;
    std::uint32_t mask_ = 0;
    std::uint64_t rarity_ = 20;
    std::uint64_t faults_ = 0;
    bool clear_ = false;
};

}  // namespace sluice::sim
