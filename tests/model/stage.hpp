#pragma once

#include "support/temporary_folder.hpp"

#include <sluice/object_store.hpp>
#include <sluice/testing/world.hpp>
#include <sluice/testing/world_gcs.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace sluice::model {

/// What a store can be here: as the conformance program names them.
std::vector<std::string> const& store_kinds();

/// An empty store of one kind, and where programs run on it: a simulated world, or for files a context of its own.
class stage {
public:
    stage(std::string const& kind, std::uint64_t seed);

    std::shared_ptr<object_store> const& store() const noexcept { return store_; }
    void run(std::function<awaitable<void>()> body);
    /// What is left behind by a program that has ended its uploads, or what was sent that no correct client sends.
    std::optional<std::string> leavings();

private:
    std::unique_ptr<testing::world> world_;
    std::unique_ptr<test::temporary_folder> folder_;
    std::optional<testing::world_s3> server_;
    std::optional<testing::world_azure> azure_;
    std::optional<testing::world_gcs> gcs_;
    std::shared_ptr<object_store> store_;
};

}  // namespace sluice::model
