#include "world.hpp"

#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <filesystem>

using namespace sluice;
using namespace sluice::test;
namespace fs = std::filesystem;

namespace {

using list_of = std::vector<std::string>;

unsigned mode_of(std::string const& path) {
    struct stat about {};
    REQUIRE(::stat(path.c_str(), &about) == 0);
    return about.st_mode & 07777u;
}

/// Another umask, for one scope.
class umask_of {
public:
    explicit umask_of(unsigned mask) : before_(::umask(mask)) {}
    ~umask_of() { ::umask(before_); }

private:
    mode_t before_;
};

}  // namespace

TEST_CASE("files: keys are files below the root, and files there are keys") {
    in_folders([](folder_store at) -> awaitable<void> {
        co_await put(at, "a/b/c", "deep");
        CHECK(read_file(at / "a/b/c") == "deep");
        write_file(at / "a/by hand", "hand");
        std::string const got = co_await content(at, "a/by hand");
        CHECK(got == "hand");
        CHECK(tree_of(at.path) == list_of{"a/", "a/b/", "a/b/c", "a/by hand"});
    });
}

TEST_CASE("files: no key leads out of the root, and a..b does not try to") {
    in_folders([](folder_store at) -> awaitable<void> {
        fs::create_directory(at / "inner");
        write_file(at / "secret", "secret");
        file_settings settings;
        settings.root = at / "inner";
        folder_store inner(at);
        inner.store = make_file_store(settings);
        for (char const* const key : {"../secret", "/etc/passwd", "a/../../secret", "..", ".", "a/..", "./a", "a//b", "a/"}) {
            CHECK_FAILS(errc::invalid_argument, inner.store->head(key));
            CHECK_FAILS(errc::invalid_argument, put(inner, key, "x"));
            std::vector<object_key> const keys{key};
            CHECK_FAILS(errc::invalid_argument, inner.store->remove(keys));
        }
        for (char const* const prefix : {"../", "..", "/", "../secret"}) {
            list_page const page = co_await list_all(inner.store, prefix);
            CHECK_MESSAGE(page.objects.empty(), prefix);
        }
        co_await put(inner, "a..b/..c", "fine");
        CHECK(read_file(at / "inner/a..b/..c") == "fine");
        CHECK(read_file(at / "secret") == "secret");
    });
}

TEST_CASE("files: links are followed within the root, and refused where they lead out") {
    in_folders([](folder_store at) -> awaitable<void> {
        fs::create_directories(at / "root/real");
        write_file(at / "outside", "outside");
        write_file(at / "root/real/file", "inside");
        fs::create_symlink("real/file", at / "root/link");
        fs::create_symlink("../real/file", at / "root/real/up-and-down");
        fs::create_directory_symlink("real", at / "root/folder-link");
        fs::create_symlink("../outside", at / "root/out");
        fs::create_symlink(at / "root/real/file", at / "root/absolute");
        fs::create_directory_symlink("..", at / "root/out-folder");
        fs::create_symlink("nowhere", at / "root/dangling");
        fs::create_symlink("circle", at / "root/circle");
        file_settings settings;
        settings.root = at / "root";
        at.store = make_file_store(settings);

        for (char const* const key : {"link", "folder-link/file", "real/up-and-down"}) {
            std::string const got = co_await content(at, key);
            CHECK_MESSAGE(got == "inside", key);
        }
        for (char const* const key : {"out", "absolute", "out-folder/outside", "circle"}) {
            CHECK_FAILS(errc::invalid_argument, at.store->head(key));
            CHECK_FAILS(errc::invalid_argument, at.store->get(key));
        }
        CHECK_FAILS(errc::not_found, at.store->head("dangling"));
        CHECK_FAILS(errc::not_found, at.store->get("dangling"));
        CHECK_FAILS(errc::invalid_argument, put(at, "out-folder/new", "x"));
        CHECK_FAILS(errc::invalid_argument, put(at, "out-folder/a/b/new", "x"));
        CHECK_FALSE(fs::exists(at / "new"));

        list_page const page = co_await list_all(at.store, "");
        CHECK(keys_of(page) == list_of{"link", "real/file", "real/up-and-down"});

        co_await put(at, "link", "now a file");  // the link is replaced, not what it leads to
        CHECK_FALSE(fs::is_symlink(at / "root/link"));
        CHECK(read_file(at / "root/real/file") == "inside");
        std::vector<object_key> links{"out", "dangling"};
        remove_report const report = co_await at.store->remove(links);
        CHECK(report.removed == 2);
        CHECK(fs::exists(at / "outside"));
        CHECK_FALSE(fs::is_symlink(at / "root/out"));
    });
}

