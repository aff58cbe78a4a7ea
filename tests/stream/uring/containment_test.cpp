#include "world.hpp"

#include <fcntl.h>

#include <filesystem>

using namespace sluice;
using namespace sluice::test;

TEST_CASE("files: nothing outside of a directory is reached through it") {
    temporary_directory const outside(disk_path());
    std::filesystem::create_directory(outside / "secrets");
    everywhere([&](place& at) -> awaitable<void> {
        std::filesystem::create_directory(at.path + "/in");
        std::filesystem::create_symlink(outside.path(), at.path + "/absolute");
        std::filesystem::create_symlink("../..", at.path + "/in/relative");
        std::filesystem::create_symlink("/", at.path + "/in/root");
        for (char const* path : {"..", "../", "../x", "in/../..", "in/../../x", "/", "/etc/passwd", "absolute", "absolute/secrets",
                                 "in/relative", "in/relative/x", "in/root", "in/root/etc/passwd"}) {
            result<uring::file> const to_read = co_await at.root.open(path, O_RDONLY);
            CHECK_MESSAGE(why(to_read) == errc::invalid_argument, path);
            result<uring::file> const to_write = co_await at.root.open(path, O_RDWR | O_CREAT);
            CHECK_MESSAGE((why(to_write) == errc::invalid_argument), path);
            result<uring::directory> const as_directory = co_await at.root.open_directory(path);
            CHECK_MESSAGE(why(as_directory) == errc::invalid_argument, path);
        }
        result<uring::file> const escape = co_await at.root.open("../x", O_RDONLY);
        CHECK(escape.error().info().detail == "cannot open ../x: it leads out of " + at.path);
    });
    CHECK(std::distance(std::filesystem::directory_iterator(outside.path()), {}) == 1);
}

TEST_CASE("files: what only looks like leading out is opened") {
    everywhere([](place& at) -> awaitable<void> {
        std::filesystem::create_directory(at.path + "/in");
        std::filesystem::create_symlink("in", at.path + "/link");
        for (char const* path :
             {"a..b", "..a", "a..", "...", "in/..b", "link/through", "in/../back", " ", "\\", "-", "%2e%2e", "\xff\x01"}) {
            result<uring::file> const opened = co_await at.root.open(path, O_RDWR | O_CREAT | O_EXCL);
            CHECK_MESSAGE(opened.has_value(), path);
        }
        CHECK(std::filesystem::exists(at.path + "/in/through"));
        CHECK(std::filesystem::exists(at.path + "/back"));
    });
}

TEST_CASE("files: calls that take a name take no path") {
    everywhere([](place& at) -> awaitable<void> {
        uring::file f = co_await made(at, "a", "A");
        for (std::string const& name : {std::string(), std::string("."), std::string(".."), std::string("a/b"), std::string("/a"),
                                        std::string("a/"), std::string("a\0b", 3), std::string("\0", 1)}) {
            result<uring::file_status> const status = co_await at.root.status(name);
            CHECK(why(status) == errc::invalid_argument);
            result<void> done = co_await at.root.remove(name);
            CHECK(why(done) == errc::invalid_argument);
            done = co_await at.root.remove_directory(name);
            CHECK(why(done) == errc::invalid_argument);
            done = co_await at.root.make_directory(name);
            CHECK(why(done) == errc::invalid_argument);
            done = co_await at.root.rename(name, at.root, "b");
            CHECK(why(done) == errc::invalid_argument);
            done = co_await at.root.rename("a", at.root, name);
            CHECK(why(done) == errc::invalid_argument);
            done = co_await at.root.link(f, name);
            CHECK(why(done) == errc::invalid_argument);
        }
        for (std::string const& path : {std::string(), std::string("a\0b", 3)}) {
            result<uring::file> const opened = co_await at.root.open(path, O_RDONLY);
            CHECK(why(opened) == errc::invalid_argument);
        }
        std::string const text = co_await content(at, "a");
        CHECK(text == "A");
    });
}
