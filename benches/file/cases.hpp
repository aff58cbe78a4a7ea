#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace bench {

/// Direct reads or writes of one file by the files seam, as fio does them: `depth` of `block` bytes at once.
struct seam_plan {
    std::string path;
    std::size_t block = 4096;
    unsigned depth = 32;
    unsigned seconds = 5;
    bool writes = false;
    bool random = false;
    bool pool = false;    // served by the thread pool
    bool cached = false;  // through the page cache
};
void by_seam(seam_plan const& plan);

/// The object `key` of the folder's store, whole, so often.
void into_memory(std::string folder, std::string key, unsigned times);  ///< into the caller's, by `read_ranged` in one request
void in_order(std::string folder, std::string key, unsigned times);     ///< by `get`, 128 KiB at a time
void stream(std::string folder, std::string key, unsigned times);       ///< by `stream_ranged`

/// Blocks of an object at random, each read by a call of its own, 32 at once, on one thread. `direct`: past the page cache.
void ranges(std::string folder, std::string key, std::size_t block, unsigned seconds, bool direct);

/// A piece of memory that is there, not only promised.
std::span<std::byte> populated(std::size_t size);

/// How many pages of a file are in the page cache.
std::size_t resident_pages(std::string const& file);

/// Every page of a listing.
void list(std::string folder);

/// So many objects of 4 KiB, 32 at once, on one thread. `durable`: file_and_directory, else none.
void put_small(std::string folder, unsigned count, bool durable);
void get_small(std::string folder, unsigned count);

/// The same by plain system calls, one after another.
void plain_read(std::string const& file);
void plain_put(std::string const& folder, unsigned count, bool durable);
void plain_get(std::string const& folder, unsigned count);

constexpr std::size_t small_size = 4096;
std::string small_name(unsigned i);

}  // namespace bench
