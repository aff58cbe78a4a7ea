// Every operation of the store, broken off, cancelled and abandoned at each of its steps.
#include "support/abandon.hpp"
#include "stream/s3/fixture.hpp"

using namespace sluice;
using namespace sluice::test;

namespace {

story on(std::string name, std::string data) {
    story s;
    s.name = std::move(name);
    s.before = [data](scenery& at) {
        at.s3.put("bucket", "k", data);
        at.s3.put("bucket", "other", "bystander");
    };
    s.always = [data](scenery const& at) {
        CHECK(at.s3.get("bucket", "k") == data);
        CHECK(at.s3.get("bucket", "other") == "bystander");
    };
    return s;
}

}  // namespace

TEST_CASE("abandon: head") {
    story s = on("head", "0123456789");
    s.tell = [](std::shared_ptr<object_store> store) -> awaitable<void> {
        object_meta const about = co_await store->head("k");
        CHECK(about.size == 10);
        CHECK_FALSE(about.etag.empty());
    };
    abandon(s);
}

TEST_CASE("abandon: head of what is not there") {
    story s = on("head of nothing", "x");
    s.tell = [](std::shared_ptr<object_store> store) -> awaitable<void> {
        errc reason{};
        try {
            co_await store->head("missing");
        } catch (error const& e) {
            if (e.reason() != errc::not_found) throw;
            reason = e.reason();
        }
        CHECK(reason == errc::not_found);
    };
    abandon(s);
}

TEST_CASE("abandon: read a range") {
    std::string const data = pattern(5000);
    story s = on("read", data);
    s.tell = [data](std::shared_ptr<object_store> store) -> awaitable<void> {
        poisoned into(2010);
        read_result const got = co_await store->read("k", byte_range::bounded(1000, 2000), into.span());
        CHECK(got.range == resolved_range{1000, 2000});
        CHECK(into.text(2000) == data.substr(1000, 2000));
        CHECK(into.untouched_from(2000));
    };
    abandon(s);
}

TEST_CASE("abandon: get as a stream") {
    std::string const data = pattern(3000);
    story s = on("get", data);
    s.several = true;
    s.tell = [data](std::shared_ptr<object_store> store) -> awaitable<void> {
        body_reader body = co_await store->get("k");
        std::string came;
        for (;;) {
            poisoned into(700);
            std::size_t const n = co_await body.read_some(into.span());
            if (n == 0) break;
            came += into.text(n);
        }
        CHECK(came == data);
    };
    abandon(s);
}

TEST_CASE("abandon: get, and drop the reader early") {
    story s = on("get a little", pattern(3000));
    s.several = true;
    s.tell = [](std::shared_ptr<object_store> store) -> awaitable<void> {
        body_reader body = co_await store->get("k");
        poisoned into(10);
        std::size_t const n = co_await body.read_all(into.span());
        CHECK(n == 10);
        CHECK(into.text(10) == pattern(3000).substr(0, 10));
    };
    abandon(s);
}

namespace {

story put_story(std::string name, std::string old, std::string data) {
    story s;
    s.name = std::move(name);
    s.before = [old](scenery& at) {
        at.s3.put("bucket", "other", "bystander");
        if (old.empty())
            at.s3.remove("bucket", "k");
        else
            at.s3.put("bucket", "k", old);
    };
    s.always = [old, data](scenery const& at) {
        std::string const now = at.s3.get("bucket", "k").value_or("");
        CHECK((now == old || now == data));
        CHECK(at.s3.get("bucket", "other") == "bystander");
    };
    return s;
}

}  // namespace

TEST_CASE("abandon: put over an object") {
    std::string const data = pattern(3000);
    story s = put_story("put", "old", data);
    s.tell = [data](std::shared_ptr<object_store> store) -> awaitable<void> {
        std::vector<bytes> const pieces{bytes::copy_of(data.substr(0, 1000)), bytes::copy_of(data.substr(1000))};
        put_result const put = co_await store->put("k", payload(pieces));
        CHECK_FALSE(put.etag.empty());
    };
    abandon(s);
}

TEST_CASE("abandon: put that asks whether its body is wanted") {
    std::string const data = pattern(3000);
    story s = put_story("asking put", "old", data);
    s.open = [](scenery&, s3_settings settings) {
        settings.expect_continue_above = 0;
        return make_s3_store(settings);
    };
    s.tell = [data](std::shared_ptr<object_store> store) -> awaitable<void> {
        put_result const put = co_await store->put("k", payload(data));
        CHECK_FALSE(put.etag.empty());
    };
    abandon(s);
}

TEST_CASE("abandon: put create-only") {
    story s = put_story("create", "", "fresh");
    s.exclusive = true;
    s.tell = [](std::shared_ptr<object_store> store) -> awaitable<void> {
        put_options options;
        options.create_only = true;
        put_result const put = co_await store->put("k", payload("fresh"), options);
        CHECK_FALSE(put.etag.empty());
    };
    abandon(s);
}

TEST_CASE("abandon: compare and swap") {
    story s = put_story("swap", "old", "new");
    s.exclusive = true;
    std::string etag;
    s.before = [&etag](scenery& at) {
        at.s3.put("bucket", "other", "bystander");
        etag = at.s3.put("bucket", "k", "old");
    };
    s.tell = [&etag](std::shared_ptr<object_store> store) -> awaitable<void> {
        put_options options;
        options.if_match = etag;
        put_result const put = co_await store->put("k", payload("new"), options);
        CHECK_FALSE(put.etag.empty());
    };
    abandon(s);
}

TEST_CASE("abandon: list") {
    story s = on("list", "0123456789");
    s.tell = [](std::shared_ptr<object_store> store) -> awaitable<void> {
        list_page const page = co_await store->list("");
        REQUIRE(page.objects.size() == 2);
        CHECK(page.objects[0].key == "k");
        CHECK(page.objects[0].size == 10);
        CHECK(page.objects[1].key == "other");
        CHECK(page.next.empty());
    };
    abandon(s);
}

namespace {

story remove_story(std::vector<object_key> keys) {
    story s;
    s.name = "remove " + std::to_string(keys.size());
    s.before = [keys](scenery& at) {
        at.s3.put("bucket", "other", "bystander");
        for (object_key const& key : keys) at.s3.put("bucket", key, key);
    };
    s.always = [](scenery const& at) { CHECK(at.s3.get("bucket", "other") == "bystander"); };
    s.tell = [keys](std::shared_ptr<object_store> store) -> awaitable<void> {
        remove_report const report = co_await store->remove(keys);
        throw_refusals(report);
        CHECK(report.removed == keys.size());
    };
    return s;
}

}  // namespace

TEST_CASE("abandon: remove one, and several") {
    for (std::vector<object_key> const& keys : {std::vector<object_key>{"a"}, std::vector<object_key>{"a", "b", "c"}})
        abandon(remove_story(keys));
}
