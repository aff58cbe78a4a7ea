#pragma once

#include <sluice/awaitable.hpp>
#include <sluice/object.hpp>
#include <sluice/options.hpp>
#include <sluice/presign.hpp>
#include <sluice/s3.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
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

/// Options of `s3_bucket::create`.
struct create_bucket_options : call_options {
    create_bucket_options() {}
    std::string location;      ///< the constraint that is sent; empty: the region on AWS, elsewhere none, of a directory bucket its zone
    bool object_lock = false;  ///< objects can be protected from removal; only now, and it turns on versioning
};

/// Whether a bucket keeps what is overwritten and removed. Once it did it can only be suspended.
enum class bucket_versioning : std::uint8_t { never, enabled, suspended };

/// A bucket as a list of all tells of it.
struct listed_bucket {
    listed_bucket() {}
    std::string name;
    std::string region;  ///< empty where the service does not say
    std::optional<wall_time> created;
};

/// A version of an object that a bucket keeps, or the mark that it was removed.
struct object_version {
    object_version() {}
    object_key key;
    std::string version;   ///< "null" for what was written while the bucket kept none
    bool latest = false;   ///< what a read without a version sees
    bool removed = false;  ///< it is a delete marker: from here on there was no object
    std::uint64_t size = 0;
    std::string etag;
    std::optional<wall_time> last_modified;
};

/// The way of requests to a bucket, as far as it can be told without sending any.
struct way_out {
    way_out() {}
    std::string host;       ///< "bucket.s3.eu-west-1.amazonaws.com" or "127.0.0.1:9000": whom requests are for
    bool tls = false;       ///< all the way, also through a proxy
    std::string proxy;      ///< "host:port" of the proxy, without its password; empty: none
    bool no_proxy = false;  ///< there is a proxy, and `network_options::no_proxy` names the host
};

/// Names and values, as in `keeping::tags`.
using object_tags = std::vector<std::pair<std::string, std::string>>;

/// Called with the open uploads of one page; returning false ends the listing early.
using upload_visitor = std::function<awaitable<bool>(std::vector<open_upload>)>;

/// Called with the versions of one page; returning false ends the listing early.
using version_visitor = std::function<awaitable<bool>(std::vector<object_version>)>;

/// A bucket itself, where `object_store` is what lies in it: what S3 services have and stores in general do not. Of directory buckets
/// location, versions and tags are `unsupported`.
///
/// Lifetime: an operation keeps what it needs alive. Threads: immutable; any executor. Errors: throws `error`.
class SLUICE_API s3_bucket {
public:
    /// Sends nothing. Errors: as `make_s3_store`.
    explicit s3_bucket(s3_settings settings);

    /// "s3://bucket/".
    std::string uri() const;

    /// How requests go now. Sends nothing; host and way can change when the service names another region.
    way_out way() const;

    /// The open uploads of keys that begin with `prefix`, page after page, by key and then as the service orders them; memory holds one
    /// page; of directory buckets in no order, and by whole folders. Errors: protocol when the service goes round in circles or lists a key
    /// outside the prefix. Cancel: leaves nothing behind.
    awaitable<void> for_each_upload(std::string prefix, upload_visitor visit, call_options options = {}) const;

    /// All of them, for buckets where they are few.
    awaitable<std::vector<open_upload>> uploads(std::string prefix = {}, call_options options = {}) const;

    /// How much an open upload holds. Errors: not_found when it has ended.
    awaitable<upload_size> size_of_upload(object_key where, std::string id, call_options options = {}) const;

    /// Throws away an open upload with its parts. An upload whose abort was answered by nobody and that is gone afterwards counts as
    /// aborted. Errors: not_found when it had ended before. Cancel: it may or may not have been aborted.
    awaitable<void> abort_upload(object_key where, std::string id, call_options options = {}) const;

    /// Makes the bucket. One of your own counts as the one made when an answer was lost.
    /// Errors: invalid_argument for a name the service would refuse; already_exists when it is yours (BucketAlreadyOwnedByYou; in AWS's
    /// us-east-1 that is no error) or somebody else's (BucketAlreadyExists). Cancel: it may or may not have been made.
    awaitable<void> create(create_bucket_options options = {}) const;

    /// Removes the empty bucket. Errors: not_found; precondition_failed when something is in it, old versions and open uploads included.
    /// Cancel: it may or may not have been removed.
    awaitable<void> remove(call_options options = {}) const;

    /// That it is there and may be seen: its region, or nothing where the service does not tell. Errors: not_found, permission_denied.
    awaitable<std::string> head(call_options options = {}) const;

    /// Its region as the service names it; "us-east-1" for the one it has no name for.
    awaitable<std::string> location(call_options options = {}) const;

    awaitable<bucket_versioning> versioning(call_options options = {}) const;
    /// Errors: invalid_argument for `never`.
    awaitable<void> set_versioning(bucket_versioning wanted, call_options options = {}) const;

    /// Every version and delete marker of keys that begin with `prefix`, page after page, by key and newest first; memory holds one page.
    /// Errors: protocol when the service goes round in circles or lists a key outside the prefix. Cancel: leaves nothing behind.
    awaitable<void> for_each_version(std::string prefix, version_visitor visit, call_options options = {}) const;

    /// Removes these versions for good, 1,000 a request; of each only key and version count. To remove a delete marker brings the object
    /// back. A version that is gone counts as removed. Errors: what failed is in the report; invalid_argument for one without a version.
    /// Cancel: some may have been removed.
    awaitable<remove_report> remove_versions(std::vector<object_version> what, call_options options = {}) const;

    /// The tags of an object, or of a version of it. Errors: not_found.
    awaitable<object_tags> tags(object_key where, std::string version = {}, call_options options = {}) const;

    /// Replaces all tags of an object. Errors: not_found; invalid_argument as for `keeping::tags`. Cancel: as of a put.
    awaitable<void> set_tags(object_key where, object_tags tags, std::string version = {}, call_options options = {}) const;

    /// A URL by which anybody can do this one thing with this object until it expires, or the session token does: of a directory bucket
    /// after a few minutes, whatever is asked for. Who has it needs no keys: it is a secret. Only asks for the credentials.
    /// Errors: invalid_argument; unauthenticated without credentials.
    awaitable<std::string> presign(object_key where, presign_options options = {}) const;

private:
    std::shared_ptr<s3::core const> core_;
};

/// All buckets of the account, by name. `settings.bucket` does not count. Errors: as of `make_s3_store`, and of the request.
SLUICE_API awaitable<std::vector<listed_bucket>> list_buckets(s3_settings settings, call_options options = {});

}  // namespace sluice::inline v0
