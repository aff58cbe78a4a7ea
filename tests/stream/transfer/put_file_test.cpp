// Files that change while they are sent: the object is one version of the file, or the old object stays.
#include "stream/s3/fixture.hpp"
#include "support/temporary_folder.hpp"

#include <sluice/file.hpp>
#include <sluice/open.hpp>
#include <sluice/operations.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <filesystem>
#include <fstream>
#include <functional>

using namespace sluice;
using namespace sluice::test;
using testing::s3_server;
namespace files = std::filesystem;

namespace {

constexpr std::size_t part = 5u << 20;

void write_file(std::string const& path, std::string const& data) {
    std::ofstream(path, std::ios::binary | std::ios::trunc) << data;
    timespec const long_ago[2] = {{1'600'000'000, 0}, {1'600'000'000, 0}};  // so that a change shows, however coarse the clock
    REQUIRE(::utimensat(AT_FDCWD, path.c_str(), long_ago, 0) == 0);
}

struct mischief {
    char const* name;
    bool harmless;  ///< whoever has the file open still sees all of it
    std::function<void(std::string const& path)> act;
};

std::vector<mischief> all_mischief() {
    return {{"cut", false, [](std::string const& path) { files::resize_file(path, part / 2); }},
            {"emptied", false, [](std::string const& path) { files::resize_file(path, 0); }},
            {"cut by a byte", false, [](std::string const& path) { files::resize_file(path, 4 * part - 1); }},
            {"grown", false, [](std::string const& path) { std::ofstream(path, std::ios::binary | std::ios::app) << "more"; }},
            {"written into", false,
             [](std::string const& path) {
                 std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
                 file.seekp(4 * part - 10);
                 file << "other";
             }},
            {"removed", true, [](std::string const& path) { files::remove(path); }},
            {"replaced", true, [](std::string const& path) {
                 write_file(path + ".new", std::string(4 * part, 'n'));
                 files::rename(path + ".new", path);
             }}};
}

/// Sends the file as "o", and does `what` to it once `after` bytes are on their way. The reason of its failure, if it failed.
awaitable<std::optional<errc>> send(s3_server const* server, temporary_folder const* folder, mischief const* what, std::uint64_t after,
                                    read_strategy strategy) {
    file_settings settings;
    settings.root = folder->path();
    copy_options how;
    how.read.strategy = strategy;
    how.read.threshold = how.read.part_size = part;
    how.read.parts_in_flight = 1;
    bool done = false;
    how.report = [&](std::uint64_t sent, std::uint64_t) {
        if (sent >= after && !std::exchange(done, true)) what->act(*folder / "file");
    };
    try {
        co_await copy_object(make_file_store(settings), "file", quick_store(server->endpoint()), "o", how);
    } catch (error const& e) {
        co_return e.reason();
    }
    CHECK(done);
    co_return std::nullopt;
}

}  // namespace

CO_TEST("a file that changes while it is sent, in parts or as one body, is no object; the old one stays, and no upload") {
    std::string const data = pattern(4 * part);
    for (read_strategy const strategy : {read_strategy::ranges, read_strategy::single}) {
        for (mischief const& what : all_mischief()) {
            for (std::uint64_t const after : {part, 2 * part, 3 * part}) {
                s3_server server;
                server.put("bucket", "o", "old");
                temporary_folder const folder(in_memory());
                write_file(folder / "file", data);
                std::optional<errc> const reason = co_await send(&server, &folder, &what, after, strategy);
                std::string const now = server.get("bucket", "o").value();
                CHECK_MESSAGE((reason.has_value() || what.harmless), what.name);
                CHECK_MESSAGE((reason ? now == "old" : now == data), what.name);
                bool const typed = !reason || reason == errc::precondition_failed || reason == errc::truncated || reason == errc::not_found;
                CHECK_MESSAGE(typed, what.name);
                CHECK(server.uploads_open() == 0);
            }
        }
    }
}

CO_TEST("put_file: a failed overwrite leaves the object that was there") {
    temporary_folder const folder(in_memory());
    write_file(folder / "file", pattern(3 << 20));
    for (int const status : {403, 500}) {
        s3_server server;
        server.put("bucket", "o", "old");
        server.on_request([status](testing::s3_request_view const& r) -> std::optional<testing::s3_fault> {
            return r.method == "PUT" ? std::optional(answer(status, status == 403 ? "AccessDenied" : "InternalError")) : std::nullopt;
        });
        error const e = co_await error_of(put_file(quick_store(server.endpoint()), "o", folder / "file"));
        CHECK(e.reason() == (status == 403 ? errc::permission_denied : errc::server));
        CHECK(server.get("bucket", "o") == "old");
        CHECK(server.counts().deletes == 0);
    }
}
