#pragma once

#include "http/pool.hpp"

#include <sluice/s3.hpp>
#include <sluice/testing/world.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <memory>

namespace sluice::test {

/// An S3 in a simulated world, and a store on it.
struct world_store {
    explicit world_store(std::uint64_t seed, std::size_t connections) : world(seed, quick()), server(world.serve_s3()) {
        s3_settings settings = server.settings();
        settings.pool.max_connections = connections;
        store = make_s3_store(settings);
    }

    http::pool_core::counts pool() { return http::pool::of(world.context().get_executor()).count(); }

    /// Nothing is under way, waits or is set, and all connections are in the pool.
    void check_rest() {
        CHECK(pool().open == pool().idle);
        CHECK(pool().waiting == 0);
        CHECK(pool().idle == world.counts().connections);
        CHECK(world.counts().alarms == 0);
        CHECK(server.counts().refused == 0);
        store.reset();
        CHECK(world.settle());
    }

    testing::world world;
    testing::world_s3 server;
    std::shared_ptr<object_store> store;

private:
    static testing::world_options quick() {
        testing::world_options o;
        o.split = false;  // what is sought here is many at once; how calls are cut is the affair of the random worlds
        return o;
    }
};

}  // namespace sluice::test
