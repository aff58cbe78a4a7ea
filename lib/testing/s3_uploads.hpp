#pragma once

#include "testing/s3_objects.hpp"

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>

namespace sluice::inline v0::testing {

/// An upload in parts that is neither complete nor aborted.
struct s3_open_upload {
    std::string bucket, key;
    header_list headers;
    std::map<std::uint32_t, s3_object> parts;
};

/// The open uploads of all buckets. Threads: all members from any thread.
class s3_uploads {
public:
    /// Returns its id.
    std::string begin(std::string bucket, std::string key, header_list headers);
    /// False when there is no such upload of that key.
    bool put(std::string const& id, std::string const& bucket, std::string const& key, std::uint32_t number, s3_object part);
    std::optional<s3_open_upload> find(std::string const& id, std::string const& bucket, std::string const& key) const;
    void erase(std::string const& id);
    std::uint64_t count() const;

private:
    mutable std::mutex mutex_;
    std::uint64_t last_ = 0;
    std::map<std::string, s3_open_upload> uploads_;
};

}  // namespace sluice::inline v0::testing
