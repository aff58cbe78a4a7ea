#pragma once

#include "sim/weather.hpp"

#include <sluice/awaitable.hpp>
#include <sluice/object_store.hpp>
#include <sluice/service_settings.hpp>
#include <sluice/testing/service.hpp>
#include <sluice/testing/world.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::sim {

/// What a trial knows of uploads when its program has ended.
struct upload_history {
    std::string const& log;                               ///< of the store
    std::string const& queries;                           ///< of requests that named an upload, as the server saw them, a line each
    std::function<bool(std::string const& key)> dropped;  ///< whether a writer of that key was cancelled, and has no abort
    std::uint64_t dropped_writers = 0;
    std::uint64_t excuses = 0;  ///< cancels and faults
};

/// The cloud of a world, whichever it is: what its clients are told of it behind its back.
class place {
public:
    place() = default;
    place(place const&) = delete;
    place& operator=(place const&) = delete;
    virtual ~place() = default;

    /// A store of it. What settings it has of its own, the world's chance says.
    virtual std::shared_ptr<object_store> open(service_settings const& common, weather const& sky) = 0;
    /// Whether every read is proven by a checksum. Azure has none of a whole that was uploaded in blocks.
    virtual bool proves_reads() const { return true; }
    /// Whether that operation of a client has requests to make after it was cancelled.
    virtual bool cleans_up(std::string_view operation) const { return operation.starts_with("stream") || operation.starts_with("upload"); }
    virtual void on_request(std::function<std::optional<testing::service_fault>(testing::service_request_view const&)> decide) = 0;

    // The bucket's objects, without requests.
    virtual void put(std::string key, std::string data) = 0;
    virtual std::optional<std::string> get(std::string key) const = 0;

    /// What was sent that no correct client sends; empty when there was nothing.
    virtual std::string nonsense() const = 0;
    /// Uploads and parts that are left without an excuse, each in words.
    virtual awaitable<std::vector<std::string>> leavings(upload_history const* known) = 0;
};

/// The clouds there are: "s3", "azure", "gcs".
std::vector<std::string> const& cloud_names();
/// Which of them the world of a seed has.
std::string const& cloud_of(std::uint64_t seed);

/// Throws std::runtime_error for another name.
std::unique_ptr<place> make_place(std::string_view cloud, testing::world& in, std::uint64_t seed);

/// Begins every secret of every place.
std::vector<std::string_view> const& secrets_of_places();

}  // namespace sluice::sim
