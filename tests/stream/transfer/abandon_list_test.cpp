// Listings at several places at once, and copies in parts, broken off, cancelled and abandoned at each step.
#include "stream/s3/fixture.hpp"
#include "support/abandon.hpp"

#include <sluice/listing.hpp>
#include <sluice/operations.hpp>
#include <sluice/wrap/prefixed.hpp>

#include <algorithm>

using namespace sluice;
using namespace sluice::test;

namespace {

constexpr std::size_t part = 5u << 20;  // the smallest that S3 takes

}  // namespace

TEST_CASE("abandon: copy_object, in parts that are read and written side by side") {
    std::string const data = pattern(part + 9);
    story s;
    s.name = "copy in parts";
    s.completes = s.large = true;
    s.thinned = 25;
    s.operations = 6;
    s.before = [&data](scenery& at) {
        at.s3.put("bucket", "from", data);
        at.s3.put("bucket", "k", "old");
    };
    s.always = [&data](scenery const& at) {
        CHECK(at.s3.get("bucket", "from") == data);
        std::string const now = at.s3.get("bucket", "k").value_or("");
        CHECK((now == "old" || now == data));
    };
    s.tell = [&data](std::shared_ptr<object_store> store) -> awaitable<void> {
        copy_options options;
        options.read.threshold = options.read.part_size = part;
        options.read.parts_in_flight = 2;
        std::shared_ptr<object_store> const other = make_prefixed(store, "");  // to which the bytes must pass through here
        copied const done = co_await copy_object(store, "from", other, "k", options);
        CHECK(done.object.size == data.size());
    };
    abandon(s);
}

TEST_CASE("abandon: exists, for what is there and what is not") {
    story s;
    s.name = "exists";
    s.several = true;
    s.operations = 2;
    s.before = [](scenery& at) { at.s3.put("bucket", "from", "x"); };
    s.tell = [](std::shared_ptr<object_store> store) -> awaitable<void> {
        bool const there = co_await exists(store, "from");
        CHECK(there);
        bool const missing = co_await exists(store, "missing");
        CHECK_FALSE(missing);
    };
    abandon(s);
}

namespace {

constexpr std::size_t key_count = 23;

story listing(std::string name) {
    story s;
    s.name = std::move(name);
    s.service.page_limit = 5;
    s.operations = 8;
    s.before = [](scenery& at) {
        for (std::size_t i = 0; i < key_count; ++i) at.s3.put("bucket", "k/" + std::to_string(100 + 37 * i), "x");
    };
    return s;
}

}  // namespace

TEST_CASE("abandon: list_sharded") {
    story s = listing("list_sharded");
    s.thinned = 4;
    s.tell = [](std::shared_ptr<object_store> store) -> awaitable<void> {
        sharded_list_options options;
        options.in_flight = 3;
        std::vector<std::string> keys;
        page_visitor const visit = [&keys](list_page page) -> awaitable<bool> {
            for (object_meta const& one : page.objects) keys.push_back(one.key);
            co_return true;
        };
        co_await list_sharded(store, "k/", options, visit);
        CHECK(keys.size() == key_count);
        CHECK(std::ranges::is_sorted(keys));
    };
    abandon(s);
}

TEST_CASE("abandon: object_lister goes on where it was, key by key") {
    story s = listing("object_lister");
    s.thinned = 2;
    s.several = true;
    s.tell = [](std::shared_ptr<object_store> store) -> awaitable<void> {
        object_lister keys(store, "k/");
        std::size_t n = 0;
        for (;;) {
            std::optional<object_meta> const one = co_await keys.next();
            if (!one) break;
            ++n;
        }
        CHECK(n == key_count);
    };
    abandon(s);
}
