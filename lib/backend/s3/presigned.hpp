#pragma once

#include <sluice/error.hpp>
#include <sluice/object_store.hpp>
#include <sluice/s3.hpp>

#include <memory>
#include <string_view>

namespace sluice::inline v0::s3 {

/// A store of the one object a presigned URL is for, and its key.
struct presigned_object {
    presigned_object() {}
    std::shared_ptr<object_store> store;
    object_key key;
};

/// Reads use the URL as one signed for GET, a put as one for PUT: which it is cannot be seen. Of `settings` count those of the way there
/// (TLS, proxies, time limits, retries, pool, log). Sends nothing. Errors: invalid_argument.
result<presigned_object> open_presigned(s3_settings settings, std::string_view url);

}  // namespace sluice::inline v0::s3
