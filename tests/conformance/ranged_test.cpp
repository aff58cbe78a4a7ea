#include "conformance/fixture.hpp"

#include <sluice/async/runtime.hpp>
#include <sluice/open.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <mutex>
#include <stdexcept>

using namespace sluice;
using namespace sluice::test;

namespace {

range_engine_options small_parts(std::uint64_t part) {
    range_engine_options options;
    options.threshold = options.part_size = part;
    options.parts_in_flight = 5;
    return options;
}

}  // namespace

CONFORMANCE("read_ranged delivers the same bytes for every size around the part size, whole and single") {
    constexpr std::size_t part = 1'000;
    async::runtime elsewhere(2);
    for (std::size_t const size : {0u, 1u, 999u, 1'000u, 1'001u, 1'999u, 2'000u, 2'001u, 2'249u, 2'251u, 9'999u, 10'001u}) {
        std::string const data = pattern(size, static_cast<std::uint32_t>(size) + 1);
        co_await put(p, "o", data);
        for (read_strategy const strategy : {read_strategy::ranges, read_strategy::single, read_strategy::sharded}) {
            range_engine_options options = small_parts(part);
            options.strategy = strategy;
            options.contexts = elsewhere.executors();
            std::string into(size + 3, '#');
            read_result const got = co_await read_ranged(p.store, p.key("o"), byte_range::whole(), writable(into), options);
            CHECK(got.range == resolved_range{0, size});
            CHECK(got.object.size == size);
            CHECK_MESSAGE(into == data + "###", size);
            whole_object const all = co_await get_all(p.store, p.key("o"), options);
            CHECK_MESSAGE(all.data.text() == data, size);
        }
    }
}

CONFORMANCE("read_ranged of a part of an object: from, bounded and last") {
    std::string const data = pattern(10'000);
    co_await put(p, "o", data);
    struct row {
        byte_range range;
        std::size_t offset, length;
    };
    row const rows[] = {{byte_range::from(1'234), 1'234, 8'766},
                        {byte_range::bounded(17, 5'000), 17, 5'000},
                        {byte_range::bounded(9'000, 5'000), 9'000, 1'000},
                        {byte_range::last(7'001), 2'999, 7'001},
                        {byte_range::last(50'000), 0, 10'000},
                        {byte_range::last(300), 9'700, 300}};
    for (row const& r : rows) {
        std::string into(10'000, '#');
        read_result const got = co_await read_ranged(p.store, p.key("o"), r.range, writable(into), small_parts(700));
        CHECK_MESSAGE(got.range.offset == r.offset, r.offset);
        CHECK_MESSAGE(got.range.length == r.length, r.offset);
        CHECK_MESSAGE(into == data.substr(r.offset, r.length) + std::string(10'000 - r.length, '#'), r.offset);
    }
}

CONFORMANCE("read_ranged refuses memory that is too small, and a missing object") {
    co_await put(p, "o", pattern(5'000));
    std::string into(4'999, '#');
    CHECK_FAILS(errc::buffer_too_small, read_ranged(p.store, p.key("o"), byte_range::whole(), writable(into), small_parts(1'000)));
    CHECK_FAILS(errc::not_found, read_ranged(p.store, p.key("nothing"), byte_range::whole(), writable(into), small_parts(1'000)));
    CHECK_FAILS(errc::range_not_satisfiable, read_ranged(p.store, p.key("o"), byte_range::from(5'000), writable(into), small_parts(1'000)));
    range_engine_options wrong;
    wrong.part_size = 0;
    CHECK_FAILS(errc::invalid_argument, read_ranged(p.store, p.key("o"), byte_range::whole(), writable(into), wrong));
}

CONFORMANCE("stream_ranged gives every byte once and in order, scatter_ranged in any order") {
    std::string const data = pattern(50'021);
    co_await put(p, "o", data);
    async::runtime elsewhere(2);
    for (read_strategy const strategy : {read_strategy::ranges, read_strategy::single, read_strategy::sharded}) {
        range_engine_options options = small_parts(3'000);
        options.strategy = strategy;
        options.contexts = elsewhere.executors();
        options.memory_limit = 9'000;
        std::string streamed;
        part_sink const append = [&](std::uint64_t offset, bytes part) -> awaitable<void> {
            CHECK(offset == 11 + streamed.size());
            streamed += part.text();
            co_return;
        };
        object_meta const about = co_await stream_ranged(p.store, p.key("o"), byte_range::from(11), append, options);
        CHECK(about.size == data.size());
        CHECK(streamed == data.substr(11));

        std::string scattered(data.size(), '#');
        std::mutex mutex;
        part_sink const place_it = [&](std::uint64_t offset, bytes part) -> awaitable<void> {
            std::lock_guard const lock(mutex);
            scattered.replace(offset, part.size(), part.text());
            co_return;
        };
        co_await scatter_ranged(p.store, p.key("o"), byte_range::whole(), place_it, options);
        CHECK(scattered == data);
    }
}

CONFORMANCE("an exception of the sink ends the stream and comes out") {
    co_await put(p, "o", pattern(20'000));
    int parts = 0;
    part_sink const failing = [&](std::uint64_t, bytes) -> awaitable<void> {
        if (++parts == 3) throw std::runtime_error("enough");
        co_return;
    };
    std::string text;
    try {
        co_await stream_ranged(p.store, p.key("o"), byte_range::whole(), failing, small_parts(1'000));
    } catch (std::runtime_error const& e) {
        text = e.what();
    }
    CHECK(text == "enough");
    CHECK(parts == 3);
}

CONFORMANCE("get_many returns results in input order; one missing key fails it") {
    std::vector<object_key> keys;
    for (int i = 0; i < 40; ++i) {
        keys.push_back(p.key("many/" + std::to_string(i)));
        co_await put(p, "many/" + std::to_string(i), pattern(static_cast<std::size_t>(i) * 37, static_cast<std::uint32_t>(i)));
    }
    std::ranges::reverse(keys);
    std::vector<whole_object> const got = co_await get_many(p.store, keys, 7);
    REQUIRE(got.size() == 40);
    for (std::size_t i = 0; i < 40; ++i) {
        CHECK(got[i].object.key == keys[i]);
        CHECK(got[i].data.text() == pattern((39 - i) * 37, static_cast<std::uint32_t>(39 - i)));
    }
    keys[20] = p.key("many/missing");
    CHECK_FAILS(errc::not_found, get_many(p.store, keys, 7));
    std::vector<whole_object> const none = co_await get_many(p.store, std::vector<object_key>(), 7);
    CHECK(none.empty());
}

CONFORMANCE("get_ranges: overlapping, far, open and suffix ranges, in input order") {
    std::string const data = pattern(10'000);
    co_await put(p, "o", data);
    std::vector<byte_range> const ranges{
        byte_range::bounded(5'000, 100), byte_range::bounded(0, 10), byte_range::bounded(5'050, 100), byte_range::last(7),
        byte_range::from(9'990),         byte_range::bounded(20, 0), byte_range::bounded(9'995, 50),  byte_range::bounded(12, 30)};
    for (std::uint64_t const gap : {0ull, 64ull, 1ull << 20}) {
        get_ranges_options options;
        options.gap = gap;
        std::vector<bytes> const got = co_await get_ranges(p.store, p.key("o"), ranges, options);
        REQUIRE(got.size() == ranges.size());
        for (std::size_t i = 0; i < ranges.size(); ++i) {
            resolved_range const r = resolve(ranges[i], data.size());
            CHECK_MESSAGE(got[i].text() == std::string_view(data).substr(r.offset, r.length), gap);
        }
    }
    std::vector<byte_range> const behind{byte_range::bounded(0, 5), byte_range::bounded(10'000, 1)};
    CHECK_FAILS(errc::range_not_satisfiable, get_ranges(p.store, p.key("o"), behind));
}

CONFORMANCE("files: what put_file sends, get_file brings back; nothing half-written stays") {
    namespace fs = std::filesystem;
    fs::path const folder = fs::temp_directory_path() / ("sluice-files-" + std::to_string(std::hash<std::string>{}(p.prefix)));
    fs::create_directories(folder);
    std::string const data = pattern(1'200'007);
    std::string const source = folder / "source", target = folder / "target";
    std::ofstream(source, std::ios::binary) << data;

    fs::create_directory(folder / "elsewhere");
    std::string const link = folder / "elsewhere" / "link";
    fs::create_symlink(source, link);  // which leads out of its folder
    co_await put_file(p.store, p.key("file"), link);
    fs::remove_all(folder / "elsewhere");
    range_engine_options const options = small_parts(100'000);
    std::uint64_t last_done = 0, last_total = 0;
    progress const report = [&](std::uint64_t done, std::uint64_t total) {
        last_done = std::max(last_done, done);
        last_total = total;
    };
    if (context_threads() == 1) {
        co_await get_file(p.store, p.key("file"), target, options, report);
        CHECK(last_done == data.size());
        CHECK(last_total == data.size());
    } else {
        co_await get_file(p.store, p.key("file"), target, options);
    }
    std::ifstream in(target, std::ios::binary);
    std::string const got{std::istreambuf_iterator<char>(in), {}};
    CHECK(got == data);

    CHECK_FAILS(errc::not_found, get_file(p.store, p.key("missing"), target, options));
    CHECK(fs::file_size(target) == data.size());  // the old content stays
    CHECK_FAILS(errc::not_found, get_file(p.store, p.key("missing"), std::string(folder / "fresh"), options));
    CHECK_FAILS(errc::invalid_argument, get_file(p.store, p.key("file"), std::string(folder), options));
    CHECK_FAILS(errc::not_found, put_file(p.store, p.key("x"), std::string(folder / "no-such-file")));
    CHECK(std::distance(fs::directory_iterator(folder), fs::directory_iterator()) == 2);
    fs::remove_all(folder);
}
