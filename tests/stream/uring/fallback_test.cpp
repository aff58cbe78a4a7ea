#include "async/blocking.hpp"
#include "filter.hpp"
#include "pipe.hpp"
#include "support/drive.hpp"
#include "uring/blocking_provider.hpp"
#include "world.hpp"

#include <sluice/async/runtime.hpp>

#include <linux/openat2.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <cerrno>
#include <thread>

using namespace sluice;
using namespace sluice::test;
namespace asio = boost::asio;
using uring::request;

namespace {

/// Writes and reads a file on a new context; what serves it.
std::string served_by(std::string path, std::function<void()> between = {}) {
    asio::io_context context(1);
    uring::files& files = uring::files::of(context.get_executor());
    if (between) between();
    std::string said;
    started s(context.get_executor(), [&]() -> awaitable<void> {
        result<uring::file> opened = co_await files.open(path, O_RDWR | O_CREAT);
        uring::file f = must(std::move(opened));
        result<void> const written = co_await f.write_full(0, bytes_of("content"));
        must(written);
        std::array<std::byte, 7> got{};
        result<std::size_t> const n = co_await f.read_full(0, got);
        CHECK(must(n) == 7);
        CHECK(text_of(got) == "content");
        base::logger const log(
            [&](log_level level, std::string_view line) {
                CHECK(level == log_level::info);
                said += std::string(line) + '\n';
            },
            log_level::info);
        files.announce(log);
        files.announce(log);
    });
    context.run();
    CHECK(s.result() == "ok");
    return said;
}

std::string served_where_forbidden(unsigned call, unsigned error) {
    temporary_directory const directory(disk_path());
    std::string said;
    std::thread([&] {
        forbid(call, error);
        said = served_by(directory / "a");
    }).join();
    return said;
}

}  // namespace

TEST_CASE("files: what serves them is said once") {
    temporary_directory const directory(disk_path());
    CHECK(served_by(directory / "a") == "files: io_uring, 256 entries\n");
}

TEST_CASE("files: where the kernel gives no ring, the pool serves, and why is said") {
    CHECK(served_where_forbidden(SYS_io_uring_setup, ENOSYS) ==
          "files: the thread pool, because io_uring_setup says: Function not implemented\n");
    CHECK(served_where_forbidden(SYS_io_uring_setup, EPERM) ==
          "files: the thread pool, because io_uring_setup says: Operation not permitted\n");
    CHECK(served_where_forbidden(SYS_io_uring_register, EPERM) ==
          "files: the thread pool, because io_uring_register says: Operation not permitted\n");
    CHECK(served_where_forbidden(SYS_io_uring_enter, EPERM) ==
          "files: the thread pool, because io_uring_enter says: Operation not permitted\n");
}

TEST_CASE("files: where a limit leaves no descriptor for a ring, the pool serves") {
    temporary_directory const directory(disk_path());
    rlimit before{};
    ::getrlimit(RLIMIT_NOFILE, &before);
    std::string const said = served_by(directory / "a", [&] {
        int const next = ::dup(0);  // the one a file will need
        ::close(next);
        rlimit const tight{.rlim_cur = static_cast<rlim_t>(next) + 1, .rlim_max = before.rlim_max};
        ::setrlimit(RLIMIT_NOFILE, &tight);
    });
    ::setrlimit(RLIMIT_NOFILE, &before);
    CHECK(said == "files: the thread pool, because eventfd says: Too many open files\n");
}

TEST_CASE("ring: one that is forbidden after all fails its calls, and neither hangs nor spins") {
    std::thread([] {
        asio::io_context context(1);
        uring::files& files = files_served(context.get_executor(), served::by_ring);
        forbid(SYS_io_uring_enter, EPERM);
        started s(context.get_executor(), [&]() -> awaitable<void> {
            for (int i = 0; i < 3; ++i) {
                result<uring::directory> const opened = co_await files.open_directory("/");
                CHECK(why(opened) == errc::permission_denied);
            }
        });
        context.run();
        CHECK(s.result() == "ok");
    }).join();
}

