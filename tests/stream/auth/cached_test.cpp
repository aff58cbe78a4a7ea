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

/// Gives keys after a second, numbered; or fails.
class slow_provider final : public provider {
public:
    std::string name() const override { return "a test"; }
    awaitable<result<credentials>> fetch() override {
        int const number = ++fetches;
        co_await nap(1s);
        if (fail) co_return failure(errc::unreachable, "nobody there");
        credentials keys("key " + std::to_string(number), "secret");
        keys.expires = expires;
        co_return keys;
    }

    std::atomic<int> fetches = 0;
    bool fail = false;
    std::optional<std::chrono::system_clock::time_point> expires;
};

// Where the manual clock begins.
std::chrono::system_clock::time_point const wall{std::chrono::seconds(1'700'000'000)};

struct asking {
    std::shared_ptr<slow_provider> from = std::make_shared<slow_provider>();
    std::shared_ptr<credential_source> source = cached(from);
    std::vector<std::string> got;

    std::function<awaitable<void>()> once() {
        return [this]() -> awaitable<void> {
            auto const keys = co_await source->get();
            got.push_back(keys->access_key);
        };
    }
};

}  // namespace

TEST_CASE("credentials cache: a thousand who ask at once cost one fetch") {
    world w;
    asking a;
    std::vector<std::unique_ptr<started>> all;
    for (int i = 0; i < 1000; ++i) all.push_back(std::make_unique<started>(w.context.get_executor(), a.once()));
    w.finish();
    CHECK(a.from->fetches == 1);
    CHECK(a.got == std::vector<std::string>(1000, "key 1"));
    started later(w.context.get_executor(), a.once());
    w.finish();
    CHECK(a.from->fetches == 1);
}

TEST_CASE("credentials cache: when the one who fetches is cancelled the next takes over; one who waits is cancelled alone") {
    world w;
    asking a;
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

TEST_CASE("credentials cache: a failure is everybody's who waited, and the next who asks tries again") {
    world w;
    asking a;
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

TEST_CASE("credentials cache: keys near their end are renewed by one, the others go on with them meanwhile") {
    world w;
    asking a;
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

TEST_CASE("credentials cache: when a renewal fails the old keys serve to their end, and the source is not asked at every request") {
    world w;
    asking a;
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

TEST_CASE("credentials cache: keys that a service rejected are fetched anew, unless others have come already") {
    world w;
    asking a;
    started first(w.context.get_executor(), a.once());
    w.finish();
    std::shared_ptr<credentials const> old;
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
