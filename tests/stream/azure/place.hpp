#pragma once

#include <sluice/sluice.hpp>
#include <sluice/testing/world.hpp>

#include <doctest/doctest.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace sluice::test {

/// A world with an account in it, and a store of that.
struct azure_place {
    explicit azure_place(testing::azure_server_options options = {}) : azure(here.serve_azure("azure.test", options)) {
        settings = azure.settings();
        settings.log = [this](log_level, std::string_view line) { (said += line) += '\n'; };
        settings.verbosity = log_level::debug;
        here.expect_failure();
    }

    /// The error it fails with; nothing when it does not.
    std::optional<error> run(std::function<awaitable<void>(std::shared_ptr<object_store>)> work) {
        std::shared_ptr<object_store> const store = make_azure_store(settings);
        try {
            here.run([&] { return work(store); });
        } catch (error const& e) {
            said += e.what();
            return e;
        }
        return std::nullopt;
    }

    testing::world here{1};
    testing::world_azure azure;
    azure_settings settings;
    std::string said;
};

/// The first request that `fits` meets `fault`, and none after it.
inline void once(azure_place& at, std::function<bool(testing::service_request_view const&)> fits, testing::service_fault fault) {
    at.azure.on_request(
        [fits, fault, done = false](testing::service_request_view const& r) mutable -> std::optional<testing::service_fault> {
            if (done || !fits(r)) return std::nullopt;
            done = true;
            return fault;
        });
}

}  // namespace sluice::test