// The same answers, number for number, of both: what fails, and why.
TEST_CASE("files: ring and pool give the same answers to the same calls") {
    temporary_directory const directory(disk_path());
    std::string const missing = directory / "missing", folder = directory / "folder", file = directory / "file", full = directory / "full",
                      deep = missing + "/deep";
    REQUIRE(::mkdir(folder.c_str(), 0777) == 0);
    REQUIRE(::mkdir(full.c_str(), 0777) == 0);
    REQUIRE(::mkdir((full + "/x").c_str(), 0777) == 0);
    int const fd = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666), reader = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
    int const dir = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    empty_pipe const pipe;
    std::array<std::byte, 16> memory{};
    std::uint64_t type = 0;
    struct statx about {};
    auto const none = std::uint64_t(-5);
    std::vector<request> const calls{
        request::open(AT_FDCWD, missing.c_str(), O_RDONLY, 0, 0),
        request::open(AT_FDCWD, "", O_RDONLY, 0, 0),
        request::open(AT_FDCWD, file.c_str(), O_RDONLY | O_DIRECTORY, 0, 0),
        request::open(AT_FDCWD, folder.c_str(), O_RDWR, 0, 0),
        request::open(AT_FDCWD, file.c_str(), O_RDONLY, 0777, 0),
        request::open(AT_FDCWD, file.c_str(), O_RDONLY, 0, std::uint64_t(1) << 40),
        request::open(dir, "../file", O_RDONLY, 0, RESOLVE_BENEATH),
        request::open(fd, "x", O_RDONLY, 0, 0),
        request::close(-1),
        request::status(AT_FDCWD, missing.c_str(), 0, uring::status_mask, &about),
        request::status(AT_FDCWD, file.c_str(), 1 << 30, uring::status_mask, &about),
        request::status(-7, "", AT_EMPTY_PATH, uring::status_mask, &about),
        request::read(dir, memory, 0),
        request::read(-1, memory, 0),
        request::read(fd, memory, none),
        request::write(reader, memory, 0),
        request::write(fd, memory, 0),
        request::read(fd, memory, 8),
        request::read(fd, memory, 1000),
        request::sync(pipe.reading()),
        request::sync_data(-1),
        request::allocate(fd, 0, 0, 0),
        request::allocate(fd, 0x4000'0000, 0, 1),
        request::allocate(reader, 0, 0, 1),
        request::rename(AT_FDCWD, missing.c_str(), AT_FDCWD, file.c_str(), 0),
        request::rename(AT_FDCWD, file.c_str(), AT_FDCWD, folder.c_str(), 0),
        request::rename(AT_FDCWD, folder.c_str(), AT_FDCWD, full.c_str(), 0),
        request::rename(AT_FDCWD, file.c_str(), AT_FDCWD, full.c_str(), 1),
        request::rename(AT_FDCWD, file.c_str(), AT_FDCWD, full.c_str(), 77),
        request::link(AT_FDCWD, folder.c_str(), AT_FDCWD, missing.c_str(), 0),
        request::link(AT_FDCWD, file.c_str(), AT_FDCWD, folder.c_str(), 0),
        request::unlink(AT_FDCWD, folder.c_str(), 0),
        request::unlink(AT_FDCWD, full.c_str(), AT_REMOVEDIR),
        request::unlink(AT_FDCWD, missing.c_str(), 0),
        request::make_directory(AT_FDCWD, folder.c_str(), 0777),
        request::make_directory(AT_FDCWD, deep.c_str(), 0777),
        request::advise(pipe.reading(), 0, 0, 0),
        request::resize(reader, 0),
        request::resize(dir, 0),
        request::entries(fd, memory),
        request::entries(dir, memory),
        request::copy_range(dir, 0, fd, 0, 1),
        request::lock(-1, 1),
        request::read_ahead(-1, 0, 1),
        request::file_system(-1, &type),
        request::rewind(pipe.reading(), 0),
        request::set_mode(-1, 0600),
        request::set_mode(fd, 0640),
        request::set_modified(-1, 0),
        request::set_modified(fd, 1),
    };
    std::vector<std::vector<std::int32_t>> answers(3);
    for (served const how : {served::by_ring, served::by_own_ring, served::by_pool}) {
        std::vector<std::int32_t>& mine = answers[static_cast<std::size_t>(how)];
        auto const ask = [&]() -> awaitable<void> {
            asio::any_io_executor const executor = co_await asio::this_coro::executor;
            uring::files_provider& provider = files_served(executor, how).provider();
            for (request const& r : calls) {
                std::int32_t const answer = co_await provider.perform(r);
                mine.push_back(answer);
            }
        };
        if (how == served::by_own_ring) {
            async::runtime(1).run(ask);
        } else {
            run(ask);
        }
    }
    REQUIRE(answers[0].size() == calls.size());
    for (std::size_t i = 0; i < calls.size(); ++i) {
        INFO(i << " " << uring::to_string(calls[i].what));
        CHECK(answers[0][i] == answers[2][i]);
        CHECK(answers[1][i] == answers[2][i]);
    }
    for (int const open : {fd, reader, dir}) ::close(open);
}
