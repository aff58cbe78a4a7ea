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

enum class served { by_ring, by_pool };

/// Replaces what serves the context of `executor`.
uring::files& files_served(boost::asio::any_io_executor const& executor, served how);

/// One empty directory, opened, and how it is served; `name` says which of the four this is.
struct place {
    uring::files& files;
    uring::directory& root;
    std::string path;
    std::string name;
};

/// Runs `body` on the disk and in memory, by the ring and by the pool, each in a context of its own.
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

/// Bytes that tell their own place.
std::vector<std::byte> pattern(std::size_t size, unsigned seed = 1);

}  // namespace sluice::test
