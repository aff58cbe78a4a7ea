#pragma once

#include <sluice/error.hpp>
#include <sluice/object.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <type_traits>

namespace sluice::inline v0 {

// Option types have constructors on purpose: GCC 12 destroys aggregate temporaries twice inside a co_await expression.

/// One request of an operation, answered or failed.
struct attempt {
    attempt() {}
    unsigned number = 1;
    int status = 0;  ///< HTTP status, 0 without an answer or where there is no HTTP
    std::optional<errc> failed;
    std::chrono::nanoseconds elapsed{0};  ///< until the head of the answer
};

/// What every operation takes.
struct call_options {
    call_options() {}
    std::optional<std::chrono::nanoseconds> time_limit;  ///< for the whole operation with its retries; overrides the store's
    /// Called after each attempt, on the operation's thread; must be quick and must not throw. Stores without requests never call it.
    std::function<void(attempt const&)> on_attempt;
};

/// Conditions of a read. ETags with or without quotes.
struct get_options : call_options {
    get_options() {}
    byte_range range;           ///< used by `get`; `read` has a range of its own
    std::string if_match;       ///< else `precondition_failed`
    std::string if_none_match;  ///< else `not_modified`
    std::optional<wall_time> if_modified_since;
    std::optional<wall_time> if_unmodified_since;
    std::string version;  ///< an older version, where the store keeps them
};

struct head_options : call_options {
    head_options() {}
    std::string if_match;
    std::string if_none_match;
    std::optional<wall_time> if_modified_since;
    std::optional<wall_time> if_unmodified_since;
    std::string version;
};

/// How a service is to keep an object, beyond its bytes; what is empty is as the bucket says. Stores without such choices answer
/// `unsupported` to each that is made. Values are the service's own words (API page PutObject), sent as they are.
struct keeping {
    keeping() {}
    std::string storage_class;                              ///< "STANDARD_IA"
    std::string acl;                                        ///< "public-read"
    std::vector<std::pair<std::string, std::string>> tags;  ///< names are case-sensitive and used once
    std::string encryption;                                 ///< "AES256", "aws:kms", "aws:kms:dsse"
    std::string kms_key;                                    ///< id or ARN of the key for aws:kms
    std::string kms_context;                                ///< base64 of a JSON object
    std::string lock_mode;                                  ///< "GOVERNANCE", "COMPLIANCE"; goes with `retain_until`
    std::optional<wall_time> retain_until;
    bool legal_hold = false;

    friend bool operator==(keeping const&, keeping const&) = default;
};

struct put_options : call_options {
    put_options() {}
    sluice::v0::attributes attributes;
    sluice::v0::keeping keeping;
    bool create_only = false;  ///< `already_exists` when there is an object
    std::string if_match;      ///< replace exactly this version, else `precondition_failed`
    /// `create_upload` only: names what is being written, its version included. An upload that is dropped, or whose process dies, then
    /// keeps its parts, and the next one of the same key and name goes on with them. `unsupported` where `capabilities::resumes` is false.
    std::string resume_as;
};

struct list_options : call_options {
    list_options() {}
    std::string delimiter;          ///< "/" groups keys by folder
    std::string start_after;        ///< only keys behind this one
    std::string next;               ///< token of a former page
    std::uint32_t max_keys = 1000;  ///< at most; a page may be shorter
};

static_assert(!std::is_aggregate_v<keeping> && !std::is_aggregate_v<attempt> && !std::is_aggregate_v<call_options> &&
              !std::is_aggregate_v<get_options> && !std::is_aggregate_v<head_options> && !std::is_aggregate_v<put_options> &&
              !std::is_aggregate_v<list_options>);

}  // namespace sluice::inline v0
