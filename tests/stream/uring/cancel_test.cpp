#include "pipe.hpp"
#include "support/drive.hpp"
#include "world.hpp"

#include <sluice/async/runtime.hpp>

#include <atomic>
#include <deque>
#include <optional>
#include <thread>

using namespace sluice;
using namespace sluice::test;
namespace asio = boost::asio;

namespace {

/// A context with a ring, and one read of an empty pipe.
struct reading {
    explicit reading(bool single_threaded) {
        if (single_threaded) async::assume_single_threaded(context);
        files.emplace(&files_served(context.get_executor(), served::by_ring));
    }

    void begin() {
        read.emplace(context.get_executor(), [this]() -> awaitable<void> {
            began = true;
            got = co_await take_one(**files, pipe.reading(), &byte);
        });
    }

    void settle() {
        context.restart();
        while (context.poll() != 0) {
        }
    }

    void finish() {
        context.restart();
        context.run();
    }

    empty_pipe pipe;
    asio::io_context context{1};
    std::optional<uring::files*> files;
    std::byte byte{};
    std::int32_t got = -1;
    bool began = false;
    std::optional<started> read;
};

}  // namespace

TEST_CASE("ring: a call cancelled before it was handed over never is") {
    for (bool const single : {true, false}) {
        reading r(single);
        r.pipe.put('x');
        r.begin();
        r.read->cancel();  // posted behind the start, before the turn that the start posts
        r.finish();
        CHECK(r.began);
        CHECK(r.read->cancelled());
        CHECK(r.pipe.content() == 1);
    }
}

TEST_CASE("ring: a call in the kernel is cancelled") {
    for (bool const single : {true, false}) {
        reading r(single);
        r.begin();
        r.settle();
        CHECK(r.read->result() == "running");
        r.read->cancel();
        CHECK(r.read->result() == "running");
        r.finish();
        CHECK(r.read->cancelled());
        r.begin();  // the next one is not hit by a cancel that was meant for the last
        r.settle();
        r.pipe.put('x');
        r.finish();
        CHECK(r.read->result() == "ok");
        CHECK(r.got == 1);
    }
}

TEST_CASE("ring: a cancel that meets the answer loses nothing") {
    int cancelled = 0;
    constexpr int step = 200;
    auto const wait = [](int turns) {
        for (int volatile done = 0; done < turns;) done = done + 1;
    };
    for (bool const single : {true, false}) {
        reading r(single);
        int head_start = 0;  // of the cancel, in turns; moved to where both come at the same time on this machine
        for (int i = 0; i < 400; ++i) {
            r.got = -1;
            r.begin();
            r.settle();
            std::atomic<bool> there = false, now = false;
            std::thread other([&] {
                there = true;
                while (!now) {
                }
                wait(head_start);
                r.pipe.put('x');
            });
            while (!there) {
            }
            now = true;
            wait(-head_start);
            r.read->cancel();
            r.finish();
            other.join();
            head_start += r.read->cancelled() ? -step : step;
            if (r.read->cancelled()) {
                ++cancelled;
                REQUIRE(r.pipe.content() == 1);
            } else {
                REQUIRE(r.read->result() == "ok");
                REQUIRE(r.got == 1);
                REQUIRE(r.pipe.content() == 0);
            }
        }
    }
    CHECK(cancelled > 0);
    CHECK(cancelled < 800);
}

TEST_CASE("ring: cancelling twice, and after the end, is cancelling once") {
    reading r(true);
    r.begin();
    r.settle();
    r.read->cancel();
    r.read->cancel();
    r.finish();
    CHECK(r.read->cancelled());
    r.read->cancel();
    r.finish();
}

TEST_CASE("ring: a coroutine that was cancelled begins nothing") {
    reading r(true);
    r.pipe.put('x');
    std::string inner;
    started s(r.context.get_executor(), [&]() -> awaitable<void> {
        try {
            empty_pipe silent;
            co_await take_one(**r.files, silent.reading(), &r.byte);
        } catch (boost::system::system_error const&) {
        }
        co_await take_one(**r.files, r.pipe.reading(), &r.byte);
    });
    r.settle();
    s.cancel();
    r.finish();
    CHECK(s.cancelled());
    CHECK(r.pipe.content() == 1);
}

TEST_CASE("pool: a call that has not begun is cancelled, one that runs ends first") {
    asio::io_context context(1);
    uring::files& files = files_served(context.get_executor(), served::by_pool);
    empty_pipe pipe;
    std::array<std::byte, 6> bytes{};
    std::deque<started> reads;
    for (std::byte& b : bytes) {  // more than the pool has threads
        reads.emplace_back(context.get_executor(), [&]() -> awaitable<void> { co_await take_one(files, pipe.reading(), &b); });
    }
    context.poll();
    for (started& s : reads) s.cancel();
    context.poll();
    for (int i = 0; i < 6; ++i) pipe.put('x');
    context.run();
    int cancelled = 0;
    for (started const& s : reads) {
        cancelled += s.cancelled() ? 1 : 0;
        CHECK((s.cancelled() || s.result() == "ok"));
    }
    CHECK(cancelled >= 2);
    CHECK(pipe.content() == cancelled);
}

TEST_CASE("files: of many calls in one go those that have not begun are cancelled") {
    for (served const how : {served::by_ring, served::by_pool}) {
        asio::io_context context(1);
        uring::files& files = files_served(context.get_executor(), how);
        empty_pipe pipe;
        constexpr int count = 300;
        std::array<std::byte, count> bytes{};
        std::array<std::int32_t, count> answers{};
        std::vector<uring::request> calls;
        for (std::byte& b : bytes) calls.push_back(uring::request::read(pipe.reading(), std::span(&b, 1), uring::current_position));
        bool reached = false;
        started s(context.get_executor(), [&]() -> awaitable<void> {
            co_await files.provider().perform_all(calls, answers);
            reached = true;
        });
        context.poll();
        pipe.put('x');
        while (pipe.waiting() != 0) std::this_thread::yield();  // the first has been done
        s.cancel();
        context.poll();
        for (int i = 1; i < count; ++i) pipe.put('x');
        context.run();
        CHECK(s.cancelled());
        CHECK_FALSE(reached);
        int const left = pipe.content();
        CHECK(left >= count / 2);
        CHECK(left < count - 1);
    }
}

TEST_CASE("files: a cancelled close has closed, a cancelled open has opened nothing") {
    temporary_directory const directory(disk_path());
    for (served const how : {served::by_ring, served::by_pool}) {
        asio::io_context context(1);
        uring::files& files = files_served(context.get_executor(), how);
        int const free_before = ::dup(0);
        ::close(free_before);
        for (bool const early : {true, false}) {
            started s(context.get_executor(), [&]() -> awaitable<void> {
                result<uring::file> opened = co_await files.open(directory / "a", O_RDWR | O_CREAT);
                uring::file f = must(std::move(opened));
                result<void> const closed = co_await f.close();
                must(closed);
            });
            int const steps = early ? 1 : 4;
            for (int i = 0; i < steps; ++i) context.poll_one();
            s.cancel();
            context.run();
            context.restart();
            CHECK((s.cancelled() || s.result() == "ok"));
            int const free_after = ::dup(0);
            ::close(free_after);
            CHECK(free_after == free_before);
        }
    }
}
