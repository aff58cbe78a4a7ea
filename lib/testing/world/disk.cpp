#include "testing/world/disk.hpp"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <stdexcept>
#include <utility>

namespace sluice::inline v0::testing {

namespace {

bool is_sync(uring::opcode const what) noexcept { return what == uring::opcode::sync || what == uring::opcode::sync_data; }

bool is_transfer(uring::opcode const what) noexcept { return what == uring::opcode::read || what == uring::opcode::write; }

/// Files of /proc are no disk's.
bool is_of_kernel(uring::request const& r) noexcept {
    return r.path != nullptr && std::string_view(r.path).starts_with("/proc/") && r.what != uring::opcode::link;
}

}  // namespace

std::string_view to_string(disk_mishap const what) noexcept {
    switch (what) {
    case disk_mishap::none: return "nothing";
    case disk_mishap::no_space: return "a full disk";
    case disk_mishap::io_error: return "an I/O error";
    case disk_mishap::short_transfer: return "a short transfer";
    case disk_mishap::delay: return "a slow call";
    case disk_mishap::kill: return "a kill";
    case disk_mishap::power_cut: return "a power cut";
    }
    return "?";
}

simulated_disk::simulated_disk(world_core& of, disk_options const& o) : world(&of), options(o), calls(of.luck.next(), o) {}

std::int64_t simulated_disk::now() {
    // A file system's clock never shows two writes of a file at one moment to whom it matters: ETags are made of it.
    std::int64_t const time = world == nullptr ? last : world->wall_nanoseconds();
    return last = std::max(last + 1, time);
}

void simulated_disk::tell(std::string_view const what, std::uint64_t const number) {
    if (world != nullptr) world->tell("disk", what, number);
}

disk_mishap simulated_disk::meet(uring::request const& what) {
    std::string const path = calls.path_of(what);
    disk_call one;
    one.what = to_string(what.what);
    one.path = path;
    one.number = counts.calls++;
    disk_mishap const befalls = decide && !is_of_kernel(what) ? decide(one) : disk_mishap::none;
    world->trace.add(one.what);
    world->trace.add(path);
    world->trace.add(static_cast<std::uint64_t>(befalls));
    if (world->hear) world->tell("disk", std::string(one.what) + " " + path + ", call", one.number);
    if (befalls == disk_mishap::none) return befalls;
    ++counts.mishaps;
    tell(to_string(befalls), one.number);
    return befalls;
}

async::nanoseconds simulated_disk::time_of(uring::request const& what) {
    std::uint64_t const jitter = world->luck.below(static_cast<std::uint64_t>(options.jitter.count()) + 1);
    async::nanoseconds const all = options.latency + std::chrono::nanoseconds(jitter);
    return is_sync(what.what) ? all + options.flush_latency : all;
}

void simulated_disk::shorten(uring::request& what) {
    std::size_t const one = calls.granularity(what.fd);
    if (!is_transfer(what.what) || what.length <= one) return;
    what.length = one * (1 + world->luck.below((what.length - 1) / one));
}

std::int32_t simulated_disk::perform(uring::request const& what) {
    std::int32_t const answer = calls.perform(what, now());
    world->trace.add(static_cast<std::uint64_t>(static_cast<std::int64_t>(answer)));
    return answer;
}

void simulated_disk::end_program(bool const power) {
    ++program;
    if (!power) return calls.close_all();
    disk_tree::losses const lost = calls.cut_power();
    counts.lost_bytes += lost.bytes;
    counts.lost_names += lost.names;
    if (world == nullptr) return;
    world->trace.add(lost.bytes);
    world->trace.add(lost.names);
    tell("bytes lost by the power cut:", lost.bytes);
    tell("changes of names lost by the power cut:", lost.names);
}

awaitable<std::int32_t> disk_provider::perform(uring::request what) {
    if (!lives()) co_return -EIO;
    simulated_disk& disk = *disk_;
    disk_mishap const befalls = disk.meet(what);
    if (befalls == disk_mishap::short_transfer) disk.shorten(what);
    async::nanoseconds const late = befalls == disk_mishap::delay ? disk.options.delay : async::nanoseconds(0);
    async::clock& clock = async::clock::of(disk.world->executor);
    co_await clock.sleep_until(clock.now() + disk.time_of(what) + late);
    if (!lives()) co_return -EIO;
    bool const ends = befalls == disk_mishap::kill || befalls == disk_mishap::power_cut;
    bool const fails = befalls == disk_mishap::no_space || befalls == disk_mishap::io_error;
    if (fails && what.what == uring::opcode::close) disk.calls.close(what.fd);  // it is gone, whatever the answer
    if (fails) co_return befalls == disk_mishap::no_space ? -ENOSPC : -EIO;
    if (!ends) co_return disk.perform(what);
    if (disk.world->luck.one_in(2)) disk.perform(what);
    disk.end_program(befalls == disk_mishap::power_cut);
    disk.world->befall_run(mishap::destroy);
    co_await clock.sleep_until(async::never);  // nobody goes on
    co_return -EIO;
}

void disk_provider::close_now(int const fd) noexcept {
    if (lives()) disk_->calls.close(fd);
}

void disk_provider::remove_now(int const directory, char const* const name) noexcept {
    if (lives()) disk_->calls.perform(uring::request::unlink(directory, name, 0), disk_->now());
}

int disk_provider::duplicate(int const fd) noexcept { return lives() ? disk_->calls.duplicate(fd) : -EIO; }

world_disk::world_disk(std::shared_ptr<simulated_disk> disk) noexcept : disk_(std::move(disk)) {}

void world_disk::on_call(std::function<disk_mishap(disk_call const&)> decide) { disk_->decide = std::move(decide); }

void world_disk::make_folder(std::string path) {
    disk_tree& tree = disk_->calls.tree();
    for (std::size_t end = 0; end != path.npos;) {
        end = path.find('/', end + 1);
        std::string const here = path.substr(0, end);
        std::int32_t error = 0;
        std::optional<disk_calls::found> const at = disk_->calls.walk(tree.root(), here, false, error);
        if (!at || (at->node && !at->node->folder)) throw std::invalid_argument("no folder can be made at " + path);
        if (at->node) continue;
        tree.change({{at->folder, at->name, tree.make(true, 0755, disk_->now())}}, disk_->now());
        tree.flush(at->folder);
    }
}

void world_disk::write(std::string path, std::string data) {
    disk_tree& tree = disk_->calls.tree();
    std::size_t const slash = path.rfind('/');
    if (slash == path.npos || slash + 1 == path.size()) throw std::invalid_argument("no absolute path of a file: " + path);
    if (slash != 0) make_folder(path.substr(0, slash));
    std::int32_t error = 0;
    std::optional<disk_calls::found> const at = disk_->calls.walk(tree.root(), path, false, error);
    if (!at || (at->node && at->node->folder)) throw std::invalid_argument("no file can be written at " + path);
    disk_file file = tree.make(false, 0644, disk_->now());
    file->content.write(0, data);
    file->content.flush();
    tree.change({{at->folder, at->name, std::move(file)}}, disk_->now());
    tree.flush(at->folder);
}

std::optional<std::string> world_disk::read(std::string path) const {
    std::int32_t error = 0;
    std::optional<disk_calls::found> const at = disk_->calls.walk(disk_->calls.tree().root(), path, false, error);
    if (!at || !at->node || at->node->folder) return std::nullopt;
    return at->node->content.now();
}

std::vector<std::string> world_disk::tree(std::string path) const {
    std::int32_t error = 0;
    std::optional<disk_calls::found> const at = disk_->calls.walk(disk_->calls.tree().root(), path, false, error);
    std::vector<std::string> all;
    if (!at || !at->node) return all;
    std::function<void(disk_node const&, std::string const&)> const look = [&](disk_node const& folder, std::string const& above) {
        for (auto const& [name, one] : folder.now) {
            std::string const here = above + name + (one.node->folder ? "/" : "");
            all.push_back(here);
            if (one.node->folder) look(*one.node, here);
        }
    };
    look(*at->node, "");
    std::ranges::sort(all);
    return all;
}

void world_disk::cut_power() { disk_->end_program(true); }
void world_disk::kill() { disk_->end_program(false); }

disk_counts world_disk::counts() const {
    disk_counts all = disk_->counts;
    all.open = disk_->calls.open_count();
    return all;
}

}  // namespace sluice::inline v0::testing
