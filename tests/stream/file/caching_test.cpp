#include "faulty_files.hpp"
#include "world.hpp"

#include "support/page_cache.hpp"

#include <boost/asio/this_coro.hpp>

#include <fcntl.h>

#include <set>

using namespace sluice;
using namespace sluice::test;

namespace {

constexpr std::size_t size = 3'000'001;

file_settings settings_for(file_access access, access_pattern pattern) {
    file_settings settings;
    settings.access = access;
    settings.pattern = pattern;
    return settings;
}

using how_to_use = std::function<awaitable<void>(folder_store)>;

awaitable<void> read_whole(folder_store at) {
    std::string into(size, '#');
    co_await at.store->read("k", byte_range::whole(), std::as_writable_bytes(std::span(into)));
    CHECK((into == tale(size)));
}

awaitable<void> read_some(folder_store at) {
    std::string into(100'000, '#');
    co_await at.store->read("k", byte_range::bounded(1'234'567, 100'000), std::as_writable_bytes(std::span(into)));
    CHECK((into == tale(size).substr(1'234'567, 100'000)));
}

awaitable<void> read_front(folder_store at) {
    std::string into(5'000, '#');
    co_await at.store->read("k", byte_range::bounded(0, 5'000), std::as_writable_bytes(std::span(into)));
    CHECK((into == tale(size).substr(0, 5'000)));
}

awaitable<void> read_in_order(folder_store at) {
    body_reader body = co_await at.store->get("k");
    std::string got(size, '#');
    std::size_t const n = co_await body.read_all(std::as_writable_bytes(std::span(got)));
    CHECK(n == size);
    CHECK((got == tale(size)));
}

awaitable<void> read_in_parts(folder_store at) {
    range_engine_options options;
    options.threshold = options.part_size = 300'000;
    whole_object const all = co_await get_all(at.store, "k", options);
    CHECK((all.data.text() == tale(size)));
}

awaitable<void> write_whole(folder_store at) { co_await put(at, "k", tale(size)); }

awaitable<void> write_in_parts(folder_store at) {
    upload to = co_await at.store->create_upload("k");
    payload back(tale(size).substr(1'000'001)), front(tale(size).substr(0, 1'000'001));
    co_await to.write({2, 1'000'001}, std::move(back));
    co_await to.write({1, 0}, std::move(front));
    co_await to.complete();
}

/// Pages of "k" in the cache after `use`, none before.
std::size_t cached_by(file_settings const& settings, how_to_use use) {
    temporary_folder const folder(on_disk());
    write_file(folder / "k", tale(size));
    drop_from_cache(folder / "k");
    folder_store const at(folder, settings);
    run([&]() -> awaitable<void> { co_await use(at); });
    return cached_pages(folder / "k");
}

/// The advice given during `use`.
std::multiset<unsigned> advice_of(file_settings const& settings, how_to_use use) {
    temporary_folder const folder(on_disk());
    write_file(folder / "k", tale(size));
    folder_store const at(folder, settings);
    std::multiset<unsigned> given;
    fault_script script;
    script.before = [&](std::uint64_t, uring::request& what) {
        if (what.what == uring::opcode::advise) given.insert(what.flags);
        return 0;
    };
    run([&]() -> awaitable<void> {
        boost::asio::any_io_executor const executor = co_await boost::asio::this_coro::executor;
        go_by(executor, script);
        co_await use(at);
    });
    return given;
}

}  // namespace

TEST_CASE("caching: what is read or written past the page cache never enters it") {
    file_settings const direct = settings_for(file_access::direct, access_pattern::automatic);
    for (how_to_use const use : {read_whole, read_some, read_in_order, read_in_parts, write_whole, write_in_parts})
        CHECK(cached_by(direct, use) == 0);
    file_settings const buffered = settings_for(file_access::buffered, access_pattern::automatic);
    for (how_to_use const use : {read_whole, read_some, read_in_order, read_in_parts, write_whole, write_in_parts})
        CHECK(cached_by(buffered, use) > 0);  // else the above would prove nothing
}

TEST_CASE("caching: dont_need leaves nothing of what was read or written in the page cache") {
    file_settings const settings = settings_for(file_access::buffered, access_pattern::dont_need);
    CHECK(cached_by(settings, read_whole) == 0);
    CHECK(cached_by(settings, read_in_order) == 0);
    CHECK(cached_by(settings, write_whole) == 0);
    CHECK(cached_by(settings, write_in_parts) == 0);
}

TEST_CASE("caching: a random reader reads nothing ahead, a sequential one does") {
    CHECK(cached_by(settings_for(file_access::buffered, access_pattern::random), read_front) == 2);
    CHECK(cached_by(settings_for(file_access::buffered, access_pattern::sequential), read_front) > 2);
}

TEST_CASE("caching: the advice the system is given is that of the settings") {
    using advice = std::multiset<unsigned>;
    struct row {
        file_access access;
        access_pattern pattern;
        advice read, in_order;
    };
    constexpr unsigned sequential = POSIX_FADV_SEQUENTIAL, random = POSIX_FADV_RANDOM;
    row const rows[] = {{file_access::buffered, access_pattern::automatic, {}, {sequential}},
                        {file_access::buffered, access_pattern::sequential, {sequential}, {sequential}},
                        {file_access::buffered, access_pattern::random, {random}, {random}},
                        {file_access::direct, access_pattern::automatic, {}, {}},
                        {file_access::direct, access_pattern::sequential, {}, {}},
                        {file_access::direct, access_pattern::random, {}, {}},
                        {file_access::direct, access_pattern::dont_need, {}, {}}};
    for (row const& r : rows) {
        file_settings const settings = settings_for(r.access, r.pattern);
        CHECK(advice_of(settings, read_some) == r.read);
        CHECK(advice_of(settings, read_in_order) == r.in_order);
        CHECK(advice_of(settings, write_whole).empty());
    }
    file_settings const settings = settings_for(file_access::buffered, access_pattern::dont_need);
    constexpr unsigned dont_need = POSIX_FADV_DONTNEED;
    CHECK(advice_of(settings, read_some) == advice{dont_need});
    CHECK(advice_of(settings, write_whole) == advice{dont_need});
    CHECK(advice_of(settings, write_in_parts) == advice{dont_need});
    advice const in_order = advice_of(settings, read_in_order);
    CHECK(in_order.count(sequential) == 1);
    CHECK(in_order.count(dont_need) == in_order.size() - 1);
    CHECK(in_order.size() > 1);
}
