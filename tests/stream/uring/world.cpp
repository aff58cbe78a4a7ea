#include "world.hpp"

#include "async/blocking.hpp"
#include "uring/blocking_provider.hpp"

#include <sluice/async/runtime.hpp>

#include <boost/asio/this_coro.hpp>

#include <fcntl.h>

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
    std::string const wanted = how == served::by_pool ? "the thread pool" : "io_uring";
    std::string const there = files.provider().description();
    REQUIRE_MESSAGE(there.starts_with(wanted), "served by " << there);
    REQUIRE((there.find("deferred") != std::string::npos) == (how == served::by_own_ring));
    return files;
}

namespace {

awaitable<void> at_place(std::function<awaitable<void>(place&)> body, std::string path, served how) {
    asio::any_io_executor const executor = co_await asio::this_coro::executor;
    uring::files& files = files_served(executor, how);
    result<uring::directory> opened = co_await files.open_directory(path);
    uring::directory root = must(std::move(opened));
    place here{files, root, std::move(path)};
    co_await body(here);
}

}  // namespace

void everywhere(std::function<awaitable<void>(place&)> body) {
    for (std::string const& below : {disk_path(), memory_path()}) {
        for (served const how : {served::by_ring, served::by_own_ring, served::by_pool}) {
            temporary_directory const directory(below);
            INFO(below << ", served way " << static_cast<int>(how));
            std::function<awaitable<void>()> const one = [&] { return at_place(body, directory.path(), how); };
            if (how == served::by_own_ring) {
                async::runtime(1).run(one);
            } else {
                run(one);
            }
        }
    }
}

awaitable<uring::file> made(place& at, std::string name, std::string content) {
    result<uring::file> opened = co_await at.root.open(name, O_RDWR | O_CREAT | O_EXCL);
    uring::file f = must(std::move(opened));
    result<void> const written = co_await f.write_full(0, bytes_of(content));
    must(written);
    co_return f;
}

awaitable<std::string> content(place& at, std::string name) {
    result<uring::file> opened = co_await at.root.open(name, O_RDONLY);
    uring::file f = must(std::move(opened));
    std::vector<std::byte> buffer(64 * 1024);
    result<std::size_t> const n = co_await f.read_full(0, buffer);
    co_return text_of(std::span(buffer).first(must(n)));
}

std::vector<std::byte> pattern(std::size_t size, unsigned seed) {
    std::vector<std::byte> made(size);
    for (std::size_t i = 0; i < size; ++i) made[i] = static_cast<std::byte>((i * 2654435761u + seed * 40503u) >> 8);
    return made;
}

}  // namespace sluice::test
