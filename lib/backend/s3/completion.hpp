#pragma once

#include "backend/s3/multipart.hpp"
#include "backend/s3/operation.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace sluice::inline v0::s3 {

/// Makes the parts of an upload the operation's object, `size` bytes long. A completion whose answer was lost is sent again, and where the
/// service then knows nothing of the upload any more, the object itself tells whether it was done.
///
/// The conditions are looked at before, too: services that do not know them at a completion would pass over them.
/// Errors: those of the conditions; ambiguous when an answer was lost and the object is not the one these parts make.
awaitable<result<put_result>> complete_upload(operation* op, std::string id, std::vector<sent_part> parts, std::uint64_t size,
                                              put_options options, etag_form if_match, upload_checksums checksums);

/// Sends what makes an object, or a part of one, of something the service has: its ETag and version. A good answer may still tell of a
/// failure inside; `root`, a literal, is what its document is called when it does not.
awaitable<result<put_result>> send_for_etag(operation* op, recipe const* what, char const* root);

}  // namespace sluice::inline v0::s3
