// One fetch for all who ask at once, whatever becomes of the one who does it.
#include "auth/provider.hpp"

#include <sluice/async/task_group.hpp>

#include "support/co_test.hpp"
#include "support/drive.hpp"

#include <atomic>
#include <vector>

using namespace sluice;
using namespace sluice::auth;
using namespace sluice::test;

namespace {

/// What is told apart by its text: keys, and tokens.
credentials made(credentials const*, std::string text) { return {std::move(text), "secret"}; }
access_token made(access_token const*, std::string text) { return access_token(std::move(text)); }
std::string text_of(credentials const& keys) { return keys.access_key; }
std::string text_of(access_token const& token) { return token.value; }

/// Gives keys after a second, numbered; or fails.
template <class Value>
class slow_provider final : public provider_of<Value> {
public:
    std::string name() const override { return "a test"; }
    awaitable<result<Value>> fetch() override {
        int const number = ++fetches;
        co_await nap(1s);
        if (fail) co_return failure(errc::unreachable, "nobody there");
        Value value = made(static_cast<Value const*>(nullptr), "key " + std::to_string(number));
        value.expires = expires;
        co_return value;
    }

    std::atomic<int> fetches = 0;
    bool fail = false;
    std::optional<std::chrono::system_clock::time_point> expires;
};

// Where the manual clock begins.
std::chrono::system_clock::time_point const wall{std::chrono::seconds(1'700'000'000)};

template <class Value>
struct asking {
    using pointer = std::shared_ptr<Value const>;
    std::shared_ptr<slow_provider<Value>> from = std::make_shared<slow_provider<Value>>();
    decltype(cached(std::shared_ptr<provider_of<Value>>())) source = cached(std::shared_ptr<provider_of<Value>>(from));
    std::vector<std::string> got;

    std::function<awaitable<void>()> once() {
        return [this]() -> awaitable<void> {
            auto const value = co_await source->get();
            got.push_back(text_of(*value));
        };
    }
};

template <class Value>
void one_fetch() {
    world w;
    asking<Value> a;
    std::vector<std::unique_ptr<started>> all;
    for (int i = 0; i < 1000; ++i) all.push_back(std::make_unique<started>(w.context.get_executor(), a.once()));
    w.finish();
    CHECK(a.from->fetches == 1);
    CHECK(a.got == std::vector<std::string>(1000, "key 1"));
    started later(w.context.get_executor(), a.once());
    w.finish();
    CHECK(a.from->fetches == 1);
}

template <class Value>
void next_takes_over() {
    world w;
    asking<Value> a;
    started first(w.context.get_executor(), a.once());
    w.settle();
    started second(w.context.get_executor(), a.once());
    started third(w.context.get_executor(), a.once());
    w.settle();
    first.cancel();
    third.cancel();
    w.finish();
    CHECK(first.cancelled());
    CHECK(third.cancelled());
    CHECK(second.result() == "ok");
    CHECK(a.from->fetches == 2);
    CHECK(a.got == std::vector<std::string>{"key 2"});
}

template <class Value>
void failure_is_shared() {
    world w;
    asking<Value> a;
    a.from->fail = true;
    started first(w.context.get_executor(), a.once());
    started second(w.context.get_executor(), a.once());
    w.finish();
    CHECK(first.result().find("nobody there") != std::string::npos);
    CHECK(second.result() == first.result());
    CHECK(a.from->fetches == 1);
    a.from->fail = false;
    started third(w.context.get_executor(), a.once());
    w.finish();
    CHECK(a.got == std::vector<std::string>{"key 2"});
}

template <class Value>
void renewed_by_one() {
    world w;
    asking<Value> a;
    a.from->expires = wall + 1h;
    started first(w.context.get_executor(), a.once());
    w.finish();
    w.time->advance(56min);
    a.from->expires = wall + 2h;
    started second(w.context.get_executor(), a.once());
    w.settle();
    started third(w.context.get_executor(), a.once());
    w.settle();
    CHECK(a.got == std::vector<std::string>{"key 1", "key 1"});
    CHECK(third.result() == "ok");
    w.finish();
    CHECK(a.got == std::vector<std::string>{"key 1", "key 1", "key 2"});
    CHECK(a.from->fetches == 2);
}

template <class Value>
void old_serve_on() {
    world w;
    asking<Value> a;
    a.from->expires = wall + 1h;
    started first(w.context.get_executor(), a.once());
    w.finish();
    w.time->advance(56min);
    a.from->fail = true;
    for (int i = 0; i < 10; ++i) {
        started again(w.context.get_executor(), a.once());
        w.finish();
        CHECK(again.result() == "ok");
    }
    CHECK(a.from->fetches == 2);
    CHECK(a.got == std::vector<std::string>(11, "key 1"));
    w.time->advance(4min);
    started late(w.context.get_executor(), a.once());
    w.finish();
    CHECK(late.result().find("nobody there") != std::string::npos);
}

template <class Value>
void rejected_once() {
    world w;
    asking<Value> a;
    started first(w.context.get_executor(), a.once());
    w.finish();
    typename asking<Value>::pointer old;
    started look(w.context.get_executor(), [&]() -> awaitable<void> { old = co_await a.source->get(); });
    w.finish();
    a.source->rejected(old);
    started second(w.context.get_executor(), a.once());
    w.finish();
    CHECK(a.got == std::vector<std::string>{"key 1", "key 2"});
    a.source->rejected(old);
    started third(w.context.get_executor(), a.once());
    w.finish();
    CHECK(a.from->fetches == 2);
}

/// As where this machine's clock goes an hour ahead of the service's.
template <class Value>
void ended_when_they_come() {
    world w;
    asking<Value> a;
    a.from->expires = wall - 1h;
    for (int i = 0; i < 5; ++i) {
        started again(w.context.get_executor(), a.once());
        w.finish();
        CHECK(again.result() == "ok");
    }
    CHECK(a.got == std::vector<std::string>(5, "key 1"));
    w.time->advance(2min);
    started later(w.context.get_executor(), a.once());
    w.finish();
    CHECK(a.got.back() == "key 2");
}

}  // namespace

TEST_CASE("credentials cache: keys that have ended by our clock when they come are given out, and not fetched without end") {
    ended_when_they_come<credentials>();
    ended_when_they_come<access_token>();
}

TEST_CASE("credentials cache: a thousand who ask at once cost one fetch") {
    one_fetch<credentials>();
    one_fetch<access_token>();
}

TEST_CASE("credentials cache: when the one who fetches is cancelled the next takes over; one who waits is cancelled alone") {
    next_takes_over<credentials>();
    next_takes_over<access_token>();
}

TEST_CASE("credentials cache: a failure is everybody's who waited, and the next who asks tries again") {
    failure_is_shared<credentials>();
    failure_is_shared<access_token>();
}

TEST_CASE("credentials cache: keys near their end are renewed by one, the others go on with them meanwhile") {
    renewed_by_one<credentials>();
    renewed_by_one<access_token>();
}

TEST_CASE("credentials cache: when a renewal fails the old keys serve to their end, and the source is not asked at every request") {
    old_serve_on<credentials>();
    old_serve_on<access_token>();
}

TEST_CASE("credentials cache: keys that a service rejected are fetched anew, unless others have come already") {
    rejected_once<credentials>();
    rejected_once<access_token>();
}
