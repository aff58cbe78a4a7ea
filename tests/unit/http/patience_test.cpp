#include "http/patience.hpp"

#include <doctest/doctest.h>

#include <chrono>

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

TEST_CASE("patience: the first byte's limit runs on over several waits of a head") {
    patience p(limits(), async::never);
    p.enter(patience::phase::head);
    CHECK(p.begin(zero).at == zero + 10s);
    p.end(zero + 4s);
    p.moved(1000);
    CHECK(p.begin(zero + 4s).at == zero + 10s);
    CHECK(p.why(false) == "no first byte of an answer within 10 s (limit timeouts.first_byte)");
    CHECK(p.why(true) == "no whole response head within 10 s (limit timeouts.first_byte)");
}

TEST_CASE("patience: sending and receiving stall by the same rule, each with a window of its own") {
    patience p(limits(), async::never);
    CHECK(p.begin(zero).at == zero + 20s);
    p.end(zero + 15s);
    CHECK(p.why(false) == "fewer than 100 bytes could be sent in 20 s (limits timeouts.stall, stall_bytes)");
    p.enter(patience::phase::body);
    CHECK(p.begin(zero + 15s).at == zero + 35s);
    CHECK(p.why(true) == "fewer than 100 bytes came in 20 s (limits timeouts.stall, stall_bytes)");
}

TEST_CASE("patience: a body is looked at before its limit, in case bytes are held back") {
    patience p(limits(), async::never);
    p.enter(patience::phase::body);
    patience::limit const limit = p.begin(zero);
    CHECK(limit.at == zero + 20s);
    CHECK(limit.look == zero + 15s);
}

TEST_CASE("patience: the operation's deadline wins when it is nearer, and is named") {
    patience p(limits(), zero + 5s);
    CHECK(p.begin(zero).at == zero + 5s);
    CHECK(p.why(false) == "the operation's deadline passed while sending the request");
    p.enter(patience::phase::head);
    CHECK(p.begin(zero).at == zero + 5s);
    CHECK(p.why(false) == "the operation's deadline passed while waiting for the answer");
    p.enter(patience::phase::body);
    CHECK(p.begin(zero).at == zero + 5s);
    CHECK(p.why(true) == "the operation's deadline passed while reading the body");
    patience later(limits(), zero + 1h);
    CHECK(later.begin(zero).at == zero + 20s);
    CHECK(later.why(false).find("stall") != std::string::npos);
}

TEST_CASE("patience: without limits it waits for ever") {
    timeouts none;
    none.first_byte = none.stall = 0s;
    patience p(none, async::never);
    for (patience::phase const at : {patience::phase::sending, patience::phase::head, patience::phase::body}) {
        p.enter(at);
        CHECK(p.begin(zero).at == async::never);
        CHECK(p.begin(zero).look == async::never);
    }
}
