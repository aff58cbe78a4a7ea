#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace sluice::inline v0 {

/// What a URL is good for that anybody may use who has it: options of `s3_bucket::presign` and `azure_container::presign`.
struct presign_options {
    presign_options() {}
    std::string method = "GET";         ///< GET, HEAD, PUT or DELETE
    std::chrono::seconds expires{900};  ///< from now; 1 second to 7 days
    /// Sent by whoever uses the URL, exactly so, and part of its signature: Content-Type, x-amz-meta-*, ... Azure signs none.
    std::vector<std::pair<std::string, std::string>> headers;
    /// Part of the URL: response-content-type, versionId, ...; of Azure rscc, rscd, rsce, rscl, rsct (what a read's answer says).
    std::vector<std::pair<std::string, std::string>> query;
    std::string upload_id;          ///< of `PUT`, on S3: a part of this upload
    std::uint32_t part_number = 0;  ///< 1 to 10,000 with an upload id
};

}  // namespace sluice::inline v0
