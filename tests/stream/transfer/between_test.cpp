// Copies between any two kinds of store, through this program.
#include "support/streams.hpp"

#include <sluice/sluice.hpp>
#include <sluice/testing/world_gcs.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <vector>

using namespace sluice;
using namespace sluice::testing;
using sluice::test::pattern;

namespace {

constexpr std::uint64_t part = 100'000;
constexpr std::size_t large = 11u << 20;  // S3 wants parts of 5 MiB

struct place {
    std::string name;
    std::shared_ptr<object_store> store;
    std::function<void(std::string key, std::string data)> replace;  ///< without requests; memory has no such thing
};

/// A world with a service of each kind, whose parts may be small.
class clouds {
public:
    clouds()
        : world_(1, surroundings()),
          s3_(world_.serve_s3("s3.test", small_parts())),
          azure_(world_.serve_azure()),
          gcs_(serve_gcs(world_)) {
        all_.push_back({"S3", make_s3_store(s3_.settings()), [this](auto key, auto data) { s3_.put("bucket", key, data); }});
        all_.push_back({"Azure", make_azure_store(azure_.settings()), [this](auto key, auto data) { azure_.put("container", key, data); }});
        all_.push_back({"Google", make_gcs_store(gcs_.settings()), [this](auto key, auto data) { gcs_.put("bucket", key, data); }});
        all_.push_back({"memory", make_memory_store(), {}});
    }

    std::vector<place> const& all() const noexcept { return all_; }
    testing::world& world() noexcept { return world_; }

private:
    static world_options surroundings() {
        world_options o;
        o.window = 16u << 20;
        return o;
    }
    static s3_server_options small_parts() {
        s3_server_options o;
        o.min_part_size = 1;
        return o;
    }

    testing::world world_;
    world_s3 s3_;
    world_azure azure_;
    world_gcs gcs_;
    std::vector<place> all_;
};

attributes some() {
    attributes a;
    a.content_type = "text/x-odd; charset=utf-8";
    a.content_language = "de";
    a.cache_control = "max-age=60";
    a.metadata = {{"colour", "blue"}, {"shape", "round"}};
    return a;
}

attributes sorted(attributes a) {
    std::ranges::sort(a.metadata);
    return a;
}

awaitable<void> make(std::shared_ptr<object_store> store, std::string key, std::string data) {
    put_options options;
    options.attributes = some();
    payload content(std::move(data));
    co_await store->put(std::move(key), std::move(content), std::move(options));
}

copy_options in_small_parts() {
    copy_options options;
    options.read.threshold = options.read.part_size = part;
    options.read.parts_in_flight = 3;
    return options;
}

}  // namespace

TEST_CASE("between: any store's object comes whole to any other, with content type, attributes and metadata, in one request or in parts") {
    clouds there;
    for (std::size_t const size : {std::size_t{0}, std::size_t{1}, std::size_t{1000}, std::size_t{part * 3 + 17}}) {
        std::string const data = pattern(size);
        for (place const& from : there.all())
            for (place const& to : there.all()) {
                if (from.store == to.store) continue;
                CAPTURE(from.name);
                CAPTURE(to.name);
                CAPTURE(size);
                there.world().run([&]() -> awaitable<void> {
                    co_await make(from.store, "from", data);
                    copied const done = co_await copy_object(from.store, "from", to.store, "to", in_small_parts());
                    CHECK(done.object.size == size);
                    whole_object const came = co_await get_all(to.store, "to");
                    CHECK((came.data.text() == data));
                    object_meta const about = co_await to.store->head("to");
                    CHECK(about.size == size);
                    CHECK(sorted(about.attributes) == some());
                    CHECK(done.put.etag == about.etag);
                });
            }
    }
}

TEST_CASE("between: what replaces the attributes of the source replaces all of them") {
    clouds there;
    for (place const& from : there.all())
        for (place const& to : there.all()) {
            if (from.store == to.store) continue;
            CAPTURE(from.name);
            CAPTURE(to.name);
            there.world().run([&]() -> awaitable<void> {
                co_await make(from.store, "from", pattern(1000));
                copy_options options = in_small_parts();
                options.put.attributes.content_type = "image/png";
                co_await copy_object(from.store, "from", to.store, "to", options);
                object_meta const about = co_await to.store->head("to");
                CHECK(about.attributes.content_type == "image/png");
                CHECK(about.attributes.metadata.empty());
            });
        }
}

TEST_CASE("between: an object that is replaced while it is copied fails, and what was at the other end stays") {
    clouds there;
    for (place const& from : there.all())
        for (place const& to : there.all()) {
            if (from.store == to.store || !from.replace) continue;
            CAPTURE(from.name);
            CAPTURE(to.name);
            there.world().run([&]() -> awaitable<void> {
                co_await make(from.store, "from", pattern(large));
                co_await make(to.store, "to", "old");
                copy_options options = in_small_parts();
                options.read.parts_in_flight = 1;
                options.report = [&from](std::uint64_t, std::uint64_t) { from.replace("from", std::string(large, 'x')); };
                errc reason{};
                try {
                    co_await copy_object(from.store, "from", to.store, "to", options);
                } catch (error const& e) {
                    reason = e.reason();
                }
                CHECK(reason == errc::precondition_failed);
                whole_object const kept = co_await get_all(to.store, "to");
                CHECK(kept.data.text() == "old");
            });
        }
}
