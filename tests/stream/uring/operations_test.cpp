#include "async/clock.hpp"
#include "world.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <array>
#include <filesystem>

using namespace sluice;
using namespace sluice::test;
using uring::file;
using uring::file_kind;
using uring::file_status;

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
        n = co_await f.read_full(8, five);
        CHECK(must(n) == 3);
        n = co_await f.read_full(0, std::span<std::byte>());
        CHECK(must(n) == 0);
        result<void> const done = co_await f.close();
        must(done);
        CHECK(!f.is_open());
        std::string const text = co_await content(at, "a");
        CHECK(text == "HELLO world");
    });
}

TEST_CASE("files: scattered reads and gathered writes") {
    everywhere([](place& at) -> awaitable<void> {
        file f = co_await made(at, "a", "");
        std::string one = "one ", two = "two";
        std::array<iovec, 2> const parts{iovec{one.data(), one.size()}, iovec{two.data(), two.size()}};
        result<std::size_t> n = co_await f.write_some(0, std::span<iovec const>(parts));
        CHECK(must(n) == 7);
        one = "....", two = "...";
        n = co_await f.read_some(0, std::span<iovec const>(parts));
        CHECK(must(n) == 7);
        CHECK(one + two == "one two");
    });
}

TEST_CASE("files: sizes, room and flushing") {
    everywhere([](place& at) -> awaitable<void> {
        file f = co_await made(at, "a", "0123456789");
        result<void> done = co_await f.resize(4);
        must(done);
        done = co_await f.allocate(0, 0, 100'000);
        must(done);
        done = co_await f.sync_data();
        must(done);
        done = co_await f.sync();
        must(done);
        done = co_await at.root.sync();
        must(done);
        result<file_status> const about = co_await f.status();
        CHECK(must(about).size == 100'000);
        CHECK(must(about).blocks * 512 >= 100'000);
        std::string const text = co_await content(at, "a");
        CHECK(text == "0123" + std::string(65536 - 4, '\0'));
    });
}

TEST_CASE("files: status tells what stat tells, and follows no link") {
    everywhere([](place& at) -> awaitable<void> {
        file f = co_await made(at, "a", "12345");
        struct stat wanted {};
        REQUIRE(::stat((at.path + "/a").c_str(), &wanted) == 0);
        result<file_status> const by_name = co_await at.root.status("a");
        result<file_status> const by_descriptor = co_await f.status();
        for (file_status const& s : {must(by_name), must(by_descriptor)}) {
            CHECK(s.kind == file_kind::regular);
            CHECK(s.size == 5);
            CHECK(s.inode == wanted.st_ino);
            CHECK(s.device == wanted.st_dev);
            CHECK(s.links == 1);
            CHECK(s.permissions == (wanted.st_mode & 07777u));
            CHECK(s.modified == wanted.st_mtim.tv_sec * 1'000'000'000 + wanted.st_mtim.tv_nsec);
            CHECK(s.changed == wanted.st_ctim.tv_sec * 1'000'000'000 + wanted.st_ctim.tv_nsec);
        }
        std::filesystem::create_symlink("nowhere", at.path + "/link");
        result<file_status> const link = co_await at.root.status("link");
        CHECK(must(link).kind == file_kind::symbolic_link);
        result<file_status> const root = co_await at.root.status();
        CHECK(must(root).kind == file_kind::directory);
        result<file_status> const none = co_await at.root.status("none");
        CHECK(why(none) == errc::not_found);
    });
}

TEST_CASE("files: the status of an open file is that of now, whoever writes to it") {
    everywhere([](place& at) -> awaitable<void> {
        file f = co_await made(at, "a", "");
        int const other = ::open((at.path + "/a").c_str(), O_WRONLY | O_APPEND | O_CLOEXEC);
        std::int64_t modified = 0;
        for (std::uint64_t size = 1; size <= 50; ++size) {
            REQUIRE(::write(other, "x", 1) == 1);
            result<file_status> const about = co_await f.status();
            CHECK(must(about).size == size);
            CHECK(about->modified >= modified);
            modified = about->modified;
        }
        std::filesystem::remove(at.path + "/a");
        result<file_status> const removed = co_await f.status();
        CHECK(must(removed).links == 0);
        ::close(other);
    });
}

TEST_CASE("files: mode and time are set, whatever the umask and the century") {
    everywhere([](place& at) -> awaitable<void> {
        file f = co_await made(at, "a", "12345");
        for (unsigned const mode : {0777u, 04601u, 0u}) {
            result<void> const done = co_await f.set_mode(mode);
            must(done);
            result<file_status> const about = co_await f.status();
            CHECK(must(about).permissions == mode);
        }
        for (std::int64_t const time :
             {std::int64_t(1'700'000'000'123'456'789), std::int64_t(0), std::int64_t(-1), std::int64_t(-86'400'000'000'001)}) {
            result<void> const done = co_await f.set_modified(time);
            must(done);
            result<file_status> const about = co_await f.status();
            CHECK(must(about).modified == time);
        }
        struct stat before {
        }, after{};
        REQUIRE(::stat((at.path + "/a").c_str(), &before) == 0);
        result<void> done = co_await f.set_modified(5);
        must(done);
        REQUIRE(::stat((at.path + "/a").c_str(), &after) == 0);
        CHECK(after.st_atim.tv_sec == before.st_atim.tv_sec);
        CHECK(after.st_atim.tv_nsec == before.st_atim.tv_nsec);
        result<file> opened = co_await at.root.open("a", O_PATH);
        file path_only = must(std::move(opened));
        done = co_await path_only.set_mode(0600);
        CHECK(why(done) == errc::io);  // EBADF
        CHECK(done.error().info().detail == "cannot set the mode of " + at.path + "/a: Bad file descriptor");
        done = co_await path_only.set_modified(0);
        CHECK(why(done) == errc::io);
    });
}

TEST_CASE("files: a range is copied within the kernel") {
    everywhere([](place& at) -> awaitable<void> {
        file from = co_await made(at, "from", "0123456789");
        file to = co_await made(at, "to", "----------");
        result<std::size_t> n = co_await from.copy_some(2, to, 5, 3);
        CHECK(must(n) == 3);
        n = co_await from.copy_some(10, to, 0, 5);
        CHECK(must(n) == 0);
        std::string const text = co_await content(at, "to");
        CHECK(text == "-----234--");
    });
}

TEST_CASE("files: advice beyond 4 GiB, read-ahead and the file system's type") {
    everywhere([](place& at) -> awaitable<void> {
        file f = co_await made(at, "a", "A");
        result<void> done = co_await f.advise(POSIX_FADV_SEQUENTIAL);
        must(done);
        done = co_await f.advise(POSIX_FADV_DONTNEED, std::uint64_t(5) << 30, std::uint64_t(6) << 30);
        must(done);
        done = co_await f.advise(77);
        CHECK(why(done) == errc::invalid_argument);
        done = co_await f.read_ahead(0, 4096);
        must(done);
        result<std::uint64_t> const type = co_await f.file_system();
        CHECK(must(type) != 0);
        CHECK((*type == 0x01021994) == at.path.starts_with(memory_path()));
    });
}

TEST_CASE("files: a lock belongs to the open file and is waited for in time") {
    everywhere([](place& at) -> awaitable<void> {
        boost::asio::any_io_executor const executor = co_await boost::asio::this_coro::executor;
        async::clock& clock = async::clock::of(executor);
        file one = co_await made(at, "a", "A");
        result<file> opened = co_await at.root.open("a", O_RDWR);
        file two = must(std::move(opened));
        result<bool> had = co_await one.try_lock(uring::lock_kind::exclusive);
        CHECK(must(had));
        had = co_await two.try_lock(uring::lock_kind::shared);
        CHECK(!must(had));
        result<void> done = co_await two.lock(uring::lock_kind::exclusive, clock.now());
        CHECK(why(done) == errc::timed_out);
        done = co_await one.unlock();
        must(done);
        done = co_await two.lock(uring::lock_kind::exclusive, async::never);
        must(done);
        had = co_await one.try_lock(uring::lock_kind::shared);
        CHECK(!must(had));
        result<file> copied = two.duplicate(at.files);
        file three = must(std::move(copied));
        done = co_await two.close();
        must(done);
        had = co_await one.try_lock(uring::lock_kind::shared);
        CHECK(!must(had));
        done = co_await three.close();
        must(done);
        had = co_await one.try_lock(uring::lock_kind::shared);
        CHECK(must(had));
    });
}

TEST_CASE("files: failures say what, where and why") {
    everywhere([](place& at) -> awaitable<void> {
        result<file> opened = co_await at.root.open("none", O_RDONLY);
        CHECK(why(opened) == errc::not_found);
        CHECK(opened.error().info().detail == "cannot open " + at.path + "/none: No such file or directory");
        opened = co_await at.files.open(at.path + "/none", O_RDONLY);
        CHECK(why(opened) == errc::not_found);
        opened = co_await at.files.open("", O_RDONLY);
        CHECK(why(opened) == errc::invalid_argument);
        file f = co_await made(at, "a", "A");
        opened = co_await at.root.open("a", O_RDWR | O_CREAT | O_EXCL);
        CHECK(why(opened) == errc::already_exists);
        opened = co_await at.root.open("a/b", O_RDONLY);
        CHECK(why(opened) == errc::invalid_argument);
        opened = co_await at.root.open(std::string(300, 'n'), O_RDONLY);
        CHECK(why(opened) == errc::invalid_argument);
        opened = co_await at.root.open("a", O_RDONLY);
        file reader = must(std::move(opened));
        result<void> const written = co_await reader.write_full(0, bytes_of("x"));
        CHECK(why(written) == errc::io);  // EBADF
        CHECK(written.error().info().detail == "cannot write " + at.path + "/a: Bad file descriptor");
    });
}

TEST_CASE("files: no descriptor stays open") {
    auto const count = [] {
        auto const all = std::filesystem::directory_iterator("/proc/self/fd");
        return std::distance(begin(all), end(all));
    };
    everywhere([&](place& at) -> awaitable<void> {
        file const kept = co_await made(at, "kept", "");
        auto const before = count();
        {
            file const closed_by_scope = co_await made(at, "a", "");
            file closed = co_await made(at, "b", "");
            file assigned = co_await made(at, "c", "");
            assigned = co_await made(at, "d", "");
            result<void> const done = co_await closed.close();
            must(done);
        }
        CHECK(count() == before);
    });
}
