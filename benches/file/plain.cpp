#include "cases.hpp"
#include "loopback/meter.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>
#include <vector>

namespace {

int checked(long answer, char const* what) {
    if (answer < 0) throw std::system_error(errno, std::generic_category(), what);
    return static_cast<int>(answer);
}

int open_folder(std::string const& path) { return checked(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC), "open the folder"); }

void write_one(int folder, std::string const& name, bool durable, std::array<char, bench::small_size> const& content) {
    std::string const partial = name + ".partial";
    int const file = checked(::openat(folder, partial.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666), "open");
    checked(::pwrite(file, content.data(), content.size(), 0), "write");
    if (durable) checked(::fsync(file), "flush");
    checked(::close(file), "close");
    checked(::renameat(folder, partial.c_str(), folder, name.c_str()), "rename");
    if (durable) checked(::fsync(folder), "flush the folder");
}

}  // namespace

std::span<std::byte> bench::populated(std::size_t size) {
    void* const memory = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
    if (memory == MAP_FAILED) throw std::system_error(errno, std::generic_category(), "mmap");
    return {static_cast<std::byte*>(memory), size};
}

std::size_t bench::resident_pages(std::string const& file) {
    int const there = checked(::open(file.c_str(), O_RDONLY | O_CLOEXEC), "open");
    struct stat about {};
    checked(::fstat(there, &about), "look at the file");
    auto const size = static_cast<std::size_t>(about.st_size);
    void* const memory = ::mmap(nullptr, size, PROT_READ, MAP_SHARED, there, 0);
    if (memory == MAP_FAILED) throw std::system_error(errno, std::generic_category(), "mmap");
    std::vector<unsigned char> pages((size + 4095) / 4096);
    checked(::mincore(memory, size, pages.data()), "mincore");
    ::munmap(memory, size);
    ::close(there);
    return static_cast<std::size_t>(std::ranges::count_if(pages, [](unsigned char p) { return (p & 1) != 0; }));
}

void bench::plain_read(std::string const& file) {
    constexpr std::size_t most = std::size_t{4} << 20;
    int const there = checked(::open(file.c_str(), O_RDONLY | O_CLOEXEC), "open");
    struct stat about {};
    checked(::fstat(there, &about), "look at the file");
    std::span<std::byte> const into = populated(static_cast<std::size_t>(about.st_size));
    meter const work;
    for (std::size_t at = 0; at < into.size();) {
        std::size_t const next = std::min(most, into.size() - at);
        at += static_cast<std::size_t>(checked(::pread(there, into.data() + at, next, static_cast<off_t>(at)), "read"));
    }
    work.print(into.size(), 1);
    ::close(there);
}

void bench::plain_put(std::string const& folder, unsigned count, bool durable) {
    int const there = open_folder(folder);
    std::array<char, small_size> content{};
    meter const work;
    for (unsigned i = 0; i < count; ++i) write_one(there, small_name(i), durable, content);
    work.print(std::uint64_t{count} * small_size, count);
    ::close(there);
}

void bench::plain_get(std::string const& folder, unsigned count) {
    int const there = open_folder(folder);
    std::array<char, small_size> into{};
    meter const work;
    for (unsigned i = 0; i < count; ++i) {
        int const file = checked(::openat(there, small_name(i).c_str(), O_RDONLY | O_CLOEXEC), "open");
        checked(::pread(file, into.data(), into.size(), 0), "read");
        ::close(file);
    }
    work.print(std::uint64_t{count} * small_size, count);
    ::close(there);
}
