#pragma once

#include <sluice/gcs.hpp>
#include <sluice/testing/gcs_server.hpp>
#include <sluice/testing/world.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace sluice::inline v0::testing {

/// A Google Cloud Storage that lives in a world: as strict as `gcs_server`, and with the world's clock.
/// Lifetime: a handle; what it names lives as long as the world.
class SLUICE_API world_gcs {
public:
    /// A store's settings for the first bucket: endpoint and token.
    gcs_settings settings() const;
    std::string endpoint() const;
    void on_request(std::function<std::optional<service_fault>(service_request_view const&)> decide);
    void rotate_token(std::string token);
    void expire_sessions();
    /// Straight into the store, without HTTP; gives the ETag.
    std::string put(std::string bucket, std::string key, std::string data, std::vector<std::pair<std::string, std::string>> fields = {});
    std::optional<std::string> get(std::string bucket, std::string key) const;
    /// Likewise; no error when it is not there.
    void remove(std::string bucket, std::string key);
    std::vector<std::string> keys(std::string bucket) const;
    std::uint64_t object_count() const;
    std::uint64_t sessions_open() const;
    service_counts counts() const;

private:
    struct state;
    friend SLUICE_API world_gcs serve_gcs(world&, std::string, gcs_server_options);
    explicit world_gcs(std::shared_ptr<state> s) noexcept;
    std::shared_ptr<state> state_;
};

/// Puts one on "http://<host>", known by that name; without TLS, whatever the options say. `where` outlives what is asked of it.
SLUICE_API world_gcs serve_gcs(world& where, std::string host = "gcs.test", gcs_server_options options = {});

}  // namespace sluice::inline v0::testing
