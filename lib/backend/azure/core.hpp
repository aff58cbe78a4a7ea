#pragma once

#include "auth/shared_key.hpp"
#include "cloud/core.hpp"
#include "net/dial.hpp"

#include <sluice/azure.hpp>
#include <sluice/error.hpp>

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace sluice::inline v0::azure {

/// Where an account answers.
struct place {
    place() {}
    net::origin origin;
    std::string host;  ///< value of `Host`
    std::string path;  ///< before the container: "" or, for emulators, "/account"
    bool on_azure = false;
};

/// What all operations of one store share. Threads: any.
class core final : public cloud::core {
public:
    /// Errors: invalid_argument.
    static result<std::shared_ptr<core const>> make(azure_settings settings);
    /// For what concerns no container. Errors: invalid_argument.
    static result<std::shared_ptr<core const>> make_service(azure_settings settings);

    core(azure_settings settings, place where, std::optional<auth::shared_key> key, std::string sas);

    azure_settings const settings;
    place const where;
    std::optional<auth::shared_key> const key;
    std::string const sas;                         ///< without '?'; empty: none
    std::optional<checksum_algorithm> const send;  ///< with what is written
    bool const ask;                                ///< for checksums of small ranges

    /// Before the key of a blob, and of what concerns the container or, without one, the account.
    std::string blobs_path() const { return where.path + '/' + settings.container + '/'; }
    std::string container_path() const { return where.path + '/' + settings.container; }

    /// Whether such a key may be sent. Errors: invalid_argument for one of another size, and where there is no TLS.
    result<void> check_customer_key(customer_key const& key) const;

    /// Whether several removals may go in one request. A service that refused that is not asked again.
    bool batches() const noexcept { return batches_.load(std::memory_order_relaxed); }
    /// True for who learns it first.
    bool learn_no_batches() const noexcept { return batches_.exchange(false, std::memory_order_relaxed); }

private:
    mutable std::atomic<bool> batches_ = true;
};

/// Errors: invalid_argument naming the rule. (Microsoft: "Naming and Referencing Containers, Blobs, and Metadata".)
result<void> check_container(std::string_view name);
result<void> check_account(std::string_view name);
/// The service takes a backslash for a slash: the object would have another name than was asked for.
result<void> check_key(std::string_view key);

}  // namespace sluice::inline v0::azure