TEST_CASE("files: what is no regular file is refused at once, and not listed") {
    in_folders([](folder_store at) -> awaitable<void> {
        REQUIRE(::mkfifo((at / "fifo").c_str(), 0600) == 0);
        list_of others{"fifo"};
        if (::mknod((at / "device").c_str(), S_IFCHR | 0600, makedev(1, 3)) == 0) others.push_back("device");
        for (std::string const& key : others) {
            CHECK_FAILS(errc::invalid_argument, at.store->head(key));
            CHECK_FAILS(errc::invalid_argument, at.store->get(key));
            std::string into(4, 'x');
            CHECK_FAILS(errc::invalid_argument, at.store->read(key, byte_range::whole(), std::as_writable_bytes(std::span(into))));
            CHECK_FAILS(errc::invalid_argument, put(at, key, "x"));
            std::vector<object_key> const keys{key};
            remove_report const report = co_await at.store->remove(keys);
            CHECK(report.failed.size() == 1);
            CHECK(fs::exists(at / key));
        }
        list_page const page = co_await list_all(at.store, "");
        CHECK(page.objects.empty());
    });
}

TEST_CASE("files: a folder is no object, whatever is done with its name") {
    in_folders([](folder_store at) -> awaitable<void> {
        co_await put(at, "folder/file", "x");
        CHECK_FAILS(errc::not_found, at.store->head("folder"));
        CHECK_FAILS(errc::not_found, at.store->get("folder"));
        CHECK_FAILS(errc::invalid_argument, put(at, "folder", "x"));
        CHECK_FAILS(errc::invalid_argument, at.store->create_upload("folder"));
        std::vector<object_key> const keys{"folder"};
        remove_report const report = co_await at.store->remove(keys);
        CHECK(report.removed == 1);  // as where there is no object of that name
        CHECK(read_file(at / "folder/file") == "x");
        CHECK_FAILS(errc::not_found, at.store->head("folder/file/below"));
        CHECK_FAILS(errc::invalid_argument, put(at, "folder/file/below", "x"));
    });
}

TEST_CASE("files: the umask gives a new file its mode, and a replaced one keeps its own") {
    umask_of const mask(027);
    in_folders([](folder_store at) -> awaitable<void> {
        co_await put(at, "new", "x");
        CHECK(mode_of(at / "new") == 0640);
        upload parts = co_await at.store->create_upload("parts");
        co_await parts.complete();
        CHECK(mode_of(at / "parts") == 0640);
        REQUIRE(::chmod((at / "new").c_str(), 0600) == 0);
        co_await put(at, "new", "y");
        CHECK(mode_of(at / "new") == 0600);
        co_await put(at, "deep/er", "z");
        CHECK(mode_of(at / "deep") == 0750);
    });
}

TEST_CASE("files: attributes, versions and links to nowhere are said not to be kept") {
    in_folders([](folder_store at) -> awaitable<void> {
        put_options typed;
        typed.attributes.content_type = "text/plain";
        CHECK_FAILS(errc::unsupported, put(at, "k", "x", typed));
        CHECK_FAILS(errc::unsupported, at.store->create_upload("k", typed));
        CHECK_FALSE(fs::exists(at / "k"));
        CHECK_FALSE(at.store->can().attributes);
        co_await put(at, "k", "x");
        head_options old;
        old.version = "1";
        CHECK_FAILS(errc::unsupported, at.store->head("k", old));
    });
}

