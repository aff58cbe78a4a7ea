#include "world.hpp"

#include <fcntl.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <set>

using namespace sluice;
using namespace sluice::test;
using uring::file;
using uring::file_kind;
using uring::file_status;

namespace {

awaitable<file> made(place& at, std::string name, std::string content) {
    result<file> opened = co_await at.root.open(name, O_RDWR | O_CREAT | O_EXCL);
    file f = must(std::move(opened));
    result<void> const written = co_await f.write_full(0, bytes_of(content));
    must(written);
    co_return f;
}

awaitable<std::string> content(place& at, std::string name) {
    result<file> opened = co_await at.root.open(name, O_RDONLY);
    file f = must(std::move(opened));
    std::vector<std::byte> buffer(64 * 1024);
    result<std::size_t> const n = co_await f.read_full(0, buffer);
    co_return text_of(std::span(buffer).first(must(n)));
}

}  // namespace

TEST_CASE("files: what is written at an offset is read there") {
    everywhere([](place& at) -> awaitable<void> {
        file f = co_await made(at, "a", "hello world");
        std::array<std::byte, 5> five{};
        result<std::size_t> n = co_await f.read_some(6, five);
        CHECK(must(n) == 5);
        CHECK(text_of(five) == "world");
        result<std::size_t> const over = co_await f.write_some(0, bytes_of("HELLO"));
        CHECK(must(over) == 5);
        n = co_await f.read_some(11, five);
        CHECK(must(n) == 0);
        result<void> done = co_await f.close();
        must(done);
        CHECK(!f.is_open());
        std::string const text = co_await content(at, "a");
        CHECK(text == "HELLO world");
    });
}
