#pragma once

#include <sluice/error.hpp>
#include <sluice/object.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

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

/// The 32 bytes of an AES-256 key by which the service encrypts an object and which it does not keep (SSE-C): who reads the object says the
/// key again, and who loses the key has lost the object. Empty: none. Stores without such keys answer `unsupported`; S3 wants TLS.
struct customer_key {
    customer_key() {}
    explicit customer_key(std::string secret) : secret(std::move(secret)) {}
    std::string secret;  ///< never printed

    friend bool operator==(customer_key const&, customer_key const&) = default;
};

/// Which version of an object is read, and under which conditions. ETags with or without quotes.
struct head_options : call_options {
    head_options() {}
    std::string if_match;       ///< else `precondition_failed`
    std::string if_none_match;  ///< else `not_modified`
    std::optional<wall_time> if_modified_since;
    std::optional<wall_time> if_unmodified_since;
    std::string version;  ///< an older version, where the store keeps them
    customer_key key;     ///< of an object that is kept under one
};

struct get_options : head_options {
    get_options() {}
    byte_range range;  ///< used by `get`; `read` has a range of its own
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
    customer_key key;                                       ///< instead of the three
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
    /// Names what is being written, its version included. An upload that is dropped, or whose process dies, then keeps its parts, and the
    /// next of the same key and name goes on with them; `unsupported` where `capabilities::resumes` is false. So does a put where
    /// `capabilities::resumes_puts`; elsewhere it takes no notice.
    std::string resume_as;
};

/// Progress of a transfer: bytes done so far, and the total once it is known. Called from the transfer's coroutines; must be quick.
using progress = std::function<void(std::uint64_t done, std::uint64_t total)>;

/// Options of `object_store::copy`; those of a put are about the new object, whose attributes are the source's unless some are given.
struct store_copy_options : put_options {
    store_copy_options() {}
    head_options source;                   ///< conditions, version and key of what is copied
    std::uint64_t part_size = 1ull << 30;  ///< larger objects are copied in parts of this size side by side, where a store does so
    sluice::v0::progress report;
};

struct list_options : call_options {
    list_options() {}
    std::string delimiter;          ///< "/" groups keys by folder
    std::string start_after;        ///< only keys behind this one, where a listing has an order
    std::string next;               ///< token of a former page
    std::uint32_t max_keys = 1000;  ///< at most, and at least 1; a page may be shorter
    bool owners = false;            ///< `object_meta::owner`, where the service tells it
};

static_assert(!std::is_aggregate_v<keeping> && !std::is_aggregate_v<attempt> && !std::is_aggregate_v<call_options> &&
              !std::is_aggregate_v<get_options> && !std::is_aggregate_v<head_options> && !std::is_aggregate_v<put_options> &&
              !std::is_aggregate_v<list_options> && !std::is_aggregate_v<store_copy_options> && !std::is_aggregate_v<customer_key>);

}  // namespace sluice::inline v0
