#pragma once

#include <sluice/config.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::inline v0::testing {

/// What befalls a call of the disk of a simulated world.
enum class disk_mishap : std::uint8_t {
    none,
    no_space,        ///< ENOSPC instead of the call
    io_error,        ///< EIO instead of it; of a flush: some of what it was for may be on the platter all the same
    short_transfer,  ///< a read or a write moves less than it was asked for; other calls are done
    delay,           ///< the call takes `disk_options::delay` longer
    kill,            ///< the program is killed before or behind the call, as the seed will have it: what it wrote is there
    power_cut,       ///< likewise the machine: what was not flushed is lost or torn, see `world_disk::cut_power`
};
SLUICE_API std::string_view to_string(disk_mishap) noexcept;

/// One call of the library, or of a program through it.
struct SLUICE_API disk_call {
    disk_call() {}
    std::string_view what;     ///< "openat2", "write", "fsync"
    std::string_view path;     ///< what it names, or what its file was opened as
    std::uint64_t number = 0;  ///< of all calls of the disk, from 0
};

struct SLUICE_API disk_options {
    disk_options() {}
    std::size_t sector = 512;   ///< what is written whole or not at all, and what O_DIRECT is aligned to
    bool unnamed_files = true;  ///< O_TMPFILE, which some file systems have not
    std::chrono::nanoseconds latency = std::chrono::microseconds(20);
    std::chrono::nanoseconds jitter = std::chrono::microseconds(200);       ///< up to this much more, so that calls overtake each other
    std::chrono::nanoseconds flush_latency = std::chrono::milliseconds(2);  ///< of fsync and fdatasync, on top
    std::chrono::nanoseconds delay = std::chrono::seconds(30);              ///< what `disk_mishap::delay` takes
};

struct SLUICE_API disk_counts {
    disk_counts() {}
    std::uint64_t calls = 0, mishaps = 0;
    std::uint64_t open = 0;        ///< descriptors of the program that runs
    std::uint64_t lost_bytes = 0;  ///< by all power cuts so far
    std::uint64_t lost_names = 0;  ///< likewise creations, removals and renames
};

class simulated_disk;

/// The disk of a world: files in memory, where what was not flushed is told apart from what is on the platter.
///
/// Paths are absolute. There are no symbolic links, and no users: all belongs to who runs the test. The boot id of /proc changes with each
/// power cut. A flush of a file makes its bytes durable, one of a folder the names in it, and those by which a new folder is found (as the
/// journals of ext4, XFS and btrfs do).
///
/// Lifetime: a handle; what it names lives as long as the world or the handle. Threads: the world's.
class SLUICE_API world_disk {
public:
    /// Called at every call, on the world's thread; says what befalls it. `world::run` returns `destroyed` after a kill or a power cut, and
    /// `world::restart` begins anew on what is left.
    void on_call(std::function<disk_mishap(disk_call const&)> decide);

    /// Puts a file there, flushed, with the folders above it.
    void write(std::string path, std::string data);
    /// Makes a folder and those above it, flushed.
    void make_folder(std::string path);
    /// The file as programs see it now; nothing when there is none.
    std::optional<std::string> read(std::string path) const;
    /// Every name below a folder, with a slash behind those of folders, sorted.
    std::vector<std::string> tree(std::string path) const;

    /// The power fails now. Of what was not flushed, a random choice is left: of writes each sector by itself, of sizes, new names,
    /// removed names and renames each by itself, where a file or folder may be lost with its name. What the running program has open is
    /// gone: its calls fail with EIO until `world::restart`.
    void cut_power();
    /// The program dies now, the machine goes on: only locks and files without a name are gone.
    void kill();

    disk_counts counts() const;

private:
    friend class world;
    explicit world_disk(std::shared_ptr<simulated_disk> disk) noexcept;
    std::shared_ptr<simulated_disk> disk_;
};

}  // namespace sluice::inline v0::testing
