#pragma once

#include <sluice/error.hpp>
#include <sluice/options.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace sluice::inline v0::store {

/// Whether two ETags name the same bytes: quotes do not matter, a weak one (W/) never matches.
bool same_etag(std::string_view a, std::string_view b) noexcept;

/// Whether an ETag names exact bytes, so that parts of two answers may be put together.
bool strong_etag(std::string_view etag) noexcept;

/// An ETag as it stands in a condition: in quotes, which `*` and weak tags keep or do without as they came.
std::string quoted_etag(std::string_view etag);

/// Which version of an object is read, and the conditions of that, in RFC 9110's order (13.2.2): precondition_failed, not_modified, or
/// nothing. Times are compared in whole seconds, as HTTP dates carry them.
struct read_conditions {
    read_conditions() {}
    explicit read_conditions(head_options const& o);
    std::string if_match, if_none_match;
    std::optional<wall_time> if_modified_since, if_unmodified_since;
    std::string version;
    customer_key key;

    /// For stores that keep one version of each object, and no keys. Errors: unsupported.
    result<void> check_plain() const;
    std::optional<errc> violated_by(std::string_view etag, wall_time modified) const noexcept;
};

}  // namespace sluice::inline v0::store
