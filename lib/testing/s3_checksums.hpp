#pragma once

#include "testing/s3_objects.hpp"
#include "testing/s3_signature.hpp"
#include "testing/s3_uploads.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace sluice::inline v0::testing {

struct s3_named_part;

/// What the headers x-amz-checksum-* of a write say of its body, each found true; as a read gives them back. Throws s3_problem.
header_list checked_checksums(s3_request const& request);

/// Whether a header of that name, in lower case, carries the checksum of a body.
bool is_checksum_header(std::string_view name) noexcept;

/// Undoes aws-chunked, if the body came in it: its trailer becomes a header like any other. Throws s3_problem for anything that is not as
/// the protocol has it.
bool decode_chunks(s3_request const& request, s3_gate const& gate);

/// The algorithm of an upload that begins, "" for none. Throws s3_problem.
std::string upload_algorithm(s3_request const& request);

/// Throws s3_problem when a part of such an upload came without its checksum, or with another's.
void check_part_checksum(s3_open_upload const& open, s3_object const& part);

/// The checksums of an object that a completion made. Throws s3_problem when the completion says otherwise, of a part or of the whole.
header_list completed_checksums(s3_request const& request, s3_open_upload const& open, std::vector<s3_named_part> const& named,
                                std::string_view data);

}  // namespace sluice::inline v0::testing
