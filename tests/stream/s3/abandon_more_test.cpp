// Uploads in parts, presigned objects, wrapped stores and TLS: broken off, cancelled and abandoned at each of their steps.
#include "stream/s3/fixture.hpp"
#include "support/abandon.hpp"
#include "support/certificates.hpp"

#include <sluice/async/shield.hpp>
#include <sluice/async/task_group.hpp>
#include <sluice/open.hpp>
#include <sluice/operations.hpp>
#include <sluice/s3_bucket.hpp>
#include <sluice/upload.hpp>
#include <sluice/wrap/faulty.hpp>
#include <sluice/wrap/limited.hpp>
#include <sluice/wrap/observed.hpp>
#include <sluice/wrap/prefixed.hpp>

using namespace sluice;
using namespace sluice::test;

namespace {

constexpr std::size_t part_size = 5u << 20;  // the least

/// Over "k", which is "old" before, and "old" or `data` whatever happens.
story over(std::string name, std::string data) {
    story s;
    s.name = std::move(name);
    s.operations = 6;
    s.several = true;
    s.before = [](scenery& at) { at.s3.put("bucket", "k", "old"); };
    s.always = [data](scenery const& at) {
        std::string const now = at.s3.get("bucket", "k").value_or("nothing");
        CHECK((now == "old" || now == data));
    };
    return s;
}

/// Reads "k" whole and in a range, and heads it.
awaitable<void> look_at(std::shared_ptr<object_store> store, object_key key, std::string data) {
    object_meta const about = co_await store->head(key);
    CHECK(about.size == data.size());
    poisoned into(600);
    read_result const got = co_await store->read(key, byte_range::bounded(100, 500), into.span());
    CHECK(got.range == resolved_range{100, 500});
    CHECK(into.text(500) == data.substr(100, 500));
    whole_object const all = co_await get_all(store, key);
    CHECK(all.data.text() == data);
}

}  // namespace

TEST_CASE("abandon: an upload in parts, written side by side") {
    std::string const data = pattern(part_size + 10);
    story s = over("upload", data);
    s.thinned = 5;
    s.large = s.completes = true;
    s.tell = [data](std::shared_ptr<object_store> store) -> awaitable<void> {
        upload up = co_await store->create_upload("k");
        auto const all = [&](async::task_group& group) -> awaitable<void> {
            for (unsigned i = 0; i < 2; ++i) {
                group.spawn([&up, &data, i]() -> awaitable<void> {
                    part_place where;
                    where.number = i + 1;
                    where.offset = i * part_size;
                    payload part(data.substr(where.offset, part_size));
                    co_await up.write(where, std::move(part));
                });
            }
            co_return;
        };
        std::exception_ptr failed;
        try {
            co_await async::with_task_group(all);
            co_await up.complete();
        } catch (...) {
            failed = std::current_exception();
        }
        if (failed) {
            co_await boost::asio::this_coro::throw_if_cancelled(false);
            auto const clean_up = [&up]() -> awaitable<void> { co_await up.abort(); };
            co_await async::shield(clean_up);
            std::rethrow_exception(failed);
        }
    };
    abandon(s);
}

TEST_CASE("abandon: put_stream in parts") {
    std::string const data = pattern(part_size + 10);
    story s = over("put_stream", data);
    s.thinned = 5;
    s.large = s.completes = true;
    s.tell = [data](std::shared_ptr<object_store> store) -> awaitable<void> {
        std::size_t given = 0;
        byte_source const from = [&](std::span<std::byte> into) -> awaitable<std::size_t> {
            std::size_t const n = std::min({into.size(), data.size() - given, std::size_t{1u << 20}});
            std::memcpy(into.data(), data.data() + given, n);
            given += n;
            co_return n;
        };
        put_stream_options options;
        options.part_size = part_size;
        put_result const put = co_await put_stream(store, "k", from, options);
        CHECK_FALSE(put.etag.empty());
    };
    abandon(s);
}

TEST_CASE("abandon: presigned URLs") {
    std::string const data = pattern(1200);
    for (bool const reads : {true, false}) {
        story s = over(reads ? "presigned read" : "presigned put", data);
        if (reads) s.before = [data](scenery& at) { at.s3.put("bucket", "k", data); };
        s.open = [reads](scenery& at, s3_settings settings) {
            std::string url;
            auto const sign = [&]() -> awaitable<void> {
                presign_options options;
                options.expires = std::chrono::hours(100);
                options.method = reads ? "GET" : "PUT";
                s3_bucket const bucket(settings);
                url = co_await bucket.presign("k", options);
            };
            at.world.run(sign);
            open_settings all;
            all.s3 = settings;
            return open(url, all).store;
        };
        s.tell = [data, reads](std::shared_ptr<object_store> store) -> awaitable<void> {
            if (reads) {
                co_await look_at(store, "bucket/k", data);
            } else {
                put_result const put = co_await store->put("bucket/k", payload(data));
                CHECK_FALSE(put.etag.empty());
            }
        };
        abandon(s);
    }
}

TEST_CASE("abandon: through every wrapper") {
    std::string const data = pattern(1200);
    story s = over("wrapped", data);
    s.thinned = 2;
    s.before = [data](scenery& at) {
        at.s3.put("bucket", "k", "old");
        at.s3.put("bucket", "in/here", data);
    };
    s.open = [](scenery&, s3_settings settings) {
        std::shared_ptr<object_store> store = make_s3_store(settings);
        store = make_faulty(store, faulty_options());
        store = make_observed(store, [](observation const&) {});
        store = make_limited(store, limited_options());
        return make_prefixed(store, "in/");
    };
    s.tell = [data](std::shared_ptr<object_store> store) -> awaitable<void> {
        co_await look_at(store, "here", data);
        co_await store->put("there", payload("small"));
        list_page const page = co_await store->list("");
        CHECK(page.objects.size() == 2);
        std::vector<object_key> const keys(1, "there");
        remove_report const report = co_await store->remove(keys);
        throw_refusals(report);
        CHECK(report.removed == 1);
    };
    abandon(s);
}

TEST_CASE("abandon: over TLS, handshakes included") {
    std::string const data = pattern(1200);
    identity const root = make_authority();
    certificate_wish wish("DNS:s3.test");
    wish.rsa_bits = 2048;
    identity const server = make_certificate(wish, &root);
    temporary_file const trusted(root.certificate_pem());
    story s = over("tls", data);
    s.thinned = 2;
    s.service.certificate_pem = server.certificate_pem();
    s.service.key_pem = server.key_pem();
    s.before = [data](scenery& at) { at.s3.put("bucket", "k", data); };
    s.open = [&trusted](scenery&, s3_settings settings) {
        settings.ca_file = trusted.path();
        return make_s3_store(settings);
    };
    s.tell = [data](std::shared_ptr<object_store> store) -> awaitable<void> {
        co_await store->put("k", payload(data));
        co_await look_at(store, "k", data);
    };
    abandon(s);
}
