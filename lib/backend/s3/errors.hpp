#pragma once

#include "backend/s3/endpoint.hpp"
#include "cloud/refusal.hpp"
#include "http/response_head.hpp"
#include "retry/retry_state.hpp"

#include <sluice/error.hpp>
#include <sluice/s3.hpp>

#include <chrono>
#include <optional>
#include <string>

namespace sluice::inline v0::s3 {

/// An answer that is no success.
struct refusal : cloud::refusal {
    refusal() {}
    std::string region;         ///< where the bucket is said to be; always a `valid_region`
    std::string redirect_host;  ///< of Location
};

/// `body` is empty for HEAD. Never fails: what cannot be read is left out.
refusal read_refusal(http::response_head const& head, std::string body);

/// What an attempt's sender knew, against which a refusal is judged.
struct sent_as {
    sent_as() {}
    std::string region;
    bool anonymous = false;
    bool temporary = false;  ///< with a session token, which may have expired
    std::chrono::system_clock::time_point signed_at;
    bool presigned = false;  ///< by a URL: nothing of it can be mended here
    std::optional<std::chrono::system_clock::time_point> good_until;
};

/// The row of the retry table.
retry::outcome outcome_of(refusal const& r, sent_as const& as) noexcept;

/// The failure this means when it is final; the detail says what to do about it.
failure failure_of(refusal const& r, sent_as const& as);

/// What a 412 means for a create-only write.
failure already_there(failure f);

/// What the refusal of a put with If-Match means: whatever is not the version asked for, an object that is gone included, is
/// precondition_failed.
failure not_that_version(failure f, etag_form sent);

/// Adds to a failure of the transport what is known about the place it was sent to.
failure about_place(failure f, place const& where);

}  // namespace sluice::inline v0::s3
