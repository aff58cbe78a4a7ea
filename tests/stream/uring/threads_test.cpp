#include "pipe.hpp"
#include "support/drive.hpp"
#include "world.hpp"

#include <sluice/async/runtime.hpp>
#include <sluice/async/task_group.hpp>

#include <boost/asio/strand.hpp>

#include <atomic>
#include <thread>

using namespace sluice;
using namespace sluice::test;
namespace asio = boost::asio;

namespace {

constexpr std::size_t piece = 4096, pieces = 64;

void run_by(unsigned threads, asio::io_context& context) {
    std::vector<std::thread> all;
    for (unsigned i = 0; i < threads; ++i) all.emplace_back([&] { context.run(); });
    for (std::thread& t : all) t.join();
}

awaitable<void> read_and_compare(uring::file* f, std::vector<std::byte> const* wanted, unsigned seed, unsigned times) {
    std::vector<std::byte> got(piece);
    for (unsigned i = 0; i < times; ++i) {
        std::size_t const at = (seed * 31 + i * 17) % pieces * piece;
        result<std::size_t> const n = co_await f->read_full(at, got);
        CHECK((must(n) == piece && std::equal(got.begin(), got.end(), wanted->begin() + static_cast<std::ptrdiff_t>(at))));
    }
}

awaitable<uring::file> filled(uring::files* files, std::string path, std::vector<std::byte> const* content) {
    result<uring::file> opened = co_await files->open(std::move(path), O_RDWR | O_CREAT | O_TRUNC);
    uring::file f = must(std::move(opened));
    result<void> const written = co_await f.write_full(0, *content);
    must(written);
    co_return f;
}

}  // namespace

TEST_CASE("ring: one context run by four threads, coroutines on strands and off them") {
    temporary_directory const directory(disk_path());
    std::vector<std::byte> const wanted = pattern(piece * pieces);
    for (served const how : {served::by_ring, served::by_pool}) {
        asio::io_context context(4);
        uring::files& files = files_served(context.get_executor(), how);
        std::atomic<int> ended = 0, failed = 0;
        uring::file f;
        auto const all = [&]() -> awaitable<void> {
            f = co_await filled(&files, directory / "a", &wanted);
            for (unsigned i = 0; i < 48; ++i) {
                asio::any_io_executor executor = context.get_executor();
                if (i % 2 == 0) executor = asio::make_strand(context.get_executor());
                asio::co_spawn(executor, read_and_compare(&f, &wanted, i, 50), [&](std::exception_ptr e) { e ? ++failed : ++ended; });
            }
        };
        asio::co_spawn(context, all, [&](std::exception_ptr e) { failed += e ? 1 : 0; });
        run_by(4, context);
        CHECK(ended == 48);
        CHECK(failed == 0);
    }
}

TEST_CASE("ring: cancels of many threads meet the answers") {
    asio::io_context context(4);
    uring::files& files = files_served(context.get_executor(), served::by_ring);
    std::atomic<int> taken = 0, cancelled = 0;
    empty_pipe pipe;
    auto const all = [&]() -> awaitable<void> {
        for (int round = 0; round < 50; ++round) {
            auto const body = [&](async::task_group& group) -> awaitable<void> {
                for (int i = 0; i < 8; ++i) {
                    group.spawn([&]() -> awaitable<void> {
                        std::byte byte{};
                        try {
                            taken += co_await take_one(files, pipe.reading(), &byte);
                        } catch (boost::system::system_error const&) {
                            ++cancelled;
                        }
                    });
                }
                result<uring::directory> const trip = co_await files.open_directory("/");
                CHECK(trip.has_value());
                for (int i = 0; i < 3; ++i) pipe.put('x');
                group.cancel();
            };
            co_await async::with_task_group(body);
        }
    };
    started s(asio::make_strand(context), all);
    run_by(4, context);
    CHECK(s.result() == "ok");
    CHECK(cancelled >= 250);
    CHECK(taken + pipe.content() == 150);
}

// The kernel cancels what a thread handed over when that thread ends.
TEST_CASE("ring: a call outlives the thread that handed it over") {
    empty_pipe pipe;
    asio::io_context context;
    uring::files& files = files_served(context.get_executor(), served::by_ring);
    std::byte byte{};
    started s(context.get_executor(), [&]() -> awaitable<void> { co_await take_one(files, pipe.reading(), &byte); });
    std::thread([&] { context.poll(); }).join();
    context.restart();
    context.poll();
    CHECK(s.result() == "running");
    pipe.put('x');
    context.restart();
    context.run();
    CHECK(s.result() == "ok");
    CHECK(byte == std::byte('x'));
}

TEST_CASE("ring: each thread of a runtime has its own, and its own descriptor of a file") {
    temporary_directory const directory(disk_path());
    std::vector<std::byte> const wanted = pattern(piece * pieces);
    async::runtime three(3);
    uring::file shared;
    three.run([&]() -> awaitable<void> {
        asio::any_io_executor const executor = co_await asio::this_coro::executor;
        shared = co_await filled(&files_served(executor, served::by_own_ring), directory / "a", &wanted);
    });
    three.run_on_all([&](std::size_t index) -> awaitable<void> {
        asio::any_io_executor const executor = co_await asio::this_coro::executor;
        result<uring::file> copied = shared.duplicate(files_served(executor, served::by_own_ring));
        uring::file mine = must(std::move(copied));
        auto const body = [&](async::task_group& group) -> awaitable<void> {
            for (unsigned i = 0; i < 16; ++i) {
                group.spawn([&, i] { return read_and_compare(&mine, &wanted, static_cast<unsigned>(index) * 16 + i, 100); });
            }
            co_return;
        };
        co_await async::with_task_group(body);
    });
    three.run([&]() -> awaitable<void> {
        result<void> const closed = co_await shared.close();
        must(closed);
    });
}
