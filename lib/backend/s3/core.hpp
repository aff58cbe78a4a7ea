#pragma once

#include "auth/sigv4.hpp"
#include "backend/s3/checksums.hpp"
#include "backend/s3/endpoint.hpp"
#include "backend/s3/presigned_url.hpp"
#include "cloud/core.hpp"

#include <sluice/error.hpp>
#include <sluice/options.hpp>
#include <sluice/s3.hpp>

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::inline v0::s3 {

/// As whom a store speaks, and with what.
enum class access {
    plain,    ///< by the keys of the account
    session,  ///< with a directory bucket, by a session
    account,  ///< with a directory bucket, by the account's keys: what gives sessions and what copies wants those
    control,  ///< with what makes and removes directory buckets
};

/// What all operations of one S3 store share. Threads: any.
class core final : public cloud::core {
public:
    /// Errors: invalid_argument; unsupported for what a directory bucket does not have.
    static result<std::shared_ptr<core const>> make(s3_settings settings);
    /// For what makes and removes buckets. Errors: as above.
    static result<std::shared_ptr<core const>> make_control(s3_settings settings);
    /// For what concerns no bucket. Errors: invalid_argument.
    static result<std::shared_ptr<core const>> make_service(s3_settings settings);

    /// For the one object `url` is for. Errors: invalid_argument.
    static result<std::shared_ptr<core const>> make_presigned(s3_settings settings, presigned_url url);

    core(s3_settings settings, access how, place first, std::optional<presigned_url> url = std::nullopt);

    s3_settings const settings;
    access const how;
    bool const directory;                          ///< it is of a directory bucket
    std::optional<presigned_url> const presigned;  ///< what every request is sent to, unsigned by us
    auth::sigv4_signer const signer;
    checksum_rules const checksums;

    /// Where to send now. Lives as long as the store.
    place const& where() const noexcept { return *place_.load(std::memory_order_acquire); }
    /// From now on requests are signed for (and on AWS sent to) `region`. False when that leads nowhere.
    bool learn_region(std::string_view region) const;

    /// Whether that may be asked for. Errors: invalid_argument for a key of another size, or, it being a secret, where there is no TLS;
    /// unsupported for what a directory bucket does not have.
    result<void> check_reading(std::string_view version, customer_key const& key) const;
    result<void> check_writing(keeping const& wanted) const;

    /// Of a store that works by sessions the one that works by the account's keys; else null.
    std::shared_ptr<core const> account;

private:
    result<void> check_customer_key(customer_key const& key) const;

    static constexpr std::size_t places_limit = 16;  // a service that sends us around in circles is not followed for ever

    mutable std::atomic<place const*> place_;
    mutable std::mutex mutex_;                                  // guards what follows
    mutable std::vector<std::unique_ptr<place const>> places_;  // all that ever were current: requests still point at them
};

/// `of`, or what speaks for it by the keys of the account.
std::shared_ptr<core const> by_account(std::shared_ptr<core const> of);

}  // namespace sluice::inline v0::s3
