#pragma once

#include "testing/s3_message.hpp"

#include <functional>
#include <map>
#include <mutex>

namespace sluice::inline v0::testing {

struct s3_object {
    std::shared_ptr<std::string const> data;
    std::string etag;  ///< with its quotes
    unix_seconds modified{};
    header_list headers;    ///< what a GET gives back: content headers and x-amz-meta-*
    header_list checksums;  ///< given back when they are asked for
    header_list tags;
    std::string customer_key;  ///< its digest
};

struct s3_page_query {
    std::string prefix, delimiter;
    std::string after;  ///< only what sorts behind it
    std::size_t limit = 0;
    bool unordered = false;  ///< as directory buckets list
};

struct s3_page {
    struct entry {
        std::string key;  ///< or a common prefix, when there is no object
        std::optional<s3_object> object;
    };
    std::vector<entry> entries;  ///< in the order of UTF-8 bytes
    bool truncated = false;
};

/// The objects of all buckets, in memory. Threads: all members from any thread.
class s3_objects {
public:
    explicit s3_objects(std::vector<std::string> const& buckets);

    bool has_bucket(std::string const& bucket) const;
    /// False when there is one already.
    bool make_bucket(std::string const& bucket);
    /// Throws s3_problem when it is not there or not empty.
    void erase_bucket(std::string const& bucket);
    std::vector<std::string> bucket_names() const;
    std::optional<s3_object> find(std::string const& bucket, std::string const& key) const;
    /// `check` sees what is there (or null) and may throw; nothing comes between it and the write.
    using guard = std::function<void(s3_object const* current)>;
    /// Makes the bucket, too, when it is not there.
    void put(std::string const& bucket, std::string const& key, s3_object object, guard const& check = {});
    void erase(std::string const& bucket, std::string const& key, guard const& check = {});
    s3_page list(std::string const& bucket, s3_page_query const& query) const;
    std::uint64_t count() const;

private:
    s3_page list_in_order(std::string const& bucket, s3_page_query const& query) const;

    // std::string compares as unsigned bytes, which is the order S3 lists in.
    using bucket_objects = std::map<std::string, s3_object>;
    mutable std::mutex mutex_;
    std::map<std::string, bucket_objects> buckets_;
};

}  // namespace sluice::inline v0::testing
