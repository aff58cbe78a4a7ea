#pragma once

#include <sluice/awaitable.hpp>
#include <sluice/object_store.hpp>
#include <sluice/testing/world.hpp>
#include <sluice/testing/world_gcs.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace sluice::test {

/// Where a story is told.
struct scenery {
    testing::world& world;
    testing::world_s3 s3;
    testing::world_disk disk;
    std::optional<testing::world_azure> azure;  ///< of stories that are told there
    std::optional<testing::world_gcs> gcs;      ///< likewise

    // The bucket or container of the story, wherever it is told, without requests.
    std::string put(std::string key, std::string data);
    std::optional<std::string> get(std::string key) const;
    void remove(std::string key);
};

enum class cloud : std::uint8_t { s3, azure, gcs };

/// One operation from its beginning to its end. Kept by name: its parts are called once per step and mishap.
struct story {
    story() {}
    std::string name;
    cloud at = cloud::s3;
    testing::s3_server_options service;                                        ///< how the S3 behaves
    bool files = false;                                                        ///< what the disk is asked for fails, too
    std::function<void(scenery&)> before;                                      ///< what service and disk hold at first
    std::function<std::shared_ptr<object_store>(scenery&, s3_settings)> open;  ///< the store it is about; empty: the plain S3 store
    std::function<awaitable<void>(std::shared_ptr<object_store>)> tell;        ///< does it, and checks what came of it
    std::function<void(scenery const&)> always;                                ///< checks what must be true however it ended
    std::function<void(scenery const&)> unless_destroyed;                      ///< the same, but for runs whose context went under them
    bool exclusive = false;                                                    ///< a write that is never repeated: may end as `ambiguous`
    bool completes = false;     ///< its last request makes the object: `ambiguous` when no answer ever comes
    bool several = false;       ///< it awaits several operations: a cancel between two of them is an exception of Asio
    unsigned operations = 1;    ///< how many time limits it may take
    std::uint64_t thinned = 1;  ///< only every so many steps meet mishaps
    bool large = false;         ///< megabytes: they travel at once, and are not written byte by byte
};

/// Runs the story to its end in a simulated world, counting what happens in it: calls through the network's seam (steps), events, requests
/// and calls of the disk. Then again for each of them:
/// - every step meets every mishap of the network, once alone and once with all that follows; the operation is cancelled, and the context
///   destroyed, at it and while it waits;
/// - at every event, that is when bytes arrive, the operation is cancelled just before and just after what waits is told;
/// - every request meets every kind of answer but the right one: each class of refusal, none, half of one, and one that comes too late;
/// - every call of the disk fails (`files`).
/// Each run ends in success with the right outcome or in a typed error that fits; alone, what can be overcome is; connections are back in
/// the pool or closed, no alarm is set, no file is open; no upload is left but where the service could not be told; time stays within the
/// limits; no log line or error says a secret; and the same story can then be told again.
void abandon(story const& s);

/// A removal tells refusals in its report; a story ends by them.
void throw_refusals(remove_report const& report);

}  // namespace sluice::test
