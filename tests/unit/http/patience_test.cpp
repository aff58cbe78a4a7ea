#include "http/patience.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

using namespace sluice;
using namespace std::chrono_literals;
using http::patience;

namespace {

async::time_point const zero = async::time_point(1000h);

timeouts limits() {
    timeouts t;
    t.first_byte = 10s;
    t.stall = 20s;
    t.stall_bytes = 100;
    return t;
}

}  // namespace

TEST_CASE("patience: for an answer that takes work, one limit stands in place of those of first byte and stall") {
    timeouts with_work = limits();
    with_work.server_work = 600s;
    patience p(with_work, async::never, true);
    CHECK(p.begin(zero)->at == zero + 20s);  // sending is no work of theirs
    p.enter(patience::phase::head);
    CHECK(p.begin(zero)->drain.has_value());
    CHECK(p.why(zero, false, false) == "no first byte of an answer within 600 s (limit timeouts.server_work)");
    p.enter(patience::phase::body);
    CHECK(p.begin(zero)->at == zero + 600s);
    p.end(zero + 500s);
    p.moved(1);  // a space
    CHECK(p.begin(zero + 500s)->at == zero + 1100s);
    CHECK(p.why(zero, true, false) == "nothing came within 600 s (limit timeouts.server_work)");
}

TEST_CASE("stall: a window of waiting ends where it began plus the limit") {
    http::stall_state s(30s, 100);
    CHECK(s.begin(zero) == zero + 30s);
}

TEST_CASE("stall: enough bytes begin a new window, too few do not") {
    http::stall_state s(30s, 100);
    s.begin(zero);
    s.end(zero + 10s);
    s.moved(99);
    CHECK(s.begin(zero + 10s) == zero + 30s);
    s.end(zero + 25s);
    s.moved(1);
    CHECK(s.begin(zero + 25s) == zero + 55s);
}

TEST_CASE("stall: a drip of single bytes does not help") {
    http::stall_state s(30s, 100);
    async::time_point now = zero;
    for (int i = 0; i < 29; ++i) {
        CHECK(s.begin(now) == zero + 30s);
        now += 1s;
        s.end(now);
        s.moved(1);
    }
    CHECK(s.begin(now) == now + 1s);
}

TEST_CASE("stall: the caller's own time between waits does not count") {
    http::stall_state s(30s, 100);
    s.begin(zero);
    s.end(zero + 5s);
    s.moved(1);
    CHECK(s.begin(zero + 1h) == zero + 1h + 25s);
}

TEST_CASE("stall: bytes that came without waiting count") {
    http::stall_state s(30s, 100);
    s.begin(zero);
    s.end(zero + 29s);
    s.moved(60);
    s.moved(40);
    CHECK(s.begin(zero + 29s) == zero + 59s);
}

TEST_CASE("stall: a wait that took longer than the window leaves next to nothing, not no limit") {
    http::stall_state s(30s, 100);
    s.begin(zero);
    s.end(zero + 31s);
    s.moved(1);
    CHECK(s.begin(zero + 31s) <= zero + 31s + 1ns);
}

TEST_CASE("stall: no window, no limit; no floor, any byte will do") {
    http::stall_state none(0s, 100);
    CHECK(none.begin(zero) == async::never);
    none.end(zero + 100h);
    none.moved(1);
    CHECK(none.begin(zero + 100h) == async::never);
    http::stall_state any(30s, 0);
    any.begin(zero);
    any.end(zero + 20s);
    any.moved(1);
    CHECK(any.begin(zero + 20s) == zero + 50s);
}

TEST_CASE("patience: the first byte's limit begins once and runs on over several waits of a head") {
    patience p(limits(), zero + 1h);
    p.enter(patience::phase::head);
    std::optional<patience::limit> const limit = p.begin(zero);
    REQUIRE(limit);
    CHECK(limit->drain);
    CHECK(limit->at == zero + 1h);
    CHECK(limit->look == zero + 625ms);
    p.moved(1000);
    CHECK_FALSE(p.begin(zero + 4s));
    p.enter(patience::phase::sending);
    p.enter(patience::phase::head);
    CHECK(p.begin(zero + 5s));
}

