#include "http/pool_state.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <random>
#include <set>

using namespace sluice;
using namespace std::chrono_literals;
using state = http::pool_state<int>;
using verdict = state::verdict;
using closed = std::vector<int>;

namespace {

async::time_point const zero = async::time_point(1000h);

pool_options options(std::size_t connections = 3, std::size_t idle = 3) {
    pool_options o;
    o.max_connections = connections;
    o.max_idle = idle;
    o.idle_limit = 20s;
    o.age_limit = 10min;
    return o;
}

}  // namespace

TEST_CASE("pool: an empty one opens up to its limit, then one must wait") {
    state pool;
    for (int i = 0; i < 3; ++i) CHECK(pool.take(options(), zero).what == verdict::open);
    CHECK(pool.open() == 3);
    CHECK(pool.take(options(), zero).what == verdict::wait);
    pool.closed(false);
    CHECK(pool.take(options(), zero).what == verdict::open);
}

TEST_CASE("pool: a limit of no connections is a limit of one") {
    state pool;
    CHECK(pool.take(options(0), zero).what == verdict::open);
    CHECK(pool.take(options(0), zero).what == verdict::wait);
}

TEST_CASE("pool: the newest idle one is lent first") {
    state pool;
    for (int i = 0; i < 3; ++i) pool.take(options(), zero);
    pool.give_back(1, zero, zero + 1s, false);
    pool.give_back(2, zero, zero + 2s, false);
    state::taken const first = pool.take(options(), zero + 3s);
    CHECK(first.what == verdict::reuse);
    CHECK(first.member == 2);
    CHECK(first.idle_for == 1s);
    CHECK(pool.take(options(), zero + 3s).member == 1);
    CHECK(pool.take(options(), zero + 3s).what == verdict::wait);
    CHECK(pool.idle() == 0);
    CHECK(pool.open() == 3);
}

TEST_CASE("pool: what was idle for too long is closed, and its place is free") {
    state pool;
    for (int i = 0; i < 3; ++i) pool.take(options(), zero);
    pool.give_back(1, zero, zero, false);
    pool.give_back(2, zero, zero + 5s, false);
    pool.give_back(3, zero, zero + 15s, false);
    state::taken const some = pool.take(options(), zero + 30s);
    CHECK(some.member == 3);
    CHECK(some.evicted == closed{1, 2});
    CHECK(pool.open() == 1);
    pool.give_back(3, zero, zero + 30s, false);
    state::taken const none = pool.take(options(), zero + 51s);
    CHECK(none.what == verdict::open);
    CHECK(none.evicted == closed{3});
    CHECK(pool.open() == 1);
}

TEST_CASE("pool: what is idle for too long goes without being asked for, too") {
    state pool;
    for (int i = 0; i < 3; ++i) pool.take(options(), zero);
    pool.give_back(1, zero, zero, false);
    pool.give_back(2, zero, zero + 5s, false);
    CHECK(pool.tidy(zero + 20s).empty());
    CHECK(pool.tidy(zero + 21s) == closed{1});
    CHECK(pool.tidy(zero + 26s) == closed{2});
    CHECK(pool.open() == 1);
}

TEST_CASE("pool: exactly at the limit it still lives") {
    state pool;
    pool.take(options(), zero);
    pool.give_back(1, zero, zero, false);
    CHECK(pool.take(options(), zero + 20s).what == verdict::reuse);
}

TEST_CASE("pool: an old connection is closed when it comes back and when it is found idle") {
    state pool;
    pool.take(options(), zero);
    CHECK(pool.give_back(1, zero, zero + 10min + 1s, false) == closed{1});
    CHECK(pool.open() == 0);
    pool.take(options(), zero);
    CHECK(pool.give_back(2, zero, zero + 10min, false).empty());
    state::taken const next = pool.take(options(), zero + 10min + 1s);
    CHECK(next.what == verdict::open);
    CHECK(next.evicted == closed{2});
}

