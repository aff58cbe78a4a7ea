#pragma once

#include "testing/service_message.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace sluice::inline v0::testing {

/// One generation of an object.
struct gcs_object {
    std::string name;
    std::shared_ptr<std::string const> data;
    std::uint64_t generation = 0, metageneration = 1;
    unix_seconds updated{};
    header_list fields;        ///< texts of its resource: contentType, storageClass, ...
    header_list metadata;      ///< the user's
    std::string crc32c, md5;   ///< base64; composed objects have no MD5
    std::string customer_key;  ///< base64 of its SHA-256

    std::string const* field(std::string_view name) const noexcept;
    std::string etag() const;
};

struct gcs_page_query {
    std::string prefix, delimiter, from;  ///< `from`: the first key that may be listed
    std::string behind;                   ///< the last entry of the page before
    std::size_t limit = 0;
};

struct gcs_page {
    std::vector<gcs_object> objects;
    std::vector<std::string> prefixes;
    std::string last;  ///< the last entry, when there is more
};

/// The objects of all buckets, in memory. Threads: all members from any thread.
class gcs_objects {
public:
    explicit gcs_objects(std::vector<std::string> const& buckets, bool versions);

    bool has_bucket(std::string const& bucket) const;
    bool make_bucket(std::string const& bucket);  ///< false when there is one already
    bool is_empty(std::string const& bucket) const;
    void erase_bucket(std::string const& bucket);
    std::vector<std::string> bucket_names() const;

    /// `generation` 0: the present one.
    std::optional<gcs_object> find(std::string const& bucket, std::string const& key, std::uint64_t generation = 0) const;
    /// `check` sees what is there (or null) and may throw; nothing comes between it and the write. Gives the generation.
    using guard = std::function<void(gcs_object const* current)>;
    gcs_object put(std::string const& bucket, gcs_object object, guard const& check = {});
    void erase(std::string const& bucket, std::string const& key, guard const& check = {});
    gcs_page list(std::string const& bucket, gcs_page_query const& query) const;
    std::uint64_t count() const;

private:
    using bucket_objects = std::map<std::string, gcs_object>;
    void retire(std::string const& bucket, gcs_object const& old);

    bool const versions_;
    mutable std::mutex mutex_;
    std::uint64_t last_generation_ = 1'700'000'000'000'000;
    std::map<std::string, bucket_objects> buckets_;
    std::map<std::string, std::map<std::pair<std::string, std::uint64_t>, gcs_object>> old_;
};

}  // namespace sluice::inline v0::testing
