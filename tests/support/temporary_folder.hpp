#pragma once

#include <string>
#include <string_view>

namespace sluice::test {

/// A folder that goes, with what is in it, at the end of its scope.
class temporary_folder {
public:
    explicit temporary_folder(std::string const& below);
    ~temporary_folder();
    temporary_folder(temporary_folder const&) = delete;
    temporary_folder& operator=(temporary_folder const&) = delete;

    std::string const& path() const noexcept { return path_; }
    std::string operator/(std::string_view name) const { return path_ + '/' + std::string(name); }

private:
    std::string path_;
};

std::string on_disk();    ///< below it files are on a disk: TMPDIR, or /var/tmp
std::string in_memory();  ///< below it they are in memory: /dev/shm

}  // namespace sluice::test
