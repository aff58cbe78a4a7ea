#include "support/co_test.hpp"
#include "support/plain_store.hpp"
#include "support/s3_place.hpp"
#include "support/temporary_folder.hpp"

#include <sluice/file.hpp>
#include <sluice/memory.hpp>
#include <sluice/operations.hpp>
#include <sluice/wrap/faulty.hpp>

#include <algorithm>
#include <cstring>

using namespace sluice;
using namespace sluice::test;
using sluice::testing::s3_server;

namespace {

constexpr std::size_t part = 1000;

std::string numbered(std::size_t size) {
    std::string data(size, '\0');
    for (std::size_t i = 0; i < size; ++i) data[i] = static_cast<char>((i * 131 + i / 251) & 0xff);
    return data;
}

/// Gives `data` in pieces of odd sizes; what has been asked for so far is in `*taken`.
byte_source source_of(std::string const* data, std::size_t* taken) {
    return [data, taken](std::span<std::byte> into) -> awaitable<std::size_t> {
        std::size_t const n = std::min({into.size(), data->size() - *taken, 1 + *taken % 777});
        std::memcpy(into.data(), data->data() + *taken, n);
        *taken += n;
        co_return n;
    };
}

put_stream_options in_small_parts() {
    put_stream_options options;
    options.part_size = part;
    options.memory_limit = 3 * part;
    return options;
}

awaitable<std::string> content(std::shared_ptr<object_store> store, object_key key) {
    whole_object const object = co_await get_all(store, key);
    co_return std::string(object.data.text());
}

awaitable<void> all_sizes(std::shared_ptr<object_store> store) {
    for (std::size_t const size :
         {std::size_t{0}, std::size_t{1}, part - 1, part, part + 1, 3 * part - 1, 3 * part, 3 * part + 1, 20 * part + 7}) {
        std::string const data = numbered(size);
        std::size_t taken = 0;
        std::uint64_t told = 0;
        put_stream_options options = in_small_parts();
        options.report = [&told](std::uint64_t done, std::uint64_t) { told = std::max(told, done); };
        byte_source const from = source_of(&data, &taken);
        co_await put_stream(store, "o", from, options);
        CHECK(told == size);
        std::string const got = co_await content(store, "o");
        CHECK_MESSAGE((got == data), size);
    }
}

}  // namespace

CO_TEST("put_stream: sizes around the part size arrive whole, in memory and in files") {
    temporary_folder const folder(in_memory());
    file_settings settings;
    settings.root = folder.path();
    co_await all_sizes(make_memory_store());
    co_await all_sizes(make_file_store(settings));
}

CO_TEST("put_stream: a source that fails ends the write, and what was there stays") {
    std::shared_ptr<object_store> const store = make_memory_store();
    payload old("old");
    co_await store->put("o", old);
    std::string const data = numbered(10 * part);
    for (std::size_t const fails_at : {std::size_t{0}, part / 2, 5 * part}) {
        std::size_t taken = 0;
        byte_source const whole = source_of(&data, &taken);
        byte_source const broken = [&](std::span<std::byte> into) -> awaitable<std::size_t> {
            if (taken >= fails_at) throw_error(failure(errc::io, "the pipe broke"), "read", "standard input");
            std::size_t const n = co_await whole(into);
            co_return n;
        };
        std::optional<errc> reason;
        try {
            co_await put_stream(store, "o", broken, in_small_parts());
        } catch (error const& e) {
            reason = e.reason();
        }
        CHECK(reason == errc::io);
        std::string const kept = co_await content(store, "o");
        CHECK(kept == "old");
    }
}

CO_TEST("put_stream: a size that is known keeps the parts small, and must be true") {
    std::shared_ptr<object_store> const store = make_memory_store();
    payload old("old");
    co_await store->put("o", old);
    for (std::size_t const size : {std::size_t{0}, part / 2, part, 3 * part + 1, 400 * part}) {
        std::string const data = numbered(size);
        for (std::size_t const said : {size, size + 1, size - std::min<std::size_t>(size, 1), 10 * size + 1}) {
            std::size_t taken = 0, most = 0;
            byte_source const whole = source_of(&data, &taken);
            byte_source const from = [&](std::span<std::byte> into) -> awaitable<std::size_t> {
                most = std::max(most, into.size());
                std::size_t const n = co_await whole(into);
                co_return n;
            };
            put_stream_options options = in_small_parts();
            options.size = said;
            std::optional<errc> reason;
            try {
                co_await put_stream(store, "o", from, options);
            } catch (error const& e) {
                reason = e.reason();
            }
            CHECK(most <= part);
            std::optional<errc> const expected =
                said == size ? std::nullopt : std::optional(said > size ? errc::truncated : errc::invalid_argument);
            CHECK_MESSAGE(reason == expected, size << ", said " << said);
            std::string const now = co_await content(store, "o");
            CHECK((now == (said == size ? data : "old")));
            payload again("old");
            co_await store->put("o", again);
        }
    }
}

CO_TEST("put_stream: one part needs no uploads; more of them are refused where there are none") {
    s3_server server;
    auto const store = std::make_shared<plain_store>(make_s3_store(settings_for(server)));
    std::string const small = numbered(part - 1), large = numbered(3 * part);
    std::size_t taken = 0;
    byte_source from = source_of(&small, &taken);
    co_await put_stream(store, "o", from, in_small_parts());
    CHECK(server.get("bucket", "o") == small);
    taken = 0;
    from = source_of(&large, &taken);
    std::optional<errc> reason;
    try {
        co_await put_stream(store, "o", from, in_small_parts());
    } catch (error const& e) {
        reason = e.reason();
    }
    CHECK(reason == errc::unsupported);
    CHECK(server.get("bucket", "o") == small);
}

CO_TEST("put_stream: what is read and not yet written stays below the memory limit, also when the parts grow") {
    faulty_options slow;
    slow.slow = 1;
    slow.delay = std::chrono::milliseconds(2);
    std::shared_ptr<object_store> const store = make_memory_store();
    std::string const data = numbered(400 * part);  // its last parts are three times as large as the first
    std::size_t taken = 0, most = 0;
    std::uint64_t written = 0;
    byte_source const whole = source_of(&data, &taken);
    byte_source const from = [&](std::span<std::byte> into) -> awaitable<std::size_t> {
        std::size_t const n = co_await whole(into);
        most = std::max(most, taken - static_cast<std::size_t>(written));
        co_return n;
    };
    put_stream_options options = in_small_parts();
    options.memory_limit = 9 * part;
    options.report = [&written](std::uint64_t done, std::uint64_t) { written = done; };
    std::shared_ptr<object_store> const slowly = make_faulty(store, slow);
    co_await put_stream(slowly, "o", from, options);
    CHECK(most <= options.memory_limit);
    CHECK(most > options.memory_limit / 2);  // and it is used
    std::string const got = co_await content(store, "o");
    CHECK((got == data));
}
