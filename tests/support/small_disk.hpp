#pragma once

#include "support/temporary_folder.hpp"

#include <cstdint>
#include <string>

namespace sluice::test {

/// A file system of its own in a file on the disk, mounted for the time of a scope. Where this process may not mount, or the tool to make
/// one is missing, `path` is an ordinary folder on the disk, `is_mounted` is false, and the test's output says so.
class small_disk {
public:
    /// `kind`: "ext4" or "xfs", which wants 300 MiB at least.
    small_disk(std::string kind, std::uint64_t size);
    ~small_disk();
    small_disk(small_disk const&) = delete;
    small_disk& operator=(small_disk const&) = delete;

    bool is_mounted() const noexcept { return mounted_; }
    std::string const& path() const noexcept { return path_; }

private:
    temporary_folder folder_{on_disk()};
    std::string path_;
    bool mounted_ = false;
};

}  // namespace sluice::test