TEST_CASE("patience: sending and receiving stall by the same rule, each with a window of its own") {
    patience p(limits(), async::never);
    CHECK(p.begin(zero)->at == zero + 20s);
    p.end(zero + 15s);
    p.enter(patience::phase::body);
    CHECK(p.begin(zero + 15s)->at == zero + 35s);
}

TEST_CASE("patience: a body is looked at before its limit, in case bytes are held back") {
    patience p(limits(), async::never);
    p.enter(patience::phase::body);
    std::optional<patience::limit> const limit = p.begin(zero);
    CHECK(limit->at == zero + 20s);
    CHECK(limit->look == zero + 15s);
    CHECK_FALSE(limit->drain);
}

TEST_CASE("patience: the operation's deadline holds in every phase when it is nearer") {
    patience p(limits(), zero + 5s);
    for (patience::phase const at : {patience::phase::sending, patience::phase::head, patience::phase::body}) {
        p.enter(at);
        CHECK(p.begin(zero)->at == zero + 5s);
    }
}

TEST_CASE("patience: having asked about the body it waits for its own limit, or for the deadline where that is nearer or alone") {
    struct row {
        std::chrono::nanoseconds go_ahead;
        async::time_point deadline, until;
    };
    for (row const& r : std::vector<row>{{1s, async::never, zero + 1s},
                                         {1s, zero + 5s, zero + 1s},
                                         {1s, zero + 300ms, zero + 300ms},
                                         {0s, async::never, async::never},
                                         {0s, zero + 5s, zero + 5s}}) {
        timeouts t = limits();
        t.go_ahead = r.go_ahead;
        patience p(t, r.deadline);
        p.enter(patience::phase::asking);
        CHECK(p.ask_until(zero) == r.until);
        if (r.deadline == async::never) continue;
        CHECK_FALSE(p.deadline_passed(r.deadline - 1ns));
        CHECK(p.deadline_passed(r.deadline));
        CHECK(p.why(r.deadline, false, false) == "the operation's deadline passed while waiting for the word to send the body");
    }
}

TEST_CASE("patience: what ran out is named") {
    struct row {
        patience::phase at;
        bool late, begun, draining;
        std::string text;
    };
    using enum patience::phase;
    for (row const& r : std::vector<row>{
             {sending, true, false, false, "the operation's deadline passed while sending the request"},
             {head, true, false, true, "the operation's deadline passed while waiting for the answer"},
             {body, true, true, false, "the operation's deadline passed while reading the body"},
             {sending, false, false, false, "fewer than 100 bytes could be sent in 20 s (limits timeouts.stall, stall_bytes)"},
             {head, false, false, false, "no first byte of an answer within 10 s (limit timeouts.first_byte)"},
             {head, false, true, false, "no whole response head within 10 s (limit timeouts.first_byte)"},
             {head, false, false, true, "fewer than 100 bytes could be sent in 20 s (limits timeouts.stall, stall_bytes)"},
             {body, false, true, true, "fewer than 100 bytes came in 20 s (limits timeouts.stall, stall_bytes)"},
         }) {
        patience p(limits(), zero + 1h);
        p.enter(r.at);
        CHECK(p.why(r.late ? zero + 1h : zero + 59min, r.begun, r.draining) == r.text);
    }
    timeouts no_stall = limits();
    no_stall.stall = 0s;
    patience p(no_stall, async::never);
    p.enter(head);
    CHECK(p.why(zero, false, true) == "none of the rest of the request could be sent within 10 s (limit timeouts.first_byte)");
}

TEST_CASE("patience: without limits it waits for ever") {
    timeouts none;
    none.first_byte = none.stall = 0s;
    patience p(none, async::never);
    for (patience::phase const at : {patience::phase::sending, patience::phase::head, patience::phase::body}) {
        p.enter(at);
        std::optional<patience::limit> const limit = p.begin(zero);
        CHECK(limit->at == async::never);
        CHECK(limit->look == async::never);
    }
}
