// mirror BUCKET FROM TO [KEY]: writes every version of the objects below the prefix FROM once more below TO, oldest first, with their
// attributes and tags, and a removal for each delete marker. Objects whose name ends in ".closed" are read and written under the customer's
// key KEY; those ending in ".parts" as uploads of parts of 5 MiB. What it reads was written by another client, which then reads what it
// wrote.
#include <sluice/async/runtime.hpp>
#include <sluice/operations.hpp>
#include <sluice/s3.hpp>
#include <sluice/s3_bucket.hpp>

#include <algorithm>
#include <cstdio>
#include <exception>
#include <string>
#include <utility>
#include <vector>

using namespace sluice;

namespace {

struct mirror {
    mirror() {}
    s3_settings settings;
    std::string from, to;
    customer_key key;
};

awaitable<std::vector<object_version>> oldest_first(s3_bucket bucket, std::string prefix) {
    std::vector<object_version> all;
    version_visitor const collect = [&all](std::vector<object_version> page) -> awaitable<bool> {
        for (object_version& one : page) all.push_back(std::move(one));
        co_return true;
    };
    co_await bucket.for_each_version(prefix, collect);
    std::ranges::reverse(all);
    co_return std::move(all);
}

awaitable<void> write_again(mirror what, std::shared_ptr<object_store> store, object_version one) {
    object_key const as = what.to + one.key.substr(what.from.size());
    if (one.removed) {
        std::vector<object_key> const gone{as};
        co_await store->remove(gone);
        co_return;
    }
    range_engine_options read;
    if (one.version != "null") read.get.version = one.version;  // versitygw 1.8 lists that and does not know it
    put_options write;
    if (one.key.ends_with(".closed")) read.get.key = write.keeping.key = what.key;
    whole_object object = co_await get_all(store, one.key, read);
    s3_bucket const bucket(what.settings);
    write.attributes = std::move(object.object.attributes);
    write.keeping.tags = co_await bucket.tags(one.key, read.get.version);
    if (!one.key.ends_with(".parts")) {
        payload data(std::move(object.data));
        co_await store->put(as, std::move(data), write);
        co_return;
    }
    upload parts = co_await store->create_upload(as, write);
    std::uint64_t const step = 5u << 20;
    for (std::uint64_t at = 0; at < object.data.size(); at += step) {
        part_place const place{static_cast<std::uint32_t>(at / step + 1), at};
        payload data(std::string(object.data.text().substr(at, step)));
        co_await parts.write(place, std::move(data));
    }
    co_await parts.complete();
}

awaitable<void> run(mirror what) {
    s3_bucket const bucket(what.settings);
    std::shared_ptr<object_store> const store = make_s3_store(what.settings);
    std::vector<object_version> const all = co_await oldest_first(bucket, what.from);
    for (object_version const& one : all) co_await write_again(what, store, one);
    std::printf("%zu versions\n", all.size());
}

}  // namespace

int main(int count, char** words) {
    if (count < 4) {
        std::fprintf(stderr, "mirror BUCKET FROM TO [KEY]\n");
        return 2;
    }
    try {
        mirror what;
        what.settings = s3_settings::from_env();
        what.settings.bucket = words[1];
        what.from = words[2];
        what.to = words[3];
        if (count > 4) what.key = customer_key(words[4]);
        async::runtime here;
        here.run([&what] { return run(what); });
        return 0;
    } catch (std::exception const& e) {
        std::fprintf(stderr, "mirror: %s\n", e.what());
        return 1;
    }
}
