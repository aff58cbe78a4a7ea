#pragma once

#include "base/checksum.hpp"

#include <sluice/checksum.hpp>
#include <sluice/error.hpp>

#include <cstddef>
#include <span>
#include <string_view>
#include <utility>

namespace sluice::inline v0::cloud {

/// Bytes whose checksum is `ours`, where the service says `theirs`. `what`: "what arrived is not what was stored".
failure mismatch(checksum_algorithm algorithm, std::string_view ours, std::string_view theirs, std::string_view what);

/// Of bytes as they arrive, compared at the end with what the service told.
class arrival_check {
public:
    explicit arrival_check(object_checksum told) : told_(std::move(told)), stream_(told_.algorithm) {}
    void update(std::span<std::byte const> data) noexcept { stream_.update(data); }
    /// Errors: checksum_mismatch.
    result<void> finish();

private:
    object_checksum told_;
    base::checksum_stream stream_;
};

}  // namespace sluice::inline v0::cloud
