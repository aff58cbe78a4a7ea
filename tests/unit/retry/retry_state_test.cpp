#include "retry/retry_state.hpp"

#include "retry/backoff.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <thread>
#include <vector>

using namespace sluice;
using namespace sluice::retry;
using namespace std::literals;

namespace {

async::time_point const start{1h};
double const nearly_one = std::nextafter(1.0, 0.0);

/// A policy of round numbers.
retry_policy round_policy() {
    retry_policy p;
    p.max_attempts = 4;
    p.base = 100ms;
    p.cap = 250ms;
    p.retry_after_cap = 60s;
    return p;
}

struct history {
    explicit history(operation_kind kind = operation_kind::read, retry_policy const& policy = round_policy(),
                     async::time_point deadline = async::never)
        : bucket(policy.bucket_size),
          state(policy, kind, bucket, deadline) {}
    retry_action next(outcome what, std::optional<std::chrono::nanoseconds> after = {}, double chance = 0.5) {
        return state.next(what, start, chance, after);
    }
    token_bucket bucket;
    retry_state state;
};

}  // namespace

TEST_CASE("the pause doubles up to the cap and is cut by chance") {
    retry_policy const p = round_policy();
    CHECK(backoff(p, 1, 0.5) == 50ms);
    CHECK(backoff(p, 2, 0.5) == 100ms);
    CHECK(backoff(p, 3, 0.5) == 125ms);
    CHECK(backoff(p, 1000, 0.5) == 125ms);
    CHECK(backoff(p, 3, 0.0) == 0ms);
    CHECK(backoff(p, 3, nearly_one) <= 250ms);
    CHECK(backoff(p, 3, nearly_one) > 249ms);

    retry_policy odd;
    odd.base = std::chrono::nanoseconds::max();
    odd.cap = std::chrono::nanoseconds::max();
    CHECK(backoff(odd, 4'000'000'000U, nearly_one) > 0ns);
    odd.base = -5s;
    CHECK(backoff(odd, 3, 0.5) == 0ns);
    CHECK(backoff(p, 0, 0.5) == 50ms);
}

TEST_CASE("attempts end, with growing pauses in between") {
    history h;
    for (auto const pause : {50ms, 100ms, 125ms}) {
        retry_action const a = h.next(outcome::lost);
        CHECK(a.what == verdict::retry);
        CHECK(a.pause == pause);
    }
    retry_action const last = h.next(outcome::lost);
    CHECK(last.what == verdict::give_up);
    CHECK(last.out_of_budget);
    CHECK(h.state.attempts() == 4);
    CHECK(h.bucket.level() == 500 - 3 * 5);  // the retry that was not tried took nothing
}

TEST_CASE("a policy of one attempt never retries, nor does one of none") {
    for (unsigned const most : {0U, 1U}) {
        retry_policy p = round_policy();
        p.max_attempts = most;
        for (outcome const what : {outcome::lost, outcome::clock_skewed, outcome::expired_credentials, outcome::wrong_region}) {
            history h(operation_kind::read, p);
            CHECK(h.next(what).what == verdict::give_up);
        }
    }
}

TEST_CASE("final answers and unknown outcomes end at once and are no matter of budget") {
    history h(operation_kind::exclusive);
    retry_action const refused = h.next(outcome::final_answer);
    CHECK(refused.what == verdict::give_up);
    CHECK_FALSE(refused.out_of_budget);
    retry_action const unknown = h.next(outcome::lost);
    CHECK(unknown.what == verdict::give_up_ambiguous);
    CHECK_FALSE(unknown.out_of_budget);
    CHECK(h.bucket.level() == 500);
}

TEST_CASE("an unknown outcome of an exclusive write stays ambiguous when the budget is gone") {
    retry_policy p = round_policy();
    p.max_attempts = 1;
    CHECK(history(operation_kind::exclusive, p).next(outcome::timed_out_after_send).what == verdict::give_up_ambiguous);
}

TEST_CASE("clock, credentials and region are put right once each, at once, without a token") {
    struct {
        outcome what;
        verdict wanted;
    } const table[] = {{outcome::clock_skewed, verdict::fix_clock},
                       {outcome::expired_credentials, verdict::refresh_credentials},
                       {outcome::wrong_region, verdict::follow_region}};
    for (auto const kind : {operation_kind::read, operation_kind::overwrite, operation_kind::exclusive}) {
        history h(kind);
        unsigned attempts = 0;
        for (auto const& row : table) {
            retry_action const a = h.next(row.what, 30s);
            CHECK(a.what == row.wanted);
            CHECK(a.pause == 0ns);
            CHECK(h.state.attempts() == ++attempts);
        }
        CHECK(h.bucket.level() == 500);
        for (auto const& row : table) {
            history again(kind);
            CHECK(again.next(row.what).what == row.wanted);
            retry_action const second = again.next(row.what);
            CHECK(second.what == verdict::give_up);
            CHECK_FALSE(second.out_of_budget);
        }
    }
}

TEST_CASE("Retry-After counts when it is longer, up to its cap") {
    CHECK(history().next(outcome::turned_away, 7s).pause == 7s);
    CHECK(history().next(outcome::turned_away, 10ms).pause == 50ms);
    CHECK(history().next(outcome::turned_away, 0s).pause == 50ms);
    CHECK(history().next(outcome::turned_away, 100h).pause == 60s);
    CHECK(history().next(outcome::turned_away, std::chrono::nanoseconds::max()).pause == 60s);
}

TEST_CASE("no pause begins that would end behind the deadline, and none takes a token") {
    history early(operation_kind::read, round_policy(), start + 51ms);
    CHECK(early.next(outcome::lost).what == verdict::retry);

    for (auto const left : {50ms, 1ms, 0ms, -5ms}) {
        history late(operation_kind::read, round_policy(), start + left);
        retry_action const a = late.next(outcome::lost);
        CHECK(a.what == verdict::give_up);
        CHECK(a.out_of_budget);
        CHECK(late.bucket.level() == 500);
    }
    history long_wait(operation_kind::read, round_policy(), start + 10s);
    CHECK(long_wait.next(outcome::turned_away, 30s).out_of_budget);

    history past(operation_kind::read, round_policy(), start);
    retry_action const a = past.next(outcome::expired_credentials);
    CHECK(a.what == verdict::give_up);
    CHECK(a.out_of_budget);
}

TEST_CASE("tokens: what retries cost, what comes back, and what happens without") {
    retry_policy p = round_policy();
    p.max_attempts = 100;
    p.bucket_size = 17;
    history h(operation_kind::read, p);
    CHECK(h.next(outcome::timed_out_after_send).what == verdict::retry);
    CHECK(h.bucket.level() == 7);
    CHECK(h.next(outcome::not_sent).what == verdict::retry);
    CHECK(h.bucket.level() == 2);
    retry_action const broke = h.next(outcome::not_sent);
    CHECK(broke.what == verdict::give_up);
    CHECK(broke.out_of_budget);
    CHECK(h.bucket.level() == 2);
    h.state.succeeded();
    CHECK(h.bucket.level() == 7);
    h.state.succeeded();
    CHECK(h.bucket.level() == 7);  // the same tokens do not come back twice

    retry_state first_try(p, operation_kind::read, h.bucket, async::never);
    first_try.succeeded();
    CHECK(h.bucket.level() == 8);
    h.bucket.give_back(1000);
    CHECK(h.bucket.level() == 17);  // never more than it holds
}

TEST_CASE("progress begins a new count, but not without end") {
    history h;
    for (int i = 0; i < 3; ++i) CHECK(h.next(outcome::damaged_body).what == verdict::retry);
    h.state.progressed();
    retry_action const fresh = h.next(outcome::damaged_body);
    CHECK(fresh.what == verdict::retry);
    CHECK(fresh.pause == 50ms);
    CHECK(h.state.attempts() == 4);

    retry_policy p = round_policy();
    p.bucket_size = 1e9;
    history endless(operation_kind::read, p);
    unsigned tries = 0;
    do {
        endless.state.progressed();
        ++tries;
    } while (endless.next(outcome::damaged_body).what == verdict::retry && tries < 5000);
    CHECK(tries == most_attempts);
}

TEST_CASE("progress lets credentials expire again, but neither clock nor region be wrong again") {
    history h;
    CHECK(h.next(outcome::expired_credentials).what == verdict::refresh_credentials);
    CHECK(h.next(outcome::clock_skewed).what == verdict::fix_clock);
    CHECK(h.next(outcome::wrong_region).what == verdict::follow_region);
    h.state.progressed();
    CHECK(h.next(outcome::expired_credentials).what == verdict::refresh_credentials);
    CHECK(h.next(outcome::clock_skewed).what == verdict::give_up);
    CHECK(h.next(outcome::wrong_region).what == verdict::give_up);
}

TEST_CASE("threads share a bucket without losing a token") {
    token_bucket bucket(4000);
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t)
        threads.emplace_back([&] {
            for (int i = 0; i < 1000; ++i)
                if (bucket.take(1) && i % 2 == 0) bucket.give_back(1);
        });
    threads.clear();
    CHECK(bucket.level() == 2000);
}
