#pragma once

#include "testing/service_message.hpp"

#include <string>
#include <string_view>

namespace sluice::inline v0::testing {

using s3_problem = service_problem;
using s3_reply = service_reply;

s3_reply xml_reply(std::string root_content);
s3_reply problem_reply(s3_problem const& problem, std::string_view resource, std::string_view request_id);

/// A request as S3 sees it, taken apart and found well-formed.
struct s3_request : service_request {
    using service_request::service_request;
    std::string bucket, key;  ///< decoded
    std::string resource() const { return "/" + bucket + "/" + key; }
};

/// Checks of the head alone, before its body may be read. Throws s3_problem.
void check_head(received_request const& raw);
/// Takes the target apart; `domain` is what follows a bucket's name in virtual-host style. Throws s3_problem.
s3_request parse_request(received_request& raw, std::string_view domain);
/// Which parameters and x-amz headers the operation knows; those of directory buckets are others. Throws s3_problem.
void check_operation(s3_request const& request, bool directory);

}  // namespace sluice::inline v0::testing
