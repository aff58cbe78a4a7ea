#pragma once

#include "testing/s3_objects.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>

namespace sluice::inline v0::testing {

/// An upload in parts that is neither complete nor aborted.
struct s3_open_upload {
    std::string bucket, key;
    header_list headers;
    unix_seconds initiated{};
    std::string algorithm;  ///< of its checksums; empty for none
    header_list tags;
    std::string customer_key;
    std::map<std::uint32_t, s3_object> parts;
};

/// One page of the open uploads of a bucket, by key and then by id.
struct s3_uploads_page {
    struct entry {
        std::string key, id;
        unix_seconds initiated{};
    };
    std::vector<entry> entries;
    bool truncated = false;
    std::string next_key, next_id;  ///< the marker of the next page
};

/// The open uploads of all buckets. Threads: all members from any thread.
class s3_uploads {
public:
    /// Returns its id.
    std::string begin(s3_open_upload fresh);
    /// False when there is no such upload of that key. `check` may throw; nothing is kept then.
    using part_check = std::function<void(s3_open_upload const& open, s3_object const& part)>;
    bool put(std::string const& id, std::string const& bucket, std::string const& key, std::uint32_t number, s3_object part,
             part_check const& check);
    std::optional<s3_open_upload> find(std::string const& id, std::string const& bucket, std::string const& key) const;
    void erase(std::string const& id);
    std::uint64_t count() const;
    /// Those behind the marker, which is a key and, if it is not empty, an id of that key; in directory buckets something else.
    s3_uploads_page list(std::string const& bucket, std::string const& prefix, std::string const& after_key, std::string const& after_id,
                         std::size_t limit, bool directory) const;

private:
    mutable std::mutex mutex_;
    std::uint64_t last_ = 0;
    std::map<std::string, s3_open_upload> uploads_;
};

}  // namespace sluice::inline v0::testing
