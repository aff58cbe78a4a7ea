#include "world_store.hpp"

#include <sluice/async/task_group.hpp>

#include <algorithm>
#include <string>

using namespace sluice;
using namespace sluice::test;

namespace {

constexpr std::size_t crowd = 10'000;

struct sums {
    std::size_t under_way = 0, most = 0, ended = 0, right = 0;
};

/// Writes an object, reads one or asks for one, as its number says.
awaitable<void> one_of_many(std::shared_ptr<object_store> store, std::size_t number, sums* all) {
    all->most = std::max(all->most, ++all->under_way);
    std::string const key = "k" + std::to_string(number / 3 % 100);
    if (number % 3 == 0) {
        payload data(std::string(100, 'x'));
        put_result const put = co_await store->put("new/" + std::to_string(number), std::move(data));
        all->right += put.etag.empty() ? 0 : 1;
    } else if (number % 3 == 1) {
        std::string room(200, '\0');
        read_result const got = co_await store->read(key, byte_range::whole(), std::as_writable_bytes(std::span(room)));
        all->right += room.substr(0, got.range.length) == "content of " + key ? 1 : 0;
    } else {
        object_meta const about = co_await store->head(key);
        all->right += about.size == key.size() + 11 ? 1 : 0;
    }
    --all->under_way;
    ++all->ended;
}

}  // namespace

TEST_CASE("load: ten thousand operations at once on one thread all end well, through 64 connections, and leave nothing") {
    world_store at(1, 64);
    for (int i = 0; i < 100; ++i) at.server.put("bucket", "k" + std::to_string(i), "content of k" + std::to_string(i));
    sums all;
    auto body = [&](async::task_group& group) -> awaitable<void> {
        for (std::size_t i = 0; i < crowd; ++i) group.spawn([&, i] { return one_of_many(at.store, i, &all); });
        co_return;
    };
    at.world.run([&] { return async::with_task_group(body); });
    CHECK(all.most == crowd);
    CHECK(all.ended == crowd);
    CHECK(all.right == crowd);
    CHECK(all.under_way == 0);
    CHECK(at.world.counts().connections <= 64);
    CHECK(at.server.object_count() == 100 + (crowd + 2) / 3);
    at.check_rest();
}
