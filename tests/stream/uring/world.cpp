#include "world.hpp"

#include "async/blocking.hpp"
#include "uring/blocking_provider.hpp"

#include <boost/asio/this_coro.hpp>

#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <utility>

namespace asio = boost::asio;

namespace sluice::test {

temporary_directory::temporary_directory(std::string const& below) : path_(below + "/sluice-test-XXXXXX") {
    if (::mkdtemp(path_.data()) == nullptr) throw std::runtime_error("no directory below " + below);
}

temporary_directory::~temporary_directory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

std::string disk_path() {
    char const* const wanted = std::getenv("TMPDIR");
    return wanted == nullptr ? "/var/tmp" : wanted;
}

std::string memory_path() { return "/dev/shm"; }

uring::files& files_served(asio::any_io_executor const& executor, served how) {
    uring::files& files = uring::files::of(executor);
    if (how == served::by_pool) files.replace(std::make_unique<uring::blocking_provider>(async::blocking::of(executor), std::string()));
    return files;
}

namespace {

awaitable<void> at_place(std::function<awaitable<void>(place&)> body, std::string path, std::string name, served how) {
    asio::any_io_executor const executor = co_await asio::this_coro::executor;
    uring::files& files = files_served(executor, how);
    result<uring::directory> opened = co_await files.open_directory(path);
    uring::directory root = must(std::move(opened));
    place here{files, root, std::move(path), std::move(name)};
    co_await body(here);
}

}  // namespace

void everywhere(std::function<awaitable<void>(place&)> body) {
    for (std::string const& below : {disk_path(), memory_path()}) {
        for (served const how : {served::by_ring, served::by_pool}) {
            std::string const name = below + (how == served::by_ring ? ", ring" : ", pool");
            temporary_directory const directory(below);
            INFO(name);
            std::function<awaitable<void>()> one = [&] { return at_place(body, directory.path(), name, how); };
            run(one);
        }
    }
}

std::vector<std::byte> pattern(std::size_t size, unsigned seed) {
    std::vector<std::byte> made(size);
    for (std::size_t i = 0; i < size; ++i) made[i] = static_cast<std::byte>((i * 2654435761u + seed * 40503u) >> 8);
    return made;
}

}  // namespace sluice::test
