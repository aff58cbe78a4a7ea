#pragma once

#include "auth/sigv4.hpp"
#include "backend/s3/checksums.hpp"
#include "backend/s3/endpoint.hpp"
#include "backend/s3/presigned_url.hpp"
#include "base/log.hpp"
#include "retry/retry_state.hpp"

#include <sluice/error.hpp>
#include <sluice/options.hpp>
#include <sluice/s3.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
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

/// What all operations of one store share: settings, and what the service taught us. Threads: any.
class core {
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
    core(core const&) = delete;
    core& operator=(core const&) = delete;

    s3_settings const settings;
    access const how;
    bool const directory;                          ///< it is of a directory bucket
    std::optional<presigned_url> const presigned;  ///< what every request is sent to, unsigned by us
    std::string const uri;                         ///< "s3://bucket/", or where the presigned URL leads, without its secrets
    base::logger const log;
    auth::sigv4_signer const signer;
    checksum_rules const checksums;

    retry::token_bucket& tokens() const noexcept { return tokens_; }

    /// Where to send now. Lives as long as the store.
    place const& where() const noexcept { return *place_.load(std::memory_order_acquire); }
    /// From now on requests are signed for (and on AWS sent to) `region`. False when that leads nowhere.
    bool learn_region(std::string_view region) const;

    /// Whether that may be asked for. Errors: invalid_argument for a key of another size, or, it being a secret, where there is no TLS;
    /// unsupported for what a directory bucket does not have.
    result<void> check_reading(std::string_view version, customer_key const& key) const;
    result<void> check_writing(keeping const& wanted) const;

    /// What to add to our clock to get the service's.
    std::chrono::nanoseconds clock_offset() const noexcept {
        return std::chrono::nanoseconds(clock_offset_.load(std::memory_order_relaxed));
    }
    void learn_clock(std::chrono::nanoseconds offset) const noexcept { clock_offset_.store(offset.count(), std::memory_order_relaxed); }

    /// Whether the service is to be asked if it wants a body of that size. One that did not answer that is not asked again.
    bool asks_before(std::uint64_t size) const noexcept {
        return size > settings.expect_continue_above && !asked_in_vain_.load(std::memory_order_relaxed);
    }
    /// True for who learns it first.
    bool learn_asked_in_vain() const noexcept { return !asked_in_vain_.exchange(true, std::memory_order_relaxed); }

    /// Of a store that works by sessions the one that works by the account's keys; else null.
    std::shared_ptr<core const> account;

private:
    result<void> check_customer_key(customer_key const& key) const;

    static constexpr std::size_t places_limit = 16;  // a service that sends us around in circles is not followed for ever

    mutable retry::token_bucket tokens_;
    mutable std::atomic<std::int64_t> clock_offset_ = 0;
    mutable std::atomic<bool> asked_in_vain_ = false;
    mutable std::atomic<place const*> place_;
    mutable std::mutex mutex_;                                  // guards what follows
    mutable std::vector<std::unique_ptr<place const>> places_;  // all that ever were current: requests still point at them
};

/// `of`, or what speaks for it by the keys of the account.
std::shared_ptr<core const> by_account(std::shared_ptr<core const> of);

}  // namespace sluice::inline v0::s3
