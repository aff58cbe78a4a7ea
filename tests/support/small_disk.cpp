#include "support/small_disk.hpp"

#include <doctest/doctest.h>

#include <sys/wait.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace sluice::test {

namespace {

bool works(std::string const& command) {
    int const status = std::system((command + " >/dev/null 2>&1").c_str());
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

}  // namespace

small_disk::small_disk(std::string kind, std::uint64_t size) : path_(folder_ / "mounted") {
    std::string const image = folder_ / "image";
    std::filesystem::create_directory(path_);
    std::ofstream(image).close();
    std::filesystem::resize_file(image, size);
    std::string const make = "PATH=$PATH:/usr/sbin:/sbin mkfs." + kind + (kind == "ext4" ? " -q -m 0 -F " : " -q -f ") + image;
    mounted_ = works(make) && works("mount -o loop " + image + ' ' + path_);
    if (!mounted_) MESSAGE("no " << kind << " of its own can be made and mounted here: an ordinary folder on the disk instead");
}

small_disk::~small_disk() {
    // Lazily should somebody still look into it: nothing stays mounted.
    if (mounted_ && !works("umount " + path_)) works("umount -l " + path_);
}

}  // namespace sluice::test
