#include "child.hpp"
#include "support/drive.hpp"
#include "world.hpp"

#include <sluice/memory.hpp>

#include <algorithm>

using namespace sluice;
using namespace sluice::test;

namespace {

constexpr std::size_t part = 8'000, size = 12 * part + 77;

copy_options in_parts() {
    copy_options options;
    options.read.threshold = options.read.part_size = part;
    options.read.parts_in_flight = 3;
    return options;
}

/// Where "f/k" is copied from, the first or the second time.
using source = std::function<awaitable<std::shared_ptr<object_store>>(unsigned time)>;

/// Copies "f/k" into the folder `path`, as a process of its own that is killed at its n-th call, and then here, where it is `expected`.
/// Returns how many bytes were gone on with; nothing when it was not killed any more.
std::optional<std::uint64_t> copied_twice(source const& where, std::string const& path, std::uint64_t n, std::string const& expected) {
    auto const copy = [&](unsigned time) -> awaitable<copied> {
        std::shared_ptr<object_store> const from = co_await where(time);
        file_settings settings;
        settings.root = path;
        std::shared_ptr<object_store> const to = make_file_store(settings);
        co_return co_await copy_object(from, "f/k", to, "copies/k", in_parts());
    };
    child_script script;
    script.call = n;
    std::string const which = "copy, killed before call " + std::to_string(n);
    bool const killed = killed_in_child(script, which, [&]() -> awaitable<void> { co_await copy(1); });
    if (!killed) return std::nullopt;
    copied done;
    run([&]() -> awaitable<void> {
        done = co_await copy(2);
        // What is left of another version. The kernel may hold a killed process's locks a moment longer than the process.
        for (int i = 0; i < 200 && tree_of(path + "/copies").size() > 1; ++i) {
            co_await sweep_stale(path);
            co_await nap(10ms);
        }
    });
    CHECK_MESSAGE((read_file(path + "/copies/k") == expected), which);
    std::vector<std::string> const names = tree_of(path + "/copies");
    CHECK_MESSAGE(names == std::vector<std::string>{"k"}, which);
    return done.resumed;
}

/// At every call of it. Returns the most that was gone on with.
std::uint64_t killed_at_every_call(source const& where, std::string const& below, std::string const& expected) {
    std::uint64_t most = 0;
    for (std::uint64_t n = 0;; ++n) {
        temporary_folder const folder(below);
        std::optional<std::uint64_t> const resumed = copied_twice(where, folder.path(), n, expected);
        if (!resumed) return most;
        most = std::max(most, *resumed);
    }
}

}  // namespace

TEST_CASE("file copy: one from a file, killed at any call, is gone on with by the next process") {
    for (std::string const& below : {on_disk(), in_memory()}) {
        temporary_folder const folder(below);
        folder_store const at(folder);
        run([&]() -> awaitable<void> { co_await put(at, "f/k", tale(size)); });
        auto const same_file = [&](unsigned) -> awaitable<std::shared_ptr<object_store>> {
            file_settings settings;
            settings.root = at.path;
            co_return make_file_store(settings);
        };
        std::uint64_t const most = killed_at_every_call(same_file, below, tale(size));
        CHECK(most == size - part);  // all but the first part, which is on its way before anybody looks
    }
}

TEST_CASE("file copy: one from the memory of a process that was killed is no part of one from another's") {
    auto const another = [](unsigned time) -> awaitable<std::shared_ptr<object_store>> {
        std::shared_ptr<object_store> const memory = make_memory_store();
        std::string const content = tale(size, time);
        payload data(content);
        co_await memory->put("f/k", std::move(data));
        co_return memory;
    };
    CHECK(killed_at_every_call(another, in_memory(), tale(size, 2)) == 0);
}
