// Every operation of an Azure store, broken off, cancelled and abandoned at each of its steps.
#include "support/abandon.hpp"
#include "stream/s3/fixture.hpp"

#include <sluice/async/task_group.hpp>
#include <sluice/operations.hpp>
#include <sluice/upload.hpp>

using namespace sluice;
using namespace sluice::test;

namespace {

using store_pointer = std::shared_ptr<object_store>;

/// Over "k", which is "old" before, and "old" or `data` whatever happens.
story azure_story(std::string name, std::string data) {
    story s;
    s.name = "azure: " + std::move(name);
    s.at = cloud::azure;
    s.operations = 4;
    s.several = true;
    s.before = [](scenery& at) {
        at.put("k", "old");
        at.put("other", "bystander");
    };
    s.always = [data](scenery const& at) {
        std::string const now = at.get("k").value_or("nothing");
        CHECK((now == "old" || now == data));
        CHECK(at.get("other") == "bystander");
    };
    return s;
}

}  // namespace

TEST_CASE("abandon: azure: head, reads and streams") {
    std::string const data = pattern(3000);
    story s = azure_story("reads", data);
    s.before = [data](scenery& at) {
        at.put("k", data);
        at.put("other", "bystander");
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
    abandon(s);
}

TEST_CASE("abandon: azure: put over an object") {
    std::string const data = pattern(3000);
    story s = azure_story("put", data);
    s.tell = [data](store_pointer store) -> awaitable<void> {
        put_result const put = co_await store->put("k", payload(data));
        CHECK_FALSE(put.etag.empty());
    };
    abandon(s);
}

TEST_CASE("abandon: azure: create-only, and compare and swap") {
    story s = azure_story("create", "fresh");
    s.exclusive = true;
    s.before = [](scenery& at) {
        at.remove("k");
        at.put("other", "bystander");
    };
    s.always = [](scenery const& at) {
        std::string const now = at.get("k").value_or("nothing");
        CHECK((now == "nothing" || now == "fresh"));
    };
    s.tell = [](store_pointer store) -> awaitable<void> {
        put_options options;
        options.create_only = true;
        put_result const put = co_await store->put("k", payload("fresh"), options);
        CHECK_FALSE(put.etag.empty());
    };
    abandon(s);

    story swap = azure_story("swap", "new");
    swap.exclusive = true;
    std::string etag;
    swap.before = [&etag](scenery& at) {
        at.put("other", "bystander");
        etag = at.put("k", "old");
    };
    swap.tell = [&etag](store_pointer store) -> awaitable<void> {
        put_options options;
        options.if_match = etag;
        put_result const put = co_await store->put("k", payload("new"), options);
        CHECK_FALSE(put.etag.empty());
    };
    abandon(swap);
}

TEST_CASE("abandon: azure: list, and remove several") {
    story s = azure_story("list and remove", "old");
    s.before = [](scenery& at) {
        at.put("k", "old");
        at.put("other", "bystander");
        at.put("r1", "x");
        at.put("r2", "x");
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
    abandon(s);
}

TEST_CASE("abandon: azure: an upload in blocks, written side by side") {
    std::string const data = pattern(3000);
    story s = azure_story("upload", data);
    s.completes = true;
    s.tell = [data](store_pointer store) -> awaitable<void> {
        upload up = co_await store->create_upload("k");
        auto const all = [&](async::task_group& group) -> awaitable<void> {
            for (unsigned i = 0; i < 3; ++i) {
                part_place const where{i + 1, i * std::uint64_t{1000}};
                group.spawn([&up, &data, where]() -> awaitable<void> {
                    co_await up.write(where, payload(data.substr(static_cast<std::size_t>(where.offset), 1000)));
                });
            }
            co_return;
        };
        co_await async::with_task_group(all);
        put_result const put = co_await up.complete();
        CHECK_FALSE(put.etag.empty());
    };
    abandon(s);
}

TEST_CASE("abandon: azure: a copy that takes the service its time") {
    std::string const data = pattern(500);
    story s = azure_story("copy", data);
    s.before = [data](scenery& at) {
        at.put("k", "old");
        at.put("from", data);
        at.put("other", "bystander");
    };
    s.exclusive = false;
    s.tell = [data](store_pointer store) -> awaitable<void> {
        copied const done = co_await store->copy("from", "k");
        CHECK(done.object.size == data.size());
        CHECK_FALSE(done.put.etag.empty());
    };
    abandon(s);
}
