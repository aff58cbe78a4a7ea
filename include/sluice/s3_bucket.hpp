#pragma once

#include <sluice/awaitable.hpp>
#include <sluice/object.hpp>
#include <sluice/options.hpp>
#include <sluice/s3.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace sluice::inline v0 {

namespace s3 {
class core;
}

/// An upload in parts that was begun and neither completed nor aborted: one under way, or what a dead process left.
struct open_upload {
    open_upload() {}
    object_key key;
    std::string id;
    std::optional<wall_time> initiated;
};

/// What an open upload holds so far, which is paid for until it is completed or aborted.
struct upload_size {
    upload_size() {}
    std::uint64_t parts = 0;
    std::uint64_t bytes = 0;
};

/// Called with the open uploads of one page; returning false ends the listing early.
using upload_visitor = std::function<awaitable<bool>(std::vector<open_upload>)>;

/// A bucket itself, where `object_store` is what lies in it: what S3 services have and stores in general do not.
///
/// Lifetime: an operation keeps what it needs alive. Threads: immutable; any executor. Errors: throws `error`.
class SLUICE_API s3_bucket {
public:
    /// Sends nothing. Errors: as `make_s3_store`.
    explicit s3_bucket(s3_settings settings);

    /// "s3://bucket/".
    std::string uri() const;

    /// The open uploads of keys that begin with `prefix`, page after page, by key and then as the service orders them; memory holds one
    /// page. Errors: protocol when the service goes round in circles or lists a key outside the prefix. Cancel: leaves nothing behind.
    awaitable<void> for_each_upload(std::string prefix, upload_visitor visit, call_options options = {}) const;

    /// All of them, for buckets where they are few.
    awaitable<std::vector<open_upload>> uploads(std::string prefix = {}, call_options options = {}) const;

    /// How much an open upload holds. Errors: not_found when it has ended.
    awaitable<upload_size> size_of_upload(object_key where, std::string id, call_options options = {}) const;

    /// Throws away an open upload with its parts. An upload whose abort was answered by nobody and that is gone afterwards counts as
    /// aborted. Errors: not_found when it had ended before. Cancel: it may or may not have been aborted.
    awaitable<void> abort_upload(object_key where, std::string id, call_options options = {}) const;

private:
    std::shared_ptr<s3::core const> core_;
};

}  // namespace sluice::inline v0
