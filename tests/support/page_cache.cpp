#include "support/page_cache.hpp"

#include <doctest/doctest.h>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <vector>

namespace sluice::test {

namespace {

class open_file {
public:
    explicit open_file(std::string const& path) : fd_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) { REQUIRE(fd_ >= 0); }
    ~open_file() { ::close(fd_); }
    open_file(open_file const&) = delete;
    open_file& operator=(open_file const&) = delete;
    int number() const noexcept { return fd_; }
    std::size_t size() const {
        struct stat about {};
        REQUIRE(::fstat(fd_, &about) == 0);
        return static_cast<std::size_t>(about.st_size);
    }

private:
    int fd_;
};

}  // namespace

std::size_t cached_pages(std::string const& path) {
    open_file const file(path);
    std::size_t const size = file.size();
    if (size == 0) return 0;
    void* const memory = ::mmap(nullptr, size, PROT_READ, MAP_SHARED, file.number(), 0);
    REQUIRE(memory != MAP_FAILED);
    std::vector<unsigned char> there((size + 4095) / 4096);
    int const asked = ::mincore(memory, size, there.data());
    ::munmap(memory, size);
    REQUIRE(asked == 0);
    return static_cast<std::size_t>(std::ranges::count_if(there, [](unsigned char page) { return (page & 1u) != 0; }));
}

void drop_from_cache(std::string const& path) {
    open_file const file(path);
    REQUIRE(::fsync(file.number()) == 0);
    REQUIRE(::posix_fadvise(file.number(), 0, 0, POSIX_FADV_DONTNEED) == 0);
    REQUIRE(cached_pages(path) == 0);
}

void read_into_cache(std::string const& path) {
    open_file const file(path);
    std::vector<char> memory(1u << 20);
    while (::read(file.number(), memory.data(), memory.size()) > 0) {
    }
    REQUIRE(cached_pages(path) > 0);
}

}  // namespace sluice::test
