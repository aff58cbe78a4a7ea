#include "testing/s3_service.hpp"

namespace sluice::inline v0::testing {

void count_operation(s3_server_counts& counted, s3_operation const operation) noexcept {
    switch (operation) {
    case s3_operation::get: ++counted.gets; break;
    case s3_operation::head: ++counted.heads; break;
    case s3_operation::put: ++counted.puts; break;
    case s3_operation::copy:
    case s3_operation::copy_part: ++counted.copies; break;
    case s3_operation::remove:
    case s3_operation::remove_many: ++counted.deletes; break;
    case s3_operation::begin_upload: ++counted.uploads; break;
    case s3_operation::put_part: ++counted.parts; break;
    case s3_operation::complete_upload: ++counted.completions; break;
    case s3_operation::abort_upload: ++counted.aborts; break;
    case s3_operation::list: ++counted.lists; break;
    case s3_operation::create_session: ++counted.sessions; break;
    case s3_operation::list_uploads:
    case s3_operation::list_parts:
    case s3_operation::read_tags:
    case s3_operation::write_tags:
    case s3_operation::remove_tags:
    case s3_operation::location:
    case s3_operation::head_bucket:
    case s3_operation::make_bucket:
    case s3_operation::remove_bucket:
    case s3_operation::list_buckets:
    case s3_operation::unknown: break;
    }
}

}  // namespace sluice::inline v0::testing
