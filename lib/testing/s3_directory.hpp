#pragma once

#include "testing/s3_message.hpp"
#include "testing/s3_signature.hpp"

#include <map>
#include <mutex>
#include <optional>
#include <string>

// Directory buckets: what is asked of them within a session, and what they do not have.
namespace sluice::inline v0::testing {

struct s3_session {
    std::string access_key, secret_key, token, bucket;
    unix_seconds ends{};
};

/// Those that were given. Threads: all members from any thread.
class s3_sessions {
public:
    s3_session begin(std::string bucket, unix_seconds ends);
    void end_all();
    std::optional<s3_session> find(std::string const& token) const;

private:
    mutable std::mutex mutex_;
    std::map<std::string, s3_session> by_token_;
};

/// Makes `gate`, which is for the access key, the one for `request`: of its session, where it must be made in one.
void choose_gate(s3_gate& gate, s3_request const& request, s3_sessions const& sessions);

/// Throws s3_problem for what directory buckets do not have.
void check_directory_request(s3_request const& request);

/// The document that makes such a bucket, of a zone of a region.
std::string directory_bucket_document(std::string_view bucket);

/// In place of the order of keys: none that anybody could foretell.
std::string place_in_listing(std::string_view entry);

}  // namespace sluice::inline v0::testing
