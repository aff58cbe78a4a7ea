// bench-file-read FILE: O_DIRECT reads of one file by the files seam, as fio does them. Prints one JSON line.
#include "async/blocking.hpp"
#include "async/clock.hpp"
#include "loopback/meter.hpp"
#include "uring/blocking_provider.hpp"
#include "uring/files.hpp"

#include <sluice/async/runtime.hpp>
#include <sluice/async/task_group.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <fcntl.h>

#include <cstdlib>
#include <cstring>
#include <iostream>
#include <string>
#include <string_view>

using namespace sluice;
namespace asio = boost::asio;

namespace {

struct plan {
    std::string path;
    std::size_t block = 4096;
    unsigned depth = 32;
    unsigned seconds = 5;
    bool sequential = false;
    bool pool = false;   // served by the thread pool
    bool plain = false;  // on an io_context that knows nothing of threads
    bool cached = false;
};

plan parsed(int argc, char** argv) {
    plan p;
    for (int i = 1; i < argc; ++i) {
        std::string_view const word = argv[i];
        auto const number = [&] { return ++i < argc ? static_cast<unsigned>(std::strtoul(argv[i], nullptr, 10)) : 0u; };
        if (word == "--block")
            p.block = number();
        else if (word == "--depth")
            p.depth = number();
        else if (word == "--seconds")
            p.seconds = number();
        else if (word == "--sequential")
            p.sequential = true;
        else if (word == "--pool")
            p.pool = true;
        else if (word == "--plain")
            p.plain = true;
        else if (word == "--cached")
            p.cached = true;
        else
            p.path = word;
    }
    return p;
}

/// What all workers share; one thread.
struct course {
    std::uint64_t blocks = 0;
    std::uint64_t next = 0;
    std::uint64_t seed = 88172645463325252u;
    unsigned long long done = 0;
    bool over = false;

    std::uint64_t draw(bool sequential) noexcept {
        if (sequential) return next++ % blocks;
        seed ^= seed << 13, seed ^= seed >> 7, seed ^= seed << 17;
        return seed % blocks;
    }
};

awaitable<void> worker(uring::file& f, course& c, plan const* p) {
    auto* const memory = static_cast<std::byte*>(std::aligned_alloc(4096, p->block));
    std::span<std::byte> const into(memory, p->block);
    while (!c.over) {
        result<std::size_t> const n = co_await f.read_some(c.draw(p->sequential) * p->block, into);
        if (!n || *n != p->block) throw std::runtime_error(n ? "short read" : n.error().info().detail);
        ++c.done;
    }
    std::free(memory);
}

awaitable<void> measure(plan const* p) {
    asio::any_io_executor const executor = co_await asio::this_coro::executor;
    uring::files& files = uring::files::of(executor);
    if (p->pool) files.replace(std::make_unique<uring::blocking_provider>(async::blocking::of(executor), std::string()));
    int const flags = p->cached ? O_RDONLY : O_RDONLY | O_DIRECT;
    result<uring::file> opened = co_await files.open(p->path, flags);
    uring::file f = std::move(opened.value());
    result<uring::file_status> const about = co_await f.status();
    course c;
    c.blocks = about.value().size / p->block;
    std::cerr << files.provider().description() << '\n';
    bench::meter const meter;
    auto const body = [&](async::task_group& group) -> awaitable<void> {
        for (unsigned i = 0; i < p->depth; ++i) group.spawn([&] { return worker(f, c, p); });
        async::clock& clock = async::clock::of(executor);
        co_await clock.sleep_until(clock.now() + std::chrono::seconds(p->seconds));
        c.over = true;
    };
    co_await async::with_task_group(body);
    meter.print(c.done * p->block, c.done);
}

}  // namespace

int main(int argc, char** argv) {
    plan const p = parsed(argc, argv);
    if (p.path.empty()) {
        std::cerr << "usage: bench-file-read FILE [--block N] [--depth N] [--seconds N] [--sequential] [--cached] [--pool] [--plain]\n";
        return 2;
    }
    try {
        if (!p.plain) {
            async::runtime(1).run([&p] { return measure(&p); });
            return 0;
        }
        asio::io_context context;
        asio::co_spawn(context, measure(&p), [](std::exception_ptr e) {
            if (e) std::rethrow_exception(e);
        });
        context.run();
    } catch (std::exception const& e) {
        std::cerr << e.what() << '\n';
        return 1;
    }
}
