// Copies, uploads that create, and what a bucket has of its own: broken off, cancelled and abandoned at each step.
#include "stream/s3/fixture.hpp"
#include "support/abandon.hpp"

#include <sluice/async/shield.hpp>
#include <sluice/s3_bucket.hpp>

#include <exception>
#include <functional>

using namespace sluice;
using namespace sluice::test;

namespace {

/// Does `work` to an upload, which is aborted when that fails, as whoever begins one should.
awaitable<void> with_upload(std::shared_ptr<object_store> store, object_key where, put_options options,
                            std::function<awaitable<void>(upload)> work) {
    upload begun = co_await store->create_upload(where, options);
    std::exception_ptr failed;
    try {
        co_await work(begun);
    } catch (...) {
        failed = std::current_exception();
    }
    if (!failed) co_return;
    co_await boost::asio::this_coro::throw_if_cancelled(false);
    auto const abort = [&begun]() -> awaitable<void> {
        try {
            co_await begun.abort();
        } catch (error const&) {  // the service cannot be told
        }
    };
    co_await async::shield(abort);
    std::rethrow_exception(failed);
}

}  // namespace

TEST_CASE("abandon: an upload that creates, and nothing else") {
    story s;
    s.name = "creating upload";
    s.exclusive = s.several = true;
    s.operations = 6;
    s.before = [](scenery& at) { at.s3.remove("bucket", "k"); };
    s.always = [](scenery const& at) { CHECK(at.s3.get("bucket", "k").value_or("fresh") == "fresh"); };
    s.tell = [](std::shared_ptr<object_store> store) -> awaitable<void> {
        put_options options;
        options.create_only = true;
        std::function<awaitable<void>(upload)> const work = [](upload to) -> awaitable<void> {
            payload data("fresh");
            co_await to.write(part_place(), std::move(data));
            co_await to.complete();
        };
        co_await with_upload(store, "k", options, work);
    };
    abandon(s);
}

TEST_CASE("abandon: a copy within the service") {
    story s;
    s.name = "copy by the store";
    s.operations = 3;
    s.before = [](scenery& at) {
        at.s3.put("bucket", "k", "data");
        at.s3.put("bucket", "copy", "old");
    };
    s.always = [](scenery const& at) {
        CHECK(at.s3.get("bucket", "k") == "data");
        std::string const now = at.s3.get("bucket", "copy").value_or("");
        CHECK((now == "old" || now == "data"));
    };
    s.tell = [](std::shared_ptr<object_store> store) -> awaitable<void> {
        copied const done = co_await store->copy("k", "copy");
        CHECK(done.object.size == 4);
    };
    abandon(s);
}

TEST_CASE("abandon: a copy in parts, within the service") {
    story s;
    s.name = "copy in parts";
    s.completes = true;
    s.operations = 6;
    s.large = true;
    s.thinned = 12;
    std::string const data = pattern((5u << 20) + 7);
    s.before = [&data](scenery& at) {
        at.s3.put("bucket", "k", data);
        at.s3.put("bucket", "copy", "old");
    };
    s.always = [&data](scenery const& at) {
        CHECK(at.s3.get("bucket", "k") == data);
        std::string const now = at.s3.get("bucket", "copy").value_or("");
        CHECK((now == "old" || now == data));
    };
    s.tell = [&data](std::shared_ptr<object_store> store) -> awaitable<void> {
        store_copy_options options;
        options.part_size = 5u << 20;
        copied const done = co_await store->copy("k", "copy", options);
        CHECK(done.object.size == data.size());
    };
    abandon(s);
}

namespace {

/// What a bucket's own operations are done with.
story of_bucket(std::string name, std::shared_ptr<s3_bucket>& bucket) {
    story s;
    s.name = std::move(name);
    s.before = [](scenery& at) { at.s3.put("bucket", "k", "data"); };
    s.always = [](scenery const& at) { CHECK(at.s3.get("bucket", "k") == "data"); };
    s.open = [&bucket](scenery&, s3_settings const& settings) {
        bucket = std::make_shared<s3_bucket>(settings);
        return make_s3_store(settings);
    };
    return s;
}

}  // namespace

TEST_CASE("abandon: open uploads are found, measured and thrown away") {
    std::shared_ptr<s3_bucket> bucket;
    story s = of_bucket("open uploads", bucket);
    s.several = true;
    s.operations = 8;
    s.tell = [&bucket](std::shared_ptr<object_store> store) -> awaitable<void> {
        std::function<awaitable<void>(upload)> const work = [&bucket](upload left) -> awaitable<void> {
            std::vector<open_upload> const all = co_await bucket->uploads("left");
            CHECK(all.size() >= 1);
            upload_size const holds = co_await bucket->size_of_upload("left", left.id());
            CHECK(holds.parts == 0);
            co_await bucket->abort_upload("left", left.id());
        };
        put_options const options;
        co_await with_upload(store, "left", options, work);
    };
    abandon(s);
}

TEST_CASE("abandon: tags are set and read") {
    std::shared_ptr<s3_bucket> bucket;
    story s = of_bucket("tags", bucket);
    s.several = true;
    s.operations = 2;
    s.tell = [&bucket](std::shared_ptr<object_store>) -> awaitable<void> {
        object_tags const wanted{{"team", "a&b"}};
        co_await bucket->set_tags("k", wanted);
        object_tags const told = co_await bucket->tags("k");
        CHECK(told == wanted);
    };
    abandon(s);
}

TEST_CASE("abandon: a bucket is seen, and told where it is") {
    std::shared_ptr<s3_bucket> bucket;
    story s = of_bucket("head of bucket", bucket);
    s.several = true;
    s.operations = 3;
    s.tell = [&bucket](std::shared_ptr<object_store>) -> awaitable<void> {
        std::string const region = co_await bucket->head();
        CHECK(region == "us-east-1");
        std::string const location = co_await bucket->location();
        CHECK(location == "us-east-1");
    };
    abandon(s);
}

TEST_CASE("abandon: all buckets are listed, page by page") {
    s3_settings settings;
    story s;
    s.name = "buckets";
    s.service.page_limit = 1;
    s.service.buckets = {"bucket", "other"};
    s.operations = 2;
    s.open = [&settings](scenery&, s3_settings given) {
        settings = std::move(given);
        return make_s3_store(settings);
    };
    s.tell = [&settings](std::shared_ptr<object_store>) -> awaitable<void> {
        std::vector<listed_bucket> const all = co_await list_buckets(settings);
        CHECK(all.size() == 2);
    };
    abandon(s);
}
