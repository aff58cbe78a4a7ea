#pragma once

#include "testing/s3_objects.hpp"

namespace sluice::inline v0::testing {

/// The conditions of a GET or HEAD in the order of RFC 9110 13.2.2; throws a 412 or 304 when they do not hold.
void check_read_conditions(service_request const& request, s3_object const& object);
/// Those of a PUT: create only (If-None-Match: *) and compare-and-swap (If-Match); `current` may be null.
void check_put_conditions(s3_request const& request, s3_object const* current, bool bare);
/// That of a DELETE; an absent object is as good as deleted.
void check_delete_conditions(s3_request const& request, s3_object const* current);

}  // namespace sluice::inline v0::testing
