#include "model/rivals.hpp"

#include "async/clock.hpp"
#include "model/operation.hpp"

#include <sluice/async/task_group.hpp>
#include <sluice/file.hpp>
#include <sluice/memory.hpp>
#include <sluice/range_engine.hpp>
#include <sluice/s3.hpp>
#include <sluice/testing/world.hpp>
#include <sluice/wrap/faulty.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace sluice::model {

namespace {

using namespace std::chrono_literals;
using test::register_event;
using kind = register_event::kind;

constexpr unsigned clients = 4, rounds = 5;  // three events of a round at most, 60 in all

/// What they all look at.
struct ring {
    std::shared_ptr<object_store> store;
    chance luck;
    rivalry found;
    std::uint64_t tick = 0;
    unsigned last_value = 0;
};

struct version {
    unsigned value = 0;
    std::string etag;
};

/// What is there; nothing when that could not be learnt.
awaitable<std::optional<version>> look(ring* r, unsigned client) {
    register_event e;
    e.client = client;
    e.begin = ++r->tick;
    version seen;
    try {
        whole_object const got = co_await get_all(r->store, "one");
        seen.value = static_cast<unsigned>(std::stoul(std::string(got.data.text())));
        seen.etag = got.object.etag;
    } catch (error const& why) {
        if (why.reason() != errc::not_found) co_return std::nullopt;
    }
    e.end = ++r->tick;
    e.to = seen.value;
    r->found.history.push_back(e);
    co_return seen;
}

kind kind_of(errc const reason) {
    bool const refused = reason == errc::precondition_failed || reason == errc::already_exists;
    return refused ? kind::lost : kind::in_doubt;
}

awaitable<void> swap(ring* r, unsigned client, version from) {
    register_event e;
    e.client = client;
    e.from = from.value;
    e.to = ++r->last_value;
    e.begin = ++r->tick;
    e.what = kind::swapped;
    put_options options;
    options.if_match = from.etag;
    options.create_only = from.etag.empty();
    payload data(std::to_string(e.to));
    try {
        co_await r->store->put("one", std::move(data), options);
    } catch (error const& why) {
        e.what = kind_of(why.reason());
    }
    if (e.what != kind::in_doubt) e.end = ++r->tick;
    r->found.history.push_back(e);
}

awaitable<void> compete(ring* r, unsigned client) {
    boost::asio::any_io_executor const executor = co_await boost::asio::this_coro::executor;
    async::clock& clock = async::clock::of(executor);
    version known;
    for (unsigned n = 0; n < rounds; ++n) {
        co_await clock.sleep_until(clock.now() + std::chrono::microseconds(r->luck.below(8000)));
        std::optional<version> const seen = co_await look(r, client);
        bool const stale = r->luck.below(5) == 0;  // swaps what it saw in the round before
        if (seen && !stale) known = *seen;
        co_await clock.sleep_until(clock.now() + std::chrono::microseconds(r->luck.below(4000)));
        co_await swap(r, client, known);
    }
}

awaitable<void> all_compete(ring* r) {
    auto body = [r](async::task_group& group) -> awaitable<void> {
        for (unsigned i = 0; i < clients; ++i) group.spawn([r, i] { return compete(r, i); });
        co_return;
    };
    co_await async::with_task_group(body);
    co_await look(r, clients);
}

std::optional<testing::s3_fault> befalls(ring* r) {
    std::uint64_t const luck = r->luck.below(24);
    if (luck > 3) return std::nullopt;
    ++r->found.faults;
    testing::s3_fault f;
    if (luck < 2) f.drop_after_apply = true;
    if (luck == 2) f.status = 503, f.code = "SlowDown";
    if (luck == 3) f.delay = std::chrono::milliseconds(r->luck.below(20));
    return f;
}

testing::mishap befalls_step(ring* r, testing::world_step const& step) {
    bool const moves = step.what == testing::world_step::kind::read || step.what == testing::world_step::kind::write;
    if (!moves || r->luck.below(150) != 0) return testing::mishap::none;
    ++r->found.faults;
    return r->luck.below(2) == 0 ? testing::mishap::reset : testing::mishap::silence;
}

}  // namespace

rivalry rivals_in_a_world(std::uint64_t const seed) {
    testing::world w(seed);
    testing::world_s3 server = w.serve_s3();
    s3_settings settings = server.settings();
    settings.retry.max_attempts = static_cast<unsigned>(1 + seed % 4);
    settings.timeouts.operation = 20s;
    settings.timeouts.first_byte = settings.timeouts.stall = 1s;
    ring r{make_s3_store(settings), chance(seed), {}};
    server.on_request([&r](testing::s3_request_view const&) { return befalls(&r); });
    w.on_step([&r](testing::world_step const& step) { return befalls_step(&r, step); });
    w.run([&r] { return all_compete(&r); });
    return std::move(r.found);
}

rivalry rivals_at_files(std::uint64_t const seed) {
    testing::world w(seed);
    testing::world_disk disk = w.disk();
    disk.make_folder("/store");
    file_settings settings;
    settings.root = "/store";
    settings.access = seed % 2 == 0 ? file_access::buffered : file_access::direct;
    ring r{make_file_store(settings), chance(seed), {}};
    disk.on_call([&r](testing::disk_call const&) {
        if (r.luck.below(60) != 0) return testing::disk_mishap::none;
        ++r.found.faults;
        return r.luck.below(2) == 0 ? testing::disk_mishap::no_space : testing::disk_mishap::io_error;
    });
    w.run([&r] { return all_compete(&r); });
    return std::move(r.found);
}

rivalry rivals_at_a_faulty_store(std::uint64_t const seed) {
    testing::world w(seed);
    faulty_options options;
    options.seed = seed;
    options.lost = options.refused = 0.2;
    options.slow = 0.5;
    options.delay = 3ms;
    ring r{make_faulty(make_memory_store("rivals"), options), chance(seed), {}};
    w.run([&r] { return all_compete(&r); });
    return std::move(r.found);
}

}  // namespace sluice::model
