#include "world.hpp"

#include "support/page_cache.hpp"
#include "support/small_disk.hpp"

#include <filesystem>

using namespace sluice;
using namespace sluice::test;
namespace fs = std::filesystem;

namespace {

constexpr std::uint64_t MiB = std::uint64_t{1} << 20;

folder_store store_on(small_disk const& disk, file_access access) {
    file_settings settings;
    settings.root = disk.path();
    settings.access = access;
    return {disk.path(), make_file_store(settings)};
}

/// Halves of the disk's room that cannot both be there.
awaitable<void> put_large(folder_store at, std::string const* data) { co_await put(at, "k", *data); }

awaitable<void> upload_large(folder_store at, std::string const* data) {
    upload to = co_await at.store->create_upload("k");
    constexpr std::size_t part = 1'000'001;
    for (std::size_t i = 0; i * part < data->size(); ++i) {
        payload piece(data->substr(i * part, part));
        co_await to.write({static_cast<std::uint32_t>(i + 1), i * part}, std::move(piece));
    }
    co_await to.complete();
}

}  // namespace

TEST_CASE("disks: what goes to and from ext4 and xfs past the page cache is the same, and is not cached") {
    for (char const* const kind : {"ext4", "xfs"}) {
        small_disk const disk(kind, 320 * MiB);
        folder_store const at = store_on(disk, file_access::direct);
        std::string const data = tale(5 * MiB + 4'321);
        run([&]() -> awaitable<void> {
            co_await put(at, "a/k", data);
            drop_from_cache(at / "a/k");
            for (std::uint64_t const offset : {0u, 1u, 4096u, 1'000'000u}) {
                std::string into(data.size() - offset, '#');
                read_result const got =
                    co_await read_ranged(at.store, "a/k", byte_range::from(offset), std::as_writable_bytes(std::span(into)));
                CHECK_MESSAGE((into == data.substr(offset)), kind << ", from " << offset);
                CHECK(got.object.access == "direct");
            }
            CHECK_MESSAGE(cached_pages(at / "a/k") == 0, kind);
            co_await upload_large(at, &data);
            drop_from_cache(at / "k");
            std::string const back = co_await content(at, "k");
            CHECK_MESSAGE((back == data), kind);
            CHECK_MESSAGE(cached_pages(at / "k") == 0, kind);
        });
        CHECK(partials_in(at.path).empty());
    }
}

TEST_CASE("disks: a full disk is told as such, the old object stays, and nothing half-written") {
    small_disk const disk("ext4", 16 * MiB);
    if (!disk.is_mounted()) return;  // no disk of the machine is filled up; the faults of a full one are told by `file faults`
    std::string const old = tale(100'000, 7), large = tale(32 * MiB, 8);
    for (file_access const access : {file_access::buffered, file_access::direct}) {
        folder_store const at = store_on(disk, access);
        run([&]() -> awaitable<void> {
            co_await put(at, "k", old);
            std::uint64_t const room = fs::space(at.path).available;
            CHECK_FAILS(errc::no_space, put_large(at, &large));
            CHECK((read_file(at / "k") == old));
            CHECK_FAILS(errc::no_space, upload_large(at, &large));
            CHECK((read_file(at / "k") == old));
            CHECK(partials_in(at.path).empty());
            CHECK(fs::space(at.path).available == room);  // and what it took is free again
            co_await put(at, "k", tale(200'000, 9));
            CHECK((read_file(at / "k") == tale(200'000, 9)));
        });
    }
}
