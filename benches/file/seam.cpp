#include "cases.hpp"
#include "loopback/meter.hpp"

#include "async/blocking.hpp"
#include "async/clock.hpp"
#include "uring/blocking_provider.hpp"
#include "uring/direct_buffers.hpp"
#include "uring/files.hpp"

#include <sluice/async/runtime.hpp>
#include <sluice/async/task_group.hpp>

#include <fcntl.h>

#include <iostream>
#include <stdexcept>

using namespace sluice;
namespace asio = boost::asio;

namespace {

/// What all workers share; one thread.
struct course {
    std::uint64_t blocks = 0;
    std::uint64_t next = 0;
    std::uint64_t seed = 88172645463325252u;
    unsigned long long done = 0;
    bool over = false;

    std::uint64_t draw(bool random) noexcept {
        if (!random) return next++ % blocks;
        seed ^= seed << 13, seed ^= seed >> 7, seed ^= seed << 17;
        return seed % blocks;
    }
};

awaitable<void> worker(uring::file& f, course& c, uring::direct_buffers& pool, bench::seam_plan const* p) {
    uring::direct_buffers::piece const memory = pool.take(p->block);
    std::span<std::byte> const block = memory.bytes();
    while (!c.over) {
        std::uint64_t const offset = c.draw(p->random) * p->block;
        result<std::size_t> n = std::size_t{0};
        if (p->writes) {
            n = co_await f.write_some(offset, block);
        } else {
            n = co_await f.read_some(offset, block);
        }
        if (!n || *n != p->block) throw std::runtime_error(n ? "less than a block was moved" : n.error().info().detail);
        ++c.done;
    }
}

awaitable<void> measure(bench::seam_plan const* p) {
    asio::any_io_executor const executor = co_await asio::this_coro::executor;
    uring::files& files = uring::files::of(executor);
    if (p->pool) files.replace(std::make_unique<uring::blocking_provider>(async::blocking::of(executor), std::string()));
    int const flags = p->cached ? O_RDWR : O_RDWR | O_DIRECT;
    result<uring::file> opened = co_await files.open(p->path, flags);
    uring::file f = std::move(opened.value());
    result<uring::file_status> const about = co_await f.status();
    course c;
    c.blocks = about.value().size / p->block;
    std::cerr << files.provider().description() << '\n';
    uring::direct_buffers pool(0);
    bench::meter const meter;
    auto const body = [&](async::task_group& group) -> awaitable<void> {
        for (unsigned i = 0; i < p->depth; ++i) group.spawn([&] { return worker(f, c, pool, p); });
        async::clock& clock = async::clock::of(executor);
        co_await clock.sleep_until(clock.now() + std::chrono::seconds(p->seconds));
        c.over = true;
    };
    co_await async::with_task_group(body);
    meter.print(c.done * p->block, c.done);
}

}  // namespace

void bench::by_seam(seam_plan const& plan) {
    async::runtime runtime(1);
    runtime.run([&plan] { return measure(&plan); });
}
