#pragma once

#include "backend/s3/copy_recipes.hpp"
#include "backend/s3/core.hpp"

#include <sluice/awaitable.hpp>
#include <sluice/options.hpp>
#include <sluice/upload.hpp>

#include <cstdint>
#include <memory>

namespace sluice::inline v0::s3 {

/// Begins an upload in parts.
awaitable<upload> create_upload(std::shared_ptr<core const> store, object_key where, put_options options);

/// An upload whose parts may also be copied from an object of the same bucket.
class copying_upload : public upload_target {
public:
    /// The bytes of `from` at the place of the part, `length` of them.
    virtual awaitable<void> copy(part_place where, std::uint64_t length, copy_source from) = 0;
};

/// Begins one; its parts travel without checksums of ours, since we do not see them.
awaitable<std::shared_ptr<copying_upload>> begin_copy(std::shared_ptr<core const> store, object_key where, put_options options);

}  // namespace sluice::inline v0::s3
