#include "stream/clouds/stories.hpp"

#include "stream/s3/fixture.hpp"

#include <sluice/async/shield.hpp>
#include <sluice/async/task_group.hpp>
#include <sluice/operations.hpp>
#include <sluice/upload.hpp>

#include <boost/asio/this_coro.hpp>

#include <exception>
#include <memory>
#include <utility>
#include <vector>

namespace sluice::test {

namespace {

using store_pointer = std::shared_ptr<object_store>;

char const* name_of(cloud const at) noexcept { return at == cloud::azure ? "azure: " : at == cloud::gcs ? "gcs: " : "s3: "; }

/// Writes the parts side by side, and makes them the object; throws them away when that fails.
awaitable<void> write_parts(upload up, std::string data) {
    auto const all = [&](async::task_group& group) -> awaitable<void> {
        for (unsigned i = 0; i < 3; ++i) {
            part_place const where{i + 1, i * std::uint64_t{1000}};
            group.spawn([&up, &data, where]() -> awaitable<void> {
                co_await up.write(where, payload(data.substr(static_cast<std::size_t>(where.offset), 1000)));
            });
        }
        co_return;
    };
    std::exception_ptr failed;
    try {
        co_await async::with_task_group(all);
        put_result const put = co_await up.complete();
        CHECK_FALSE(put.etag.empty());
    } catch (...) {
        failed = std::current_exception();
    }
    if (!failed) co_return;
    co_await boost::asio::this_coro::throw_if_cancelled(false);
    auto const clean_up = [&up]() -> awaitable<void> { co_await up.abort(); };
    co_await async::shield(clean_up);
    std::rethrow_exception(failed);
}

}  // namespace

story cloud_story(cloud const at, std::string name, std::string data) {
    story s;
    s.name = name_of(at) + std::move(name);
    s.at = at;
    s.operations = 4;
    s.several = true;
    s.before = [](scenery& here) {
        here.put("k", "old");
        here.put("other", "bystander");
    };
    s.always = [data](scenery const& here) {
        std::string const now = here.get("k").value_or("nothing");
        CHECK((now == "old" || now == data));
        CHECK(here.get("other") == "bystander");
    };
    return s;
}

story reads_of(cloud const at) {
    std::string const data = pattern(3000);
    story s = cloud_story(at, "reads", data);
    s.before = [data](scenery& here) {
        here.put("k", data);
        here.put("other", "bystander");
    };
    s.tell = [data](store_pointer store) -> awaitable<void> {
        object_meta const about = co_await store->head("k");
        CHECK(about.size == 3000);
        poisoned into(2010);
        read_result const got = co_await store->read("k", byte_range::bounded(1000, 2000), into.span());
        CHECK(got.range == resolved_range{1000, 2000});
        CHECK(into.text(2000) == data.substr(1000, 2000));
        CHECK(into.untouched_from(2000));
        poisoned tail(10);
        co_await store->read("k", byte_range::last(10), tail.span());
        CHECK(tail.text(10) == data.substr(2990));
        body_reader body = co_await store->get("k");
        std::string came;
        for (;;) {
            poisoned piece(700);
            std::size_t const n = co_await body.read_some(piece.span());
            if (n == 0) break;
            came += piece.text(n);
        }
        CHECK(came == data);
    };
    return s;
}

story put_of(cloud const at, std::string name, std::string data) {
    story s = cloud_story(at, std::move(name), data);
    s.tell = [data](store_pointer store) -> awaitable<void> {
        put_result const put = co_await store->put("k", payload(data));
        CHECK_FALSE(put.etag.empty());
    };
    return s;
}

story create_of(cloud const at) {
    story s = cloud_story(at, "create", "fresh");
    s.exclusive = true;
    s.before = [](scenery& here) {
        here.remove("k");
        here.put("other", "bystander");
    };
    s.always = [](scenery const& here) {
        std::string const now = here.get("k").value_or("nothing");
        CHECK((now == "nothing" || now == "fresh"));
    };
    s.tell = [](store_pointer store) -> awaitable<void> {
        put_options options;
        options.create_only = true;
        put_result const put = co_await store->put("k", payload("fresh"), options);
        CHECK_FALSE(put.etag.empty());
    };
    return s;
}

story swap_of(cloud const at) {
    story swap = cloud_story(at, "swap", "new");
    swap.exclusive = true;
    auto const etag = std::make_shared<std::string>();
    swap.before = [etag](scenery& here) {
        here.put("other", "bystander");
        *etag = here.put("k", "old");
    };
    swap.tell = [etag](store_pointer store) -> awaitable<void> {
        put_options options;
        options.if_match = *etag;
        put_result const put = co_await store->put("k", payload("new"), options);
        CHECK_FALSE(put.etag.empty());
    };
    return swap;
}

story list_and_remove_of(cloud const at) {
    story s = cloud_story(at, "list and remove", "old");
    s.before = [](scenery& here) {
        here.put("k", "old");
        here.put("other", "bystander");
        here.put("r1", "x");
        here.put("r2", "x");
    };
    s.tell = [](store_pointer store) -> awaitable<void> {
        list_page const page = co_await store->list("r");
        REQUIRE(page.objects.size() == 2);
        CHECK(page.objects[0].key == "r1");
        CHECK(page.next.empty());
        std::vector<object_key> const keys{"r1", "r2", "never was"};
        remove_report const report = co_await store->remove(keys);
        throw_refusals(report);
        CHECK(report.removed == 3);
    };
    return s;
}

story upload_of(cloud const at) {
    std::string const data = pattern(3000);
    story s = cloud_story(at, "upload", data);
    s.completes = true;
    s.tell = [data](store_pointer store) -> awaitable<void> {
        upload up = co_await store->create_upload("k");
        co_await write_parts(up, data);
    };
    return s;
}

story copy_of(cloud const at) {
    std::string const data = pattern(500);
    story s = cloud_story(at, "copy", data);
    s.before = [data](scenery& here) {
        here.put("k", "old");
        here.put("from", data);
        here.put("other", "bystander");
    };
    s.tell = [data](store_pointer store) -> awaitable<void> {
        copied const done = co_await store->copy("from", "k");
        CHECK(done.object.size == data.size());
        CHECK_FALSE(done.put.etag.empty());
    };
    return s;
}

}  // namespace sluice::test
