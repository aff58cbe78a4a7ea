#pragma once

#include <sluice/log.hpp>

#include <string>
#include <string_view>
#include <utility>

namespace sluice::inline v0::base {

/// The one place that logs: checks the level before anything is formatted, and takes secrets out of what passes.
class logger {
public:
    logger() {}
    logger(log_sink sink, log_level verbosity) : sink_(std::move(sink)), verbosity_(sink_ ? verbosity : log_level::off) {}

    bool at(log_level level) const noexcept { return level <= verbosity_; }
    void write(log_level level, std::string_view line) const;

private:
    log_sink sink_;
    log_level verbosity_ = log_level::off;
};

/// `target` or a URL with the values of secret query parameters (X-Amz-Signature, X-Amz-Credential, X-Amz-Security-Token,
/// AWSAccessKeyId, Signature, sig, X-Goog-Signature...) replaced by "REDACTED", and user info removed.
std::string redacted(std::string_view target);

}  // namespace sluice::inline v0::base
