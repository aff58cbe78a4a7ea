#include "support/co_test.hpp"
#include "support/plain_store.hpp"
#include "support/s3_place.hpp"

#include <sluice/async/deadline.hpp>
#include <sluice/memory.hpp>
#include <sluice/operations.hpp>
#include <sluice/wrap/observed.hpp>

#include <atomic>
#include <mutex>
#include <set>

using namespace sluice;
using namespace sluice::test;
using sluice::testing::s3_fault;
using sluice::testing::s3_request_view;
using sluice::testing::s3_server;

namespace {

constexpr std::size_t part = 1000;

std::string numbered(std::size_t size) {
    std::string data(size, '\0');
    for (std::size_t i = 0; i < size; ++i) data[i] = static_cast<char>((i * 131 + i / 251) & 0xff);
    return data;
}

copy_options in_small_parts() {
    copy_options options;
    options.read.threshold = options.read.part_size = part;
    options.read.parts_in_flight = 3;
    return options;
}

awaitable<std::string> content(std::shared_ptr<object_store> store, object_key key) {
    whole_object const object = co_await get_all(store, key);
    co_return std::string(object.data.text());
}

awaitable<errc> reason_of_copy(std::shared_ptr<object_store> from, std::shared_ptr<object_store> to, copy_options options) {
    try {
        co_await copy_object(from, "o", to, "copy", options);
    } catch (error const& e) {
        co_return e.reason();
    }
    co_return errc{};
}

std::optional<s3_fault> denied() {
    s3_fault fault;
    fault.status = 403;
    fault.code = "AccessDenied";
    return fault;
}

}  // namespace

CO_TEST("copy: sizes around the part size arrive whole, small ones in one request") {
    s3_server server;
    std::shared_ptr<object_store> const from = make_s3_store(settings_for(server)), to = make_memory_store();
    for (std::size_t const size :
         {std::size_t{0}, std::size_t{1}, part - 1, part, part + 1, 3 * part - 1, 3 * part, 3 * part + 1, 20 * part + 7}) {
        std::string const data = numbered(size);
        server.put("bucket", "o", data);
        server.reset_counts();
        std::uint64_t told = 0;
        copy_options options = in_small_parts();
        options.report = [&](std::uint64_t done, std::uint64_t total) {
            told = std::max(told, done);
            CHECK(total == size);
        };
        copied const done = co_await copy_object(from, "o", to, "copy", options);
        CHECK(done.object.size == size);
        CHECK(done.resumed == 0);
        CHECK(told == size);
        std::string const got = co_await content(to, "copy");
        CHECK_MESSAGE((got == data), size);
        object_meta const about = co_await to->head("copy");
        CHECK(about.etag == done.put.etag);
        CHECK(server.counts().gets == (size + part - 1 + (size == 0 ? part : 0)) / part);
        CHECK(server.counts().heads == (size == 0));  // whose attributes the answer to a range does not tell
    }
}

CO_TEST("copy: attributes go along, and those given are preferred") {
    std::shared_ptr<object_store> const from = make_memory_store("a"), to = make_memory_store("b");
    put_options typed;
    typed.attributes.content_type = "text/x-source";
    payload data(numbered(5 * part));
    co_await from->put("o", std::move(data), typed);
    co_await copy_object(from, "o", to, "same", in_small_parts());
    object_meta const same = co_await to->head("same");
    CHECK(same.attributes.content_type == "text/x-source");
    copy_options options = in_small_parts();
    options.put.attributes.content_type = "text/x-given";
    co_await copy_object(from, "o", to, "given", options);
    object_meta const given = co_await to->head("given");
    CHECK(given.attributes.content_type == "text/x-given");
}

CO_TEST("copy: into a store without uploads it is one put") {
    s3_server server;
    std::shared_ptr<object_store> const from = make_memory_store();
    auto const to = std::make_shared<plain_store>(make_s3_store(settings_for(server)));
    std::string const text = numbered(7 * part + 3);
    payload data(text);
    co_await from->put("o", std::move(data));
    copied const done = co_await copy_object(from, "o", to, "copy", in_small_parts());
    CHECK(done.object.size == text.size());
    CHECK((server.get("bucket", "copy") == text));
    CHECK(server.counts().puts == 1);
}

CO_TEST("copy: a failure leaves what was there, and nothing of the copy") {
    s3_server server;
    std::shared_ptr<object_store> const from = make_s3_store(settings_for(server)), to = make_memory_store();
    server.put("bucket", "o", numbered(10 * part));
    payload old("old");
    co_await to->put("copy", old);
    server.on_request([](s3_request_view const& r) { return r.range == "bytes=7000-7999" ? denied() : std::nullopt; });
    errc const reason = co_await reason_of_copy(from, to, in_small_parts());
    CHECK(reason == errc::permission_denied);
    std::string const kept = co_await content(to, "copy");
    CHECK(kept == "old");
    server.on_request([](s3_request_view const&) { return std::nullopt; });
    copied const again = co_await copy_object(from, "o", to, "copy", in_small_parts());
    CHECK(again.resumed == 0);
}

