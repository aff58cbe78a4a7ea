#pragma once

#include <sluice/log.hpp>
#include <sluice/object_store.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace sluice::inline v0 {

/// When a write counts as done. Readers see the old or the new object in all three; they differ in what a loss of power leaves.
enum class durability : std::uint8_t {
    none,                ///< when the system has it: the newest writes may be lost, or be empty files
    file,                ///< when the bytes are on the disk: the name may still lead to the old object
    file_and_directory,  ///< when bytes and name are on the disk, as object stores promise
};

/// `direct`: past the page cache (O_DIRECT). For data that is read once, or is larger than memory.
enum class file_access : std::uint8_t { buffered, direct };

/// What `file_access::direct` does where the file system cannot: `required` fails with `unsupported`, `preferred` goes through the page
/// cache, says so in the log and in `object_meta::access`.
enum class direct_mode : std::uint8_t { required, preferred };

/// What the system is told about the use of the page cache.
enum class access_pattern : std::uint8_t {
    automatic,   ///< `get` of an object is sequential, all else the system's own guess
    sequential,  ///< reads far ahead
    random,      ///< reads nothing ahead
    dont_need,   ///< what was read or written leaves the cache
};

/// Everything a store of one folder needs.
struct SLUICE_API file_settings {
    file_settings() {}

    std::string root;        ///< the folder; links in its own path are followed
    bool make_root = false;  ///< a write makes it when it is not there
    durability keep = durability::file_and_directory;
    file_access access = file_access::buffered;
    direct_mode direct = direct_mode::required;
    access_pattern pattern = access_pattern::automatic;
    bool skip_unnameable = false;  ///< leave files whose names are no keys (not UTF-8, too long) out of listings, with a line in the log
    log_sink log;
    log_level verbosity = log_level::off;
};

/// A store of the files below one folder, equal to an object store but for this:
///
/// Keys are paths below `root`: their segments have 1 to 255 bytes and none is "." or "..", and a key that is the folder of another
/// cannot be one itself; what cannot be is `invalid_argument`. Nothing outside of `root` is reached, whatever the key and whatever links
/// lie inside. Attributes cannot be kept: a write that has some is `unsupported`. An ETag is made of inode, size and time.
///
/// Objects are regular files, and links to such within `root`. Other things are not listed, and reading one is `invalid_argument`.
/// Folders are made as keys need them; `remove` takes away those it leaves empty, never `root` and never a tree.
///
/// A write is a file without a name, or named ".sluice-*.partial" and locked, until it is whole; then it takes the key's name in one step
/// and the mode of what it replaces. Listings do not show the unfinished; `sweep_stale` removes what dead processes left.
/// An upload with `resume_as` has that name from the beginning, made from it and the key's, and a ".sluice-*.journal" of its finished parts
/// beside it. It is taken up again until the machine starts anew, which may lose what was written; it begins afresh when another umask,
/// or another mode of what it replaces, is to hold for it. While one is being written, another of its name is an upload as without.
/// `if_match` holds against every other writer that uses sluice, on one machine: where folders cannot be locked (NFS) it is `unsupported`.
///
/// Threads, Errors, Cancel: as for every `object_store`; no_space and io tell what the disk said, and the old object is then intact.
/// Errors of the settings are thrown here: invalid_argument.
SLUICE_API std::shared_ptr<object_store> make_file_store(file_settings settings);

/// What `sweep_stale` found.
struct sweep_report {
    sweep_report() {}
    std::uint64_t removed = 0;        ///< a file and its journal count as one
    std::uint64_t in_use = 0;         ///< somebody is writing it
    std::vector<std::string> failed;  ///< one line each: what could not be looked at or removed
};

/// Removes what dead processes, and uploads that may be taken up again, left half-written in `folder` and below it: files named
/// ".sluice-*.partial" that nobody holds locked, each with its journal; and journals without a file.
/// Symbolic links are not followed. Errors: those of opening `folder`. Cancel: what is removed by then stays removed.
SLUICE_API awaitable<sweep_report> sweep_stale(std::string folder);

}  // namespace sluice::inline v0
