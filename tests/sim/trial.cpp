#include "sim/trial.hpp"

#include "async/clock.hpp"
#include "http/pool.hpp"

#include <sluice/async/task_group.hpp>
#include <sluice/operations.hpp>

#include <algorithm>
#include <exception>
#include <utility>

namespace sluice::sim {

namespace {

using namespace std::chrono_literals;

testing::world_options surroundings(std::uint64_t seed) {
    testing::world_options o;
    seed *= 0x9e3779b97f4a7c15;
    o.latency = std::chrono::microseconds(50 + (seed >> 8) % 30'000);
    o.jitter = std::chrono::microseconds((seed >> 24) % 5'000);
    if ((seed >> 40) % 3 == 0) o.bytes_per_second = 2'000'000 + (seed >> 32) % 50'000'000;
    o.window = (seed >> 50) % 4 == 0 ? 3000 : 256 * 1024;
    o.split = (seed >> 60) % 4 != 0;
    return o;
}

}  // namespace

trial::trial(std::uint64_t const seed, std::string_view const cloud)
    : world(seed, surroundings(seed)),
      sky(world),
      server(make_place(cloud.empty() ? cloud_of(seed) : cloud, world, seed)) {
    if (!server->proves_reads()) sky.spare(weather::kind::flipped_read);
    service_settings s;
    bool const narrow = surroundings(seed).window < 10'000;  // a megabyte takes long there
    limit_ = std::chrono::seconds((narrow ? 900 : 20) + world.pick(100));
    s.timeouts.operation = limit_;
    s.timeouts.first_byte = s.timeouts.stall = 5s;
    s.timeouts.connect = 2s;
    s.timeouts.stall_bytes = 100;
    s.retry.max_attempts = static_cast<unsigned>(1 + world.pick(8));
    s.retry.cap = 2s;
    s.pool.max_connections = 1 + world.pick(8);
    s.verbosity = log_level::debug;
    s.log = [this](log_level, std::string_view line) { (log_ += line) += '\n'; };
    store = server->open(s, sky);
}

void trial::find(std::string problem) { findings_.push_back(std::move(problem)); }

awaitable<outcome> trial::attempt(std::string name, std::function<awaitable<void>()> what) {
    ++operations_;
    outcome o;
    boost::asio::any_io_executor const executor = world.context().get_executor();
    async::clock& clock = async::clock::of(executor);
    async::time_point const began = clock.now();
    bool const cancels = world.pick(6) == 0;
    std::chrono::nanoseconds const patience = std::chrono::microseconds(world.pick(300'000));
    async::time_point stopped = async::never;
    auto work = [&]() -> awaitable<void> {
        try {
            co_await what();
            o.finished = true;
        } catch (error const& e) {
            if (e.reason() == errc::cancelled) throw;
            o.why = e;
        }
    };
    auto body = [&](async::task_group& group) -> awaitable<void> {
        if (cancels) {
            group.spawn([&]() -> awaitable<void> {
                co_await clock.sleep_until(clock.now() + patience);
                stopped = clock.now();
                group.cancel();
            });
        }
        co_await work();
        group.cancel();
    };
    try {
        co_await async::with_task_group(body);
    } catch (boost::system::system_error const& e) {
        if (e.code() != errc::cancelled) find(name + " threw " + e.what());
    } catch (std::exception const& e) {
        find(name + " threw no error of ours: " + e.what());
    }
    o.cancelled = !o.finished && !o.why;
    if (o.cancelled) ++cancelled_;
    if (o.why) log_ += std::string(o.why->what()) + '\n';
    if (hear_) hear_(name + (o.finished ? ": done" : o.cancelled ? ": cancelled" : std::string(": ") + o.why->what()));
    if (o.cancelled && !cancels) find(name + " says it was cancelled, which it was not");
    if (stopped != async::never && clock.now() - stopped > (server->cleans_up(name) ? 2 * limit_ : 0ns))
        find(name + " goes on after it was cancelled");
    auto const took = clock.now() - began;
    if (took > 12 * limit_ + 60s)
        find(name + " took " + std::to_string(std::chrono::duration_cast<std::chrono::seconds>(took).count()) + " s");
    co_return o;
}

void trial::judge(std::string const& name, outcome const& o, std::vector<errc> logical) {
    if (!o.why || sky.explains(o.why->reason()) || std::ranges::find(logical, o.why->reason()) != logical.end()) return;
    find(name + ": " + o.why->what());
}

awaitable<void> trial::program() {
    std::uint64_t successes = 0, in_doubt = 0;
    unsigned const rivals = static_cast<unsigned>(world.pick(4));
    auto body = [&](async::task_group& group) -> awaitable<void> {
        for (unsigned i = 0, n = 1 + static_cast<unsigned>(world.pick(4)); i < n; ++i) group.spawn([this, i] { return own_keys(this, i); });
        for (unsigned i = 0; i < rivals; ++i)
            group.spawn([this, &successes, &in_doubt] { return count_up(this, 3, &successes, &in_doubt); });
        if (world.pick(2) == 0) group.spawn([this] { return look_around(this); });
        if (world.pick(2) == 0) group.spawn([this] { return list_again(this); });
        co_return;
    };
    co_await async::with_task_group(body);
    sky.clear_up();
    std::uint64_t const count = std::stoull(server->get("count").value_or("0"));
    if (count < successes || count > successes + in_doubt)
        find("the count is " + std::to_string(count) + " after " + std::to_string(successes) + " successes and " +
             std::to_string(in_doubt) + " in doubt");
    co_await look_for_uploads();
    co_await look_at_everything();
}

/// What is left must have an excuse.
awaitable<void> trial::look_for_uploads() {
    auto const dropped = [this](std::string const& key) { return dropped_uploads_.contains(key); };
    upload_history const known{log_, upload_queries_, dropped, dropped_writers_, cancelled_ + sky.faults()};
    std::vector<std::string> const left = co_await server->leavings(&known);
    for (std::string const& one : left) find(one);
}

awaitable<void> trial::look_at_everything() {
    for (auto& [key, known] : keys) {
        std::optional<std::string> there = server->get(key);
        if (!known.saw(there))
            find(key + " holds " + (there ? std::to_string(there->size()) + " bytes" : "nothing") + ", and may hold:" + known.text());
    }
    co_return;
}

void trial::check_secrets() {
    for (std::string_view const secret : secrets_of_places())
        if (log_.find(secret) != log_.npos) find("a secret was said: " + log_.substr(log_.rfind('\n', log_.find(secret)) + 1, 300));
}

void trial::check_rest() {
    http::pool_core::counts const pool = http::pool::of(world.context().get_executor()).count();
    if (pool.open != pool.idle || pool.waiting != 0 || pool.idle != world.counts().connections)
        find("connections are left: " + std::to_string(pool.open) + " open, " + std::to_string(pool.idle) + " idle, " +
             std::to_string(pool.waiting) + " waiting, " + std::to_string(world.counts().connections) + " in the world");
    if (std::uint64_t const alarms = world.counts().alarms; alarms != 0)
        find(std::to_string(alarms) + " alarms are left after the last operation");
    bool const spoilt = sky.has(weather::kind::flipped_write);  // by the way, which the server counts as the sender's fault
    if (std::string const nonsense = server->nonsense(); !nonsense.empty() && !spoilt) find("the server was sent nonsense: " + nonsense);
    check_secrets();
    store.reset();
    if (!world.settle()) find("something goes on for ever");
}

std::vector<std::string> trial::run(std::function<void(std::string_view)> hear) {
    world.on_step([this](testing::world_step const& s) { return sky.at(s); });
    server->on_request([this](testing::service_request_view const& r) {
        if (r.query.find("uploadId=") != r.query.npos) (upload_queries_ += r.query) += '\n';
        return sky.at(r);
    });
    if (hear) {
        hear("weather: " + sky.text());
        hear_ = hear;
        world.on_event(std::move(hear));
    }
    world.expect_failure();
    try {
        world.run([this] { return program(); });
        check_rest();
    } catch (std::exception const& e) {
        find(std::string("the program failed: ") + e.what());
    }
    return findings_;
}

}  // namespace sluice::sim
