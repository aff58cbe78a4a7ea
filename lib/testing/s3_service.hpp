#pragma once

#include "testing/s3_operations.hpp"

namespace sluice::inline v0::testing {

enum class s3_operation {
    get,
    head,
    put,
    copy,
    read_tags,
    write_tags,
    remove_tags,
    remove,
    remove_many,
    begin_upload,
    put_part,
    copy_part,
    complete_upload,
    abort_upload,
    list_uploads,
    list_parts,
    list,
    location,
    head_bucket,
    make_bucket,
    remove_bucket,
    list_buckets,
    create_session,
    unknown
};

s3_operation operation_of(s3_request const& request) noexcept;
/// Serves a request whose signature was found good. Throws s3_problem.
s3_reply serve_operation(s3_request const& request, s3_scene const& scene, s3_fault const& fault);

/// What a test sees of it.
s3_request_view view_of(s3_request const& request, std::uint64_t number);

/// Adds one to what counts such operations, if anything does.
void count_operation(s3_server_counts& counted, s3_operation operation) noexcept;

/// What refuses a request before its body is there: a bucket that is not, a condition that does not hold. Throws s3_problem.
void check_before_body(s3_request const& request, s3_scene const& scene);

/// Adds Date, request id and, where there may be one, Content-Length; then what the fault wants: a header of its own replaces ours, an
/// empty one takes ours away.
void complete_headers(s3_reply& reply, std::string_view request_id, unix_seconds now, header_list const& fault_headers);

}  // namespace sluice::inline v0::testing