TEST_CASE("pool: of more idle ones than allowed the oldest goes") {
    state pool;
    for (int i = 0; i < 3; ++i) pool.take(options(3, 1), zero);
    CHECK(pool.give_back(1, zero, zero, false).empty());
    CHECK(pool.give_back(2, zero, zero, false) == closed{1});
    CHECK(pool.idle() == 1);
    CHECK(pool.open() == 2);
    pool.take(options(3, 0), zero);
    CHECK(pool.give_back(3, zero, zero, false) == closed{3});
}

TEST_CASE("pool: what becomes free while somebody waits is his, not the next taker's") {
    state pool;
    pool.take(options(1), zero);
    CHECK(pool.take(options(1), zero).what == verdict::wait);
    CHECK(pool.give_back(7, zero, zero, true).empty());
    CHECK(pool.take(options(1), zero).what == verdict::wait);
    state::taken const granted = pool.collect(zero + 2s);
    CHECK(granted.what == verdict::reuse);
    CHECK(granted.member == 7);
    CHECK(granted.idle_for == 2s);
    pool.closed(true);
    CHECK(pool.take(options(1), zero).what == verdict::wait);
    CHECK(pool.collect(zero).what == verdict::open);
    CHECK(pool.open() == 1);
}

TEST_CASE("pool: a connection too old for another request leaves its place to one who waits") {
    state pool;
    pool.take(options(1), zero);
    pool.take(options(1), zero);
    CHECK(pool.give_back(7, zero, zero + 11min, true) == closed{7});
    CHECK(pool.collect(zero).what == verdict::open);
    CHECK(pool.open() == 1);
}

TEST_CASE("pool: clear hands out everything that is not lent") {
    state pool;
    for (int i = 0; i < 3; ++i) pool.take(options(), zero);
    pool.give_back(1, zero, zero, false);
    pool.give_back(2, zero, zero, true);
    CHECK(pool.clear() == closed{1, 2});
    CHECK(pool.idle() == 0);
    CHECK(pool.collect(zero).what == verdict::open);  // he who was granted one opens his own
}

TEST_CASE("pool: no limits of time, no eviction") {
    state pool;
    pool_options forever = options();
    forever.idle_limit = forever.age_limit = 0s;
    pool.take(forever, zero);
    pool.give_back(1, zero, zero, false);
    CHECK(pool.take(forever, zero + 10000h).what == verdict::reuse);
}

TEST_CASE("pool: whatever happens, places are neither lost nor made") {
    std::mt19937 chance(7);
    state pool;
    std::multiset<int> lent;
    int next = 0;
    std::size_t waiting = 0, dialling = 0;
    async::time_point now = zero;
    auto const accept = [&](state::taken taken) {
        if (taken.what == verdict::reuse) lent.insert(taken.member);
        if (taken.what == verdict::open) ++dialling;
        if (taken.what == verdict::wait) ++waiting;
    };
    for (int i = 0; i < 20'000; ++i) {
        now += std::chrono::milliseconds(chance() % 4000);
        bool const granted = waiting > 0;
        switch (chance() % 4) {
        case 0: accept(pool.take(options(4, 2), now)); break;
        case 1:
            if (dialling > 0) {
                --dialling;
                lent.insert(++next);
            }
            break;
        case 2:
            if (!lent.empty()) {
                int const one = *lent.begin();
                lent.erase(lent.begin());
                pool.give_back(one, now - std::chrono::seconds(chance() % 700), now, granted);
                if (granted) --waiting, accept(pool.collect(now));
            }
            break;
        default:
            if (!lent.empty()) {
                lent.erase(lent.begin());
                pool.closed(granted);
                if (granted) --waiting, accept(pool.collect(now));
            }
        }
        REQUIRE(pool.open() == lent.size() + dialling + pool.idle());
        REQUIRE(pool.open() <= 4);
        REQUIRE(pool.idle() <= 2);
        if (waiting > 0) REQUIRE(pool.idle() == 0);
    }
}
