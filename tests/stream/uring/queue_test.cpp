#include "pipe.hpp"
#include "support/drive.hpp"
#include "world.hpp"

#include <sluice/async/runtime.hpp>
#include <sluice/async/task_group.hpp>

#include <boost/asio/strand.hpp>

#include <filesystem>
#include <memory>
#include <stdexcept>
#include <thread>

using namespace sluice;
using namespace sluice::test;
namespace asio = boost::asio;

namespace {

constexpr std::size_t piece = 512;

long open_descriptors() {
    auto const all = std::filesystem::directory_iterator("/proc/self/fd");
    return std::distance(begin(all), end(all));
}

/// Reads `count` pieces of a file at once and compares them.
awaitable<void> read_all_at_once(place& at, std::size_t count) {
    std::vector<std::byte> const wanted = pattern(count * piece);
    result<uring::file> opened = co_await at.root.open("a", O_RDWR | O_CREAT);
    uring::file f = must(std::move(opened));
    result<void> const written = co_await f.write_full(0, wanted);
    must(written);
    std::vector<std::byte> got(wanted.size());
    auto const body = [&](async::task_group& group) -> awaitable<void> {
        for (std::size_t i = 0; i < count; ++i) {
            group.spawn([&, i]() -> awaitable<void> {
                result<std::size_t> const n = co_await f.read_some(i * piece, std::span(got).subspan(i * piece, piece));
                if (must(n) != piece) throw std::runtime_error("short");
            });
        }
        co_return;
    };
    co_await async::with_task_group(body);
    CHECK(got == wanted);
}

}  // namespace

// The queue takes 256, and that of completions 512: what does not fit waits in the kernel or with us.
TEST_CASE("ring: more calls in one turn than its queues have entries") {
    everywhere([](place& at) -> awaitable<void> { co_await read_all_at_once(at, 3000); });
}

TEST_CASE("ring: a context runs as long as a call is in the kernel, and no longer") {
    empty_pipe pipe;
    asio::io_context context(1);
    uring::files& files = files_served(context.get_executor(), served::by_ring);
    std::byte byte{};
    started s(context.get_executor(), [&]() -> awaitable<void> { co_await take_one(files, pipe.reading(), &byte); });
    std::thread writer([&] { pipe.put('x'); });
    context.run();
    writer.join();
    CHECK(s.result() == "ok");
    CHECK(byte == std::byte('x'));
    context.restart();
    CHECK(context.run() == 0);
}

TEST_CASE("ring: what a context takes with it is drained first") {
    long const before = open_descriptors();
    temporary_directory const directory(disk_path());
    for (bool const single : {true, false}) {
        for (bool const on_strands : {true, false}) {
            for (int steps : {0, 1, 2, 3, 5, 8, 100}) {
                empty_pipe pipe;
                pipe.put('x');
                {
                    asio::io_context context(1);
                    if (single) async::assume_single_threaded(context);
                    uring::files& files = files_served(context.get_executor(), served::by_ring);
                    auto const start = [&](auto body) {
                        asio::any_io_executor executor = context.get_executor();
                        if (on_strands) executor = asio::make_strand(context.get_executor());
                        asio::co_spawn(executor, body, [](std::exception_ptr) {});
                    };
                    auto const reader = [&]() -> awaitable<void> {
                        tracker const alive;
                        std::byte byte{};
                        for (;;) co_await take_one(files, pipe.reading(), &byte);
                    };
                    auto const opener = [&]() -> awaitable<void> {
                        tracker const alive;
                        for (;;) {
                            result<uring::file> f = co_await files.open(directory / "a", O_RDWR | O_CREAT);
                            result<void> const written = co_await must(std::move(f)).write_full(0, bytes_of("some"));
                            must(written);
                        }
                    };
                    for (int i = 0; i < 4; ++i) start(reader);
                    for (int i = 0; i < 4; ++i) start(opener);
                    for (int i = 0; i < steps; ++i) context.poll_one();
                }
                CHECK(tracker::live == 0);
            }
        }
    }
    CHECK(open_descriptors() == before);
}

TEST_CASE("ring: a runtime's context is drained by its own thread") {
    empty_pipe pipe;
    {
        async::runtime one(1);
        asio::co_spawn(
            one.executor(0),
            [&]() -> awaitable<void> {
                tracker const alive;
                asio::any_io_executor const executor = co_await asio::this_coro::executor;
                std::byte byte{};
                uring::files& files = files_served(executor, served::by_own_ring);
                co_await take_one(files, pipe.reading(), &byte);
            },
            [](std::exception_ptr) {});
        one.run([]() -> awaitable<void> {
            asio::any_io_executor const executor = co_await asio::this_coro::executor;
            result<uring::directory> const trip = co_await uring::files::of(executor).open_directory("/");
            CHECK(trip.has_value());  // by now the read has been handed over
            static_cast<asio::io_context&>(asio::query(executor, asio::execution::context)).stop();
        });
    }
    CHECK(tracker::live == 0);
}

TEST_CASE("ring: an exception out of run leaves nothing behind") {
    asio::io_context context(1);
    async::assume_single_threaded(context);
    uring::files& files = files_served(context.get_executor(), served::by_ring);
    int ended = 0;
    for (int i = 0; i < 20; ++i) {
        auto const opening = [&]() -> awaitable<void> {
            result<uring::directory> const root = co_await files.open_directory("/");
            CHECK(root.has_value());
        };
        asio::co_spawn(context, opening, [&](std::exception_ptr) {
            if (++ended == 3) throw std::runtime_error("third");
        });
    }
    CHECK_THROWS_AS(context.run(), std::runtime_error);
    context.run();
    CHECK(ended == 20);
}
