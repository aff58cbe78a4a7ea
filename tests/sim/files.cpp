#include "sim/files.hpp"

#include "async/clock.hpp"

#include <sluice/async/task_group.hpp>
#include <sluice/operations.hpp>

#include <algorithm>
#include <chrono>
#include <exception>
#include <utility>

namespace sluice::sim {

using testing::disk_mishap;

namespace {

std::string_view last_name(std::string_view const path) noexcept { return path.substr(path.rfind('/') + 1); }

using namespace std::chrono_literals;

constexpr std::uint64_t other_worlds = 0x66696c6573;  // than those of the network's trials

testing::disk_options disk_of(std::uint64_t const seed) {
    testing::disk_options o;
    o.sector = seed % 3 == 0 ? 4096 : 512;
    o.unnamed_files = seed % 4 != 0;
    o.jitter = std::chrono::microseconds(seed % 7 * 300);
    return o;
}

testing::world_options network_of(std::uint64_t const seed) {
    testing::world_options o;
    o.latency = std::chrono::microseconds(50 + seed % 11 * 100);
    o.split = seed % 2 == 0;
    return o;
}

}  // namespace

file_trial::file_trial(std::uint64_t const seed)
    : world(seed ^ other_worlds, network_of(seed)),
      disk(world.disk(disk_of(seed))),
      server(world.serve_s3()) {
    settings_.root = "/data/store";
    settings_.make_root = true;
    settings_.access = world.pick(3) == 0 ? file_access::direct : file_access::buffered;
    std::uint64_t const keep = world.pick(4);
    settings_.keep = keep == 0 ? durability::none : keep == 1 ? durability::file : durability::file_and_directory;
    for (std::uint64_t n = world.pick(3); n > 0; --n) mask_ |= 1U << world.pick(kinds);
    rarity_ = 10 + world.pick(100);
    for (unsigned n = 0; n < 3; ++n) {
        sources.push_back(fresh(120'000));
        server.put("bucket", "src/" + std::to_string(n), sources.back());
    }
}

bool file_trial::explains(errc const reason) const noexcept {
    bool const full = (mask_ >> no_space & 1U) != 0, broken = (mask_ >> io_error & 1U) != 0;
    switch (reason) {
    case errc::no_space: return full;
    case errc::io: return broken;
    case errc::ambiguous: return full || broken;
    default: return false;
    }
}

disk_mishap file_trial::at(testing::disk_call const& call) {
    if (calls_left_ > 0 && --calls_left_ == 0) return stop_;
    auto const strikes = [&](kind const k) { return !clear_ && (mask_ >> k & 1U) != 0 && world.pick(rarity_) == 0; };
    bool const takes_room = call.what == "write" || call.what == "openat2" || call.what == "linkat" || call.what == "mkdirat";
    if (takes_room && strikes(no_space)) return disk_mishap::no_space;
    if (strikes(io_error)) {
        if (call.what == "unlinkat") stuck_.insert(std::string(last_name(call.path)));
        return disk_mishap::io_error;
    }
    return strikes(short_transfer) ? disk_mishap::short_transfer : disk_mishap::none;
}

awaitable<file_trial::outcome> file_trial::attempt(std::string name, std::function<awaitable<void>()> what) {
    ++operations_;
    outcome o;
    boost::asio::any_io_executor const executor = world.context().get_executor();
    async::clock& clock = async::clock::of(executor);
    async::time_point const began = clock.now();
    bool const cancels = world.pick(6) == 0;
    std::chrono::nanoseconds const patience = std::chrono::microseconds(world.pick(8'000));
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
    if (hear_) hear_(name + (o.finished ? ": done" : o.cancelled ? ": cancelled" : std::string(": ") + o.why->what()));
    if (o.cancelled && !cancels) find(name + " says it was cancelled, which it was not");
    if (clock.now() - began > 60s) find(name + " took more than a minute");
    co_return o;
}

awaitable<file_trial::outcome> file_trial::attempt_write(std::string name, std::string key, contents::value now, std::vector<errc> logical,
                                                         std::function<awaitable<void>()> what) {
    name += " " + key;
    known_key const before = keys[key];
    keys[key].may_have(now);  // others look while it is under way, and it may be stopped
    outcome const o = co_await attempt(name, what);
    known_key& known = keys[key];
    bool const refused = o.why && std::ranges::find(logical, o.why->reason()) != logical.end();
    if (o.why && !refused && !explains(o.why->reason())) find(name + ": " + o.why->what());
    bool const kept = refused || o.is(errc::no_space) || o.is(errc::io);
    if (kept) {  // the promise is about what it holds; what others have seen is not taken back
        known.live = before.live;
        known.durable = before.durable;
    }
    if (o.finished) {
        known.live.wrote(now);
        if (settings_.keep == durability::file_and_directory) known.durable.wrote(now);
    }
    co_return o;
}

/// What a life has left, by what may be left of it.
void file_trial::look_at_disk(bool const power_failed) {
    for (auto& [key, known] : keys) {
        contents::value const there = disk.read(settings_.root + '/' + key);
        contents& may = power_failed ? known.durable : known.live;
        bool const anything = power_failed && settings_.keep == durability::none;
        bool const ever = power_failed && settings_.keep == durability::file;
        bool const fits = anything || (ever ? may.ever(there) : may.saw(there));
        if (!fits)
            find(key + " holds " + (there ? std::to_string(there->size()) + " bytes" : "nothing") +
                 (power_failed ? " after a power cut" : "") + ", and may hold:" + may.text());
        known.live.wrote(there);
        if (power_failed) known.durable.wrote(there);
    }
}

/// Whoever reads the folder by other means meets objects, and what is half written by its name.
void file_trial::check_names() {
    for (std::string const& name : disk.tree(settings_.root)) {
        bool const known = name.ends_with('/') || keys.contains(name) || last_name(name).starts_with(".sluice-");
        if (!known) find("there is a file " + name + " that nobody wrote");
    }
}

/// A program that ended by itself leaves nothing half-written but what the next one can go on with, or begin, and what the disk would not
/// let it remove.
void file_trial::check_leavings(std::vector<std::string> const& before) {
    std::vector<std::string> const now = disk.tree(settings_.root);
    for (std::string const& name : now) {
        if (!name.ends_with(".partial") || std::ranges::binary_search(before, name) || stuck_.contains(std::string(last_name(name))))
            continue;
        std::string const journal = name.substr(0, name.size() - std::string_view("partial").size()) + "journal";
        bool const begun = disk.read(settings_.root + '/' + name).value_or("") != "";
        if (begun && !std::ranges::binary_search(now, journal)) find(name + " is left half-written");
    }
}

awaitable<void> file_trial::program() {
    auto body = [&](async::task_group& group) -> awaitable<void> {
        for (unsigned i = 0, n = 1 + static_cast<unsigned>(world.pick(3)); i < n; ++i)
            group.spawn([this, i] { return own_files(this, i); });
        if (world.pick(3) != 0) group.spawn([this] { return download(this); });
        if (world.pick(2) == 0) group.spawn([this] { return look_at_files(this); });
        co_return;
    };
    co_await async::with_task_group(body);
}

/// Nothing befalls it any more: all is as it must be, through the store as well, and nothing stays behind.
awaitable<void> file_trial::last_look() {
    for (std::size_t n = 0; n < sources.size(); ++n) {
        std::string const from = "src/" + std::to_string(n), to = "down/" + std::to_string(n);
        copy_options how;
        how.read.threshold = 1;
        how.read.part_size = 16'384;
        how.keep_partial = true;
        co_await copy_object(remote, from, store, to, how);
        keys[to].live.wrote(sources[n]);
    }
    std::vector<std::string> expected;
    for (auto& [key, known] : keys) {
        contents::value there;
        try {
            whole_object const got = co_await get_all(store, key);
            there = std::string(got.data.text());
        } catch (error const& e) {
            if (e.reason() != errc::not_found) find("the last look at " + key + ": " + e.what());
        }
        if (!known.live.saw(there)) find("in the end " + key + " may not hold what it holds:" + known.live.text());
        if (there) expected.push_back(key);
    }
    std::vector<std::string> names;
    list_page const all = co_await list_all(store, "");
    for (object_meta const& o : all.objects) names.push_back(o.key);
    if (names != expected) find("the list has " + std::to_string(names.size()) + " keys of " + std::to_string(expected.size()));
    sweep_report const swept = co_await sweep_stale(settings_.root);
    if (swept.in_use != 0 || !swept.failed.empty()) find("leavings cannot be swept away: somebody seems to write them");
    for (std::string const& name : disk.tree(settings_.root))
        if (name.find(".sluice-") != name.npos) find(name + " stays when all is swept");
}

void file_trial::open_store() {
    store = make_file_store(settings_);
    remote = make_s3_store(server.settings());
}

/// A program, and what it leaves when it ends or is stopped; the last one only looks.
void file_trial::live_once(bool const last) {
    open_store();
    clear_ = last;
    bool const power = world.pick(2) == 0;
    stop_ = power ? disk_mishap::power_cut : disk_mishap::kill;
    calls_left_ = last ? 0 : 1 + world.pick(600);
    std::vector<std::string> const before = disk.tree(settings_.root);
    bool const whole = world.run([this, last] { return last ? last_look() : program(); }) == testing::world::ending::finished;
    calls_left_ = 0;
    store.reset();
    remote.reset();
    if (last) return;
    if (whole) check_leavings(before);
    if (whole) power ? disk.cut_power() : disk.kill();
    cuts_ += whole;
    look_at_disk(power);
    check_names();
    world.restart();
}

std::vector<std::string> file_trial::run(std::function<void(std::string_view)> hear) {
    disk.on_call([this](testing::disk_call const& c) { return at(c); });
    if (hear) {
        hear_ = hear;
        world.on_event(std::move(hear));
    }
    world.expect_failure();
    try {
        for (std::uint64_t lives = 1 + world.pick(3); lives > 0; --lives) live_once(false);
        live_once(true);
        if (!world.settle()) find("something goes on for ever");
        // The folders that are kept open for the next operation.
        if (disk.counts().open > 1) find(std::to_string(disk.counts().open) + " files are left open");
    } catch (std::exception const& e) {
        find(std::string("the program failed: ") + e.what());
    }
    return findings_;
}

}  // namespace sluice::sim
