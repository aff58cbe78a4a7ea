#pragma once

#include <sluice/awaitable.hpp>
#include <sluice/azure.hpp>
#include <sluice/object.hpp>
#include <sluice/options.hpp>
#include <sluice/presign.hpp>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace sluice::inline v0 {

namespace azure {
class core;
}

/// A container as a list of all tells of it.
struct listed_container {
    listed_container() {}
    std::string name;
    std::optional<wall_time> last_modified;
};

/// A container itself, where `object_store` is what lies in it.
///
/// Lifetime: an operation keeps what it needs alive. Threads: immutable; any executor. Errors: throws `error`.
class SLUICE_API azure_container {
public:
    /// Sends nothing. Errors: as `make_azure_store`.
    explicit azure_container(azure_settings settings);

    /// "az://container/".
    std::string uri() const;

    /// Makes the container. Errors: already_exists; precondition_failed while one of that name is being removed, which takes the service
    /// half a minute. Cancel: it may or may not have been made.
    awaitable<void> create(call_options options = {}) const;

    /// Removes the container, which is looked at first: what is written to it between the look and the removal goes with it, since the
    /// service removes containers with all that is in them.
    /// Errors: not_found; precondition_failed when something is in it. Cancel: it may or may not have been removed.
    awaitable<void> remove(call_options options = {}) const;

    /// That it is there and may be seen. Errors: not_found, permission_denied.
    awaitable<void> head(call_options options = {}) const;

    /// A URL by which anybody can do this one thing with this object until it expires (a service SAS, signed by the account's key). Whoever
    /// has it needs no keys: it is a secret. One for GET allows HEAD, and the other way round; who uses one for PUT sends
    /// `x-ms-blob-type: BlockBlob`. Sends nothing.
    /// Errors: invalid_argument; unsupported for headers, parts and parameters that Azure does not sign, and where a token or another
    /// signature is all there is; unauthenticated without any. Cancel: leaves nothing behind.
    awaitable<std::string> presign(object_key where, presign_options options = {}) const;

private:
    std::shared_ptr<azure::core const> core_;
};

/// The containers of an account, in the order of their names; `settings.container` is not looked at. Errors: permission_denied.
/// Cancel: leaves nothing behind.
SLUICE_API awaitable<std::vector<listed_container>> list_containers(azure_settings settings, call_options options = {});

}  // namespace sluice::inline v0
