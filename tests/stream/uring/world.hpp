#pragma once

#include "support/co_test.hpp"
#include "uring/files.hpp"

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::test {

/// A directory that goes, with what is in it, at the end of its scope.
class temporary_directory {
public:
    explicit temporary_directory(std::string const& below);
    ~temporary_directory();
    temporary_directory(temporary_directory const&) = delete;
    temporary_directory& operator=(temporary_directory const&) = delete;

    std::string const& path() const noexcept { return path_; }
    std::string operator/(std::string_view name) const { return path_ + '/' + std::string(name); }

private:
    std::string path_;
};

std::string disk_path();    ///< below it files are on a disk: TMPDIR, or /var/tmp
std::string memory_path();  ///< below it they are in memory: /dev/shm

/// By a ring, by one whose kernel work is deferred (under `runtime`), or by the thread pool.
enum class served { by_ring, by_own_ring, by_pool };

/// Replaces what serves the context of `executor`.
uring::files& files_served(boost::asio::any_io_executor const& executor, served how);

/// One empty directory, opened.
struct place {
    uring::files& files;
    uring::directory& root;
    std::string path;
};

/// Runs `body` on the disk and in memory, served each way, each in a context of its own.
void everywhere(std::function<awaitable<void>(place&)> body);

template <class T>
T must(result<T> r) {
    if (!r) FAIL(r.error().info().detail);
    return std::move(*r);
}
inline void must(result<void> const& r) {
    if (!r) FAIL(r.error().info().detail);
}

/// Why it failed; fails the test when it did not.
template <class T>
errc why(result<T> const& r) {
    if (r) FAIL("did not fail");
    return r.error().reason();
}

inline std::span<std::byte const> bytes_of(std::string_view text) noexcept { return std::as_bytes(std::span(text.data(), text.size())); }
inline std::string text_of(std::span<std::byte const> bytes) { return {reinterpret_cast<char const*>(bytes.data()), bytes.size()}; }

/// A new file with this content, open to read and write.
awaitable<uring::file> made(place& at, std::string name, std::string content);
/// At most 64 KiB of it.
awaitable<std::string> content(place& at, std::string name);

/// Bytes that tell their own place.
std::vector<std::byte> pattern(std::size_t size, unsigned seed = 1);

}  // namespace sluice::test
