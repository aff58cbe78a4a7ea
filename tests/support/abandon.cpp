#include "support/abandon.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <chrono>

namespace sluice::test {

namespace {

using ending = step_world::ending;

/// One run of a story that meets a mishap.
class telling {
public:
    telling(story const& s, mishap what, int at, bool lasting)
        : story_(s),
          what_(what),
          lasting_(lasting),
          world_(s.where, at % 2 == 0) {  // every other step where the children of a task group have strands
        title_ = s.name + ", " + std::string(to_string(what)) + " at step " + std::to_string(at) + (lasting ? " and from there on" : "");
        if (story_.before) story_.before(world_.model);
        world_.plan(what, at, lasting);
    }

    ending run() {
        ending const how = tell();
        steps_ = world_.steps();
        CHECK_MESSAGE(how != ending::stuck, title_);
        CHECK_MESSAGE(world_.foreign().empty(), title_ << ": " << world_.foreign());
        if (how == ending::failed && world_.why()) check_reason(*world_.why());
        if (story_.always) story_.always(world_.model);
        if (how == ending::destroyed || how == ending::stuck) return how;
        if (story_.unless_destroyed) story_.unless_destroyed();
        bool const may_fail = lasting_ || what_ == mishap::cancel;
        if (!may_fail && !story_.exclusive) CHECK_MESSAGE(how == ending::finished, title_ << ": " << text());
        check_rest();
        tell_again();
        return how;
    }
    int steps() const noexcept { return steps_; }

private:
    ending tell() {
        return world_.run([this]() -> awaitable<void> { return story_.tell(world_.store()); });
    }

    void check_reason(error const& e) {
        std::array const of_network{errc::unreachable, errc::connection_lost, errc::truncated, errc::timed_out};
        errc const r = e.reason();
        bool good = what_ == mishap::cancel ? r == errc::cancelled : std::ranges::find(of_network, r) != of_network.end();
        if (story_.exclusive && what_ != mishap::cancel) good = good || r == errc::ambiguous;
        CHECK_MESSAGE(good, title_ << ": " << text());
        bool const tells_which = e.info().uri.starts_with("s3://bucket/") || e.info().uri.starts_with("file:///");
        CHECK_MESSAGE((!e.info().operation.empty() && tells_which), title_ << ": " << text());
    }

    /// What a run leaves behind.
    void check_rest() {
        http::pool_core::counts const pool = world_.pool();
        CHECK_MESSAGE(pool.open == pool.idle, title_);
        CHECK_MESSAGE(pool.waiting == 0, title_);
        CHECK_MESSAGE(step_world::streams_alive() == static_cast<int>(pool.idle), title_);
        CHECK_MESSAGE(world_.settled(), title_);
        CHECK_MESSAGE(world_.elapsed() < std::chrono::minutes(10), title_);
    }

    void tell_again() {
        if (story_.before) story_.before(world_.model);
        world_.plan(mishap::none, 0);
        CHECK_MESSAGE(tell() == ending::finished, title_ << ", told again: " << text());
        check_rest();
    }

    std::string text() const { return world_.why() ? std::string(world_.why()->what()) : world_.foreign(); }

    story const& story_;
    mishap const what_;
    bool const lasting_;
    std::string title_;
    step_world world_;
    int steps_ = 0;
};

ending run(story const& s, mishap what, int at, bool lasting = false) {
    ending how{};
    {
        telling one(s, what, at, lasting);
        how = one.run();
    }
    CHECK_MESSAGE(step_world::streams_alive() == 0, s.name);
    return how;
}

int undisturbed(story const& s) {
    telling one(s, mishap::none, 0, false);
    CHECK_MESSAGE(one.run() == ending::finished, s.name);
    return one.steps();
}

}  // namespace

void abandon(story const& s) {
    int const steps = undisturbed(s);
    REQUIRE_MESSAGE(steps > 8, s.name);
    bool const in_memory = s.where == step_world::kind::memory;  // elsewhere time does not pass: a thread of the pool may be at work
    for (int at = 0; at < steps; ++at) {
        for (mishap const what : {mishap::reset, mishap::end, mishap::cancel, mishap::destroy}) run(s, what, at);
        for (mishap const what : {mishap::reset, mishap::end}) run(s, what, at, true);
        if (!in_memory) continue;
        run(s, mishap::silence, at);
        run(s, mishap::silence, at, true);
    }
    // What has seen no failure proves nothing.
    for (mishap const what : {mishap::reset, mishap::end, mishap::silence})
        if (what != mishap::silence || in_memory) CHECK_MESSAGE(run(s, what, 0, true) == ending::failed, s.name);
    CHECK_MESSAGE(run(s, mishap::cancel, steps / 2) == ending::failed, s.name);
    CHECK_MESSAGE(run(s, mishap::destroy, steps / 2) == ending::destroyed, s.name);
}

}  // namespace sluice::test
