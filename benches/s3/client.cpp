// sluice against benches/s3/server.cpp. One JSON line of the work phase on stdout.
//   client put PORT none|crc32c|crc64nvme|sha256|signed|signed+crc64nvme THREADS
//                                                    4 GiB in parts of 8 MiB from one buffer, 16 in flight; signed: each body, too
//   client source PORT before|behind                 the same from a source in memory, its CRC64NVME before each part or behind it
//   client stream PORT none|crc32c|...               the same by put_stream, which is given the bytes to hold
//   client get PORT none|crc32c                      1 GiB into the caller's memory, four times, 8 MiB ranges, 16 in flight
//   client list PORT                                 200,000 keys, page by page
//   client delete PORT                               100,000 keys
#include "../loopback/meter.hpp"

#include <sluice/async/runtime.hpp>
#include <sluice/async/task_group.hpp>
#include <sluice/operations.hpp>
#include <sluice/range_engine.hpp>
#include <sluice/s3.hpp>

#include <sys/mman.h>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <optional>

using namespace sluice;

namespace {

constexpr std::size_t big = 1ull << 30, part = 8ull << 20, parts = 512, in_flight = 16;

std::shared_ptr<object_store> open_store(std::string const& port, std::string_view by) {
    s3_settings settings;
    settings.bucket = "bucket";
    settings.endpoint = "http://127.0.0.1:" + port;
    settings.credentials = static_credentials(credentials("AKIDEXAMPLE", "secret"));
    bool const sums = by != "none" && by != "signed";
    settings.write_checksums = settings.read_checksums = sums ? checksum_mode::when_supported : checksum_mode::off;
    if (by.starts_with("signed")) settings.signing = payload_signing::signed_payload;
    if (by == "behind") settings.source_checksums = checksum_place::behind_body;
    if (by == "crc32c") settings.checksum = checksum_algorithm::crc32c;
    if (by == "sha256") settings.checksum = checksum_algorithm::sha256;
    return make_s3_store(settings);
}

/// One part of memory, copied out as a file's pages would be.
class memory_source final : public payload_source {
public:
    explicit memory_source(bytes data) : data_(std::move(data)) {}
    std::uint64_t size() const noexcept override { return data_.size(); }
    awaitable<void> read(std::uint64_t offset, std::span<std::byte> into) override {
        std::memcpy(into.data(), data_.data() + offset, into.size());
        co_return;
    }

private:
    bytes const data_;
};

/// `body` makes that of one part.
void put(std::shared_ptr<object_store> store, std::size_t threads, std::function<payload(bytes const&)> body) {
    bytes const data = bytes::copy_of(std::string(part, 'x'));
    async::runtime runtime(threads);
    bench::meter const work;
    std::optional<upload> to;
    runtime.run([&]() -> awaitable<void> {
        upload begun = co_await store->create_upload("up");
        to.emplace(std::move(begun));
    });
    std::atomic<std::size_t> next = 0;
    auto const worker = [&]() -> awaitable<void> {
        for (std::size_t i = next++; i < parts; i = next++) {
            payload piece = body(data);
            part_place const where{static_cast<std::uint32_t>(i + 1), i * part};
            co_await to->write(where, std::move(piece));
        }
    };
    auto const all = [&](async::task_group& group) -> awaitable<void> {
        for (std::size_t i = 0; i < in_flight / threads; ++i) group.spawn([&] { return worker(); });
        co_return;
    };
    runtime.run_on_all([&](std::size_t) -> awaitable<void> { co_await async::with_task_group(all); });
    runtime.run([&]() -> awaitable<void> { co_await to->complete(); });
    work.print(parts * part, parts);
}

void stream(std::shared_ptr<object_store> store) {
    std::string const data(part, 'x');
    async::runtime runtime(1);
    bench::meter const work;
    auto const main = [&]() -> awaitable<void> {
        std::size_t left = parts * part;
        byte_source const from = [&](std::span<std::byte> into) -> awaitable<std::size_t> {
            std::size_t const n = std::min({into.size(), left, data.size()});
            std::memcpy(into.data(), data.data(), n);
            left -= n;
            co_return n;
        };
        put_stream_options options;
        options.part_size = part;
        options.memory_limit = in_flight * part;
        co_await put_stream(store, "up", from, options);
    };
    runtime.run(main);
    work.print(parts * part, parts);
}

void get(std::shared_ptr<object_store> store) {
    void* const memory = mmap(nullptr, big, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
    std::span<std::byte> const buffer(static_cast<std::byte*>(memory), big);
    async::runtime runtime(1);
    range_engine_options options;
    options.threshold = options.part_size = part;
    options.parts_in_flight = in_flight;
    bench::meter const work;
    auto const main = [&]() -> awaitable<void> {
        for (int i = 0; i < 4; ++i) co_await read_ranged(store, "big", byte_range::whole(), buffer, options);
    };
    runtime.run(main);
    work.print(4 * big, 4 * (big / part));
}

void list(std::shared_ptr<object_store> store) {
    async::runtime runtime(1);
    std::size_t keys = 0, pages = 0;
    bench::meter const work;
    auto const main = [&]() -> awaitable<void> {
        page_visitor const count = [&](list_page page) -> awaitable<bool> {
            keys += page.objects.size();
            ++pages;
            co_return true;
        };
        co_await for_each_page(store, "", list_options(), count);
    };
    runtime.run(main);
    work.print(keys, pages);
}

void remove(std::shared_ptr<object_store> store) {
    std::vector<object_key> keys;
    char key[64];
    for (std::size_t i = 0; i < 100'000; ++i) {
        std::snprintf(key, sizeof key, "data/part-%010zu.bin", i);
        keys.emplace_back(key);
    }
    async::runtime runtime(1);
    std::uint64_t removed = 0;
    bench::meter const work;
    auto const main = [&]() -> awaitable<void> {
        remove_report const report = co_await store->remove(std::move(keys));
        removed = report.removed;
    };
    runtime.run(main);
    work.print(removed, 100);
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 3) return 2;
    std::string const what = argv[1];
    std::shared_ptr<object_store> const store = open_store(argv[2], argc > 3 ? argv[3] : "none");
    auto const shared = [](bytes const& data) { return payload(data); };
    auto const sourced = [](bytes const& data) {
        std::shared_ptr<payload_source> const source = std::make_shared<memory_source>(data);
        return payload(source);
    };
    if (what == "put") put(store, argc > 4 ? std::strtoul(argv[4], nullptr, 10) : 1, shared);
    if (what == "source") put(store, 1, sourced);
    if (what == "stream") stream(store);
    if (what == "get") get(store);
    if (what == "list") list(store);
    if (what == "delete") remove(store);
}
