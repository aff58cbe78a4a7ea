#pragma once

#include "cloud/core.hpp"
#include "net/dial.hpp"

#include <sluice/error.hpp>
#include <sluice/gcs.hpp>
#include <sluice/options.hpp>

#include <memory>
#include <string>
#include <string_view>

namespace sluice::inline v0::gcs {

/// Where requests go.
struct place {
    place() {}
    net::origin origin;
    std::string host;  ///< value of Host
    std::string path;  ///< before all others
};

/// What all operations of one store share. Threads: any.
class core final : public cloud::core {
public:
    /// Errors: invalid_argument.
    static result<std::shared_ptr<core const>> make(gcs_settings settings);
    /// For what concerns no bucket. Errors: invalid_argument.
    static result<std::shared_ptr<core const>> make_service(gcs_settings settings);

    core(gcs_settings settings, place where);

    gcs_settings const settings;
    place const where;

    /// Errors: invalid_argument for one of another size or, it being a secret, where there is no TLS.
    result<void> check_customer_key(customer_key const& key) const;
    /// What travels with a write: attributes, conditions and how it is kept. Errors: invalid_argument, unsupported.
    result<void> check_writing(put_options const& options) const;
};

/// The rules of the service for names of buckets. Errors: invalid_argument naming the rule.
result<void> check_bucket(std::string_view name);
/// The rules for keys: a key of any store, no CR or LF, neither "." nor "..", nothing below .well-known/acme-challenge/.
/// Errors: invalid_argument naming the rule.
result<void> check_key(std::string_view key);
/// A generation. Errors: invalid_argument.
result<void> check_version(std::string_view version);

}  // namespace sluice::inline v0::gcs
