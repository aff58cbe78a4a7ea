#pragma once

#include <sluice/s3.hpp>
#include <sluice/testing/s3_server.hpp>

#include <memory>
#include <string>

namespace sluice::test {

/// Settings for `server`'s first bucket that fail fast: three attempts, no long pauses.
inline s3_settings settings_for(testing::s3_server const& server, testing::s3_server_options const& options = {}) {
    s3_settings settings;
    settings.bucket = options.buckets.front();
    settings.region = options.region;
    settings.endpoint = server.endpoint();
    settings.credentials = static_credentials(credentials(options.access_key, options.secret_key, options.session_token));
    settings.retry.max_attempts = 3;
    settings.retry.base = std::chrono::milliseconds(1);
    settings.retry.cap = std::chrono::milliseconds(5);
    return settings;
}

}  // namespace sluice::test