CO_TEST("copy: what an interrupted copy left is gone on with, if the object is the same") {
    s3_server server;
    std::shared_ptr<object_store> const from = make_s3_store(settings_for(server)), to = make_memory_store();
    std::string const data = numbered(10 * part);
    server.put("bucket", "o", data);
    copy_options options = in_small_parts();
    options.read.parts_in_flight = 1;
    options.keep_partial = true;
    server.on_request([](s3_request_view const& r) { return r.range == "bytes=7000-7999" ? denied() : std::nullopt; });
    errc reason = co_await reason_of_copy(from, to, options);
    CHECK(reason == errc::permission_denied);
    server.on_request([](s3_request_view const&) { return std::nullopt; });
    server.reset_counts();
    copied const done = co_await copy_object(from, "o", to, "copy", options);
    CHECK(done.resumed == 6 * part);  // of the seven that were written the first is read again
    CHECK(server.counts().gets == 4);
    std::string const got = co_await content(to, "copy");
    CHECK((got == data));

    // Interrupted again, and now the object has changed meanwhile.
    server.on_request([](s3_request_view const& r) { return r.range == "bytes=7000-7999" ? denied() : std::nullopt; });
    reason = co_await reason_of_copy(from, to, options);
    CHECK(reason == errc::permission_denied);
    std::string const other = numbered(10 * part + 1).substr(1);
    server.put("bucket", "o", other);
    server.on_request([](s3_request_view const&) { return std::nullopt; });
    copied const fresh = co_await copy_object(from, "o", to, "copy", options);
    CHECK(fresh.resumed == 0);
    std::string const now = co_await content(to, "copy");
    CHECK((now == other));
}

CO_TEST("copy: an object that changes in between fails, and is never a mix") {
    s3_server server;
    std::shared_ptr<object_store> const from = make_s3_store(settings_for(server)), to = make_memory_store();
    server.put("bucket", "o", numbered(10 * part));
    std::atomic<bool> changed = false;
    server.on_request([&](s3_request_view const& r) -> std::optional<s3_fault> {
        if (r.range == "bytes=5000-5999" && !changed.exchange(true)) server.put("bucket", "o", numbered(10 * part + 1).substr(1));
        return std::nullopt;
    });
    errc const reason = co_await reason_of_copy(from, to, in_small_parts());
    CHECK(reason == errc::precondition_failed);
    bool const there = co_await exists(to, "copy");
    CHECK_FALSE(there);
}

CO_TEST("copy: as a single body it is one GET and one put, and a put that is sent again opens the object again") {
    s3_server server;
    std::shared_ptr<object_store> const from = make_memory_store(), to = make_s3_store(settings_for(server));
    std::string const text = numbered(700 * part + 3);
    payload data(text);
    co_await from->put("o", std::move(data));
    std::atomic<int> turned_away = 0;
    server.on_request([&](s3_request_view const&) -> std::optional<s3_fault> {
        if (turned_away.fetch_add(1) > 1) return std::nullopt;
        s3_fault fault;
        fault.status = 503;
        fault.code = "SlowDown";
        return fault;
    });
    copy_options options = in_small_parts();
    options.read.strategy = read_strategy::single;
    std::uint64_t told = 0;
    options.report = [&](std::uint64_t done, std::uint64_t) { told = done; };
    copied const done = co_await copy_object(from, "o", to, "copy", options);
    CHECK(done.object.size == text.size());
    CHECK(told == text.size());
    CHECK((server.get("bucket", "copy") == text));

    server.on_request([](s3_request_view const&) { return std::nullopt; });
    std::shared_ptr<object_store> const back = make_memory_store();
    server.reset_counts();
    co_await copy_object(to, "copy", back, "again", options);
    CHECK(server.counts().gets == 1);
    std::string const got = co_await content(back, "again");
    CHECK((got == text));
}

CO_TEST("copy: as a single body it needs no strong ETag; in parts it does") {
    s3_server server;
    std::shared_ptr<object_store> const from = make_s3_store(settings_for(server)), to = make_memory_store();
    server.put("bucket", "o", numbered(10 * part));
    server.on_request([](s3_request_view const&) {
        s3_fault fault;
        fault.headers.emplace_back("ETag", "W/\"weak\"");
        return std::optional(fault);
    });
    errc const reason = co_await reason_of_copy(from, to, in_small_parts());
    CHECK(reason == errc::protocol);
    copy_options options = in_small_parts();
    options.read.strategy = read_strategy::single;
    co_await copy_object(from, "o", to, "copy", options);
    std::string const got = co_await content(to, "copy");
    CHECK((got == numbered(10 * part)));
}

CO_TEST("copy: the parts of an upload are alike but for the last, as R2 wants them, though a service is read in smaller ones") {
    constexpr std::size_t mib = 1 << 20;
    s3_server server;
    server.put("bucket", "o", numbered(20 * mib));
    std::mutex mutex;
    std::multiset<std::uint64_t> sizes;
    auto const tell = [&](observation const& seen) {
        std::lock_guard const lock(mutex);
        if (seen.operation == "write part" && seen.attempt == 0) sizes.insert(seen.bytes);
    };
    std::shared_ptr<object_store> const from = make_s3_store(settings_for(server)), to = make_observed(make_memory_store(), tell);
    CHECK(from->can().reading.threshold < from->can().reading.part_size);
    co_await copy_object(from, "o", to, "copy");
    CHECK(sizes == std::multiset<std::uint64_t>{4 * mib, 8 * mib, 8 * mib});
    std::string const copied = co_await content(to, "copy");
    CHECK(copied == numbered(20 * mib));
}