TEST_CASE("files: removing leaves no empty folder, but the root and what others have made") {
    in_folders([](folder_store at) -> awaitable<void> {
        co_await put(at, "a/b/c/one", "x");
        co_await put(at, "a/b/two", "x");
        fs::create_directory(at / "a/b/empty");
        std::vector<object_key> one{"a/b/c/one"};
        co_await at.store->remove(one);
        CHECK(tree_of(at.path) == list_of{"a/", "a/b/", "a/b/empty/", "a/b/two"});
        fs::remove(at / "a/b/empty");
        std::vector<object_key> two{"a/b/two", "a/b/never-was", "x/y/z"};
        remove_report const report = co_await at.store->remove(two);
        CHECK(report.removed == 3);
        CHECK(tree_of(at.path).empty());
        CHECK(fs::exists(at.path));
        list_page const page = co_await list_all(at.store, "");
        CHECK(page.objects.empty());
    });
}

TEST_CASE("files: a root that is not there, is removed, and comes back") {
    in_folders([](folder_store at) -> awaitable<void> {
        file_settings settings;
        settings.root = at / "later/still";
        at.store = make_file_store(settings);
        CHECK_FAILS(errc::not_found, at.store->head("k"));
        CHECK_FAILS(errc::not_found, at.store->list(""));
        CHECK_FAILS(errc::not_found, put(at, "k", "x"));
        std::vector<object_key> const keys{"k"};
        remove_report const report = co_await at.store->remove(keys);
        CHECK(report.removed == 1);
        settings.make_root = true;
        at.store = make_file_store(settings);
        co_await put(at, "k", "one");
        fs::remove_all(at / "later");
        CHECK_FAILS(errc::not_found, at.store->head("k"));
        co_await put(at, "k", "two");
        std::string const got = co_await content(at, "k");
        CHECK(got == "two");
        fs::remove_all(at / "later");
        fs::create_directories(at / "later/still");
        write_file(at / "later/still/other", "x");
        list_page const page = co_await list_all(at.store, "");
        CHECK(keys_of(page) == list_of{"other"});
    });
}

TEST_CASE("files: a file that is cut while it is read is truncated, one that is written to has changed") {
    in_folders([](folder_store at) -> awaitable<void> {
        write_file(at / "k", tale(100'000));
        for (bool const cut : {true, false}) {
            body_reader body = co_await at.store->get("k");
            std::string piece(60'000, '\0');
            co_await body.read_all(std::as_writable_bytes(std::span(piece)));
            if (cut) {
                fs::resize_file(at / "k", 70'000);
            } else {
                write_file(at / "k", tale(70'001, 2));
            }
            errc const expected = cut ? errc::truncated : errc::precondition_failed;
            CHECK_FAILS(expected, body.read_all(std::as_writable_bytes(std::span(piece))));
        }
    });
}

TEST_CASE("files: readers and uploads may outlive their context") {
    temporary_folder const folder(on_disk());
    folder_store const at(folder);
    write_file(at / "k", "content");
    std::size_t const before = open_descriptors();
    std::unique_ptr<body_reader> body;
    std::unique_ptr<upload> parts;
    run([&]() -> awaitable<void> {
        body_reader opened = co_await at.store->get("k");
        body = std::make_unique<body_reader>(std::move(opened));
        upload begun = co_await at.store->create_upload("parts");
        parts = std::make_unique<upload>(begun);
    });
    run([&]() -> awaitable<void> {
        std::string piece(4, '\0');
        CHECK_FAILS(errc::io, body->read_some(std::as_writable_bytes(std::span(piece))));
        CHECK_FAILS(errc::io, parts->complete());
    });
    body.reset();
    parts.reset();
    CHECK(open_descriptors() == before);
    CHECK(tree_of(at.path) == list_of{"k"});
}
