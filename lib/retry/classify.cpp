#include "retry/classify.hpp"

#include "base/http_date.hpp"

#include <algorithm>
#include <array>
#include <limits>

namespace sluice::inline v0::retry {

namespace {

using std::chrono::nanoseconds;

struct known_code {
    std::string_view code;
    outcome row;
    errc reason;
};

using enum outcome;
// Codes of S3 and of the services that speak its protocol. A code decides before the status: errors also travel inside a 200.
constexpr std::array codes{
    known_code{"AccessDenied", final_answer, errc::permission_denied},
    known_code{"AccountProblem", final_answer, errc::permission_denied},
    known_code{"AllAccessDisabled", final_answer, errc::permission_denied},
    known_code{"AuthorizationHeaderMalformed", wrong_region, errc::unauthenticated},
    known_code{"BadDigest", turned_away, errc::checksum_mismatch},
    known_code{"BandwidthLimitExceeded", turned_away, errc::throttled},
    known_code{"BucketAlreadyExists", final_answer, errc::already_exists},
    known_code{"BucketAlreadyOwnedByYou", final_answer, errc::already_exists},
    known_code{"BucketNotEmpty", final_answer, errc::precondition_failed},
    known_code{"ConditionalRequestConflict", conflict, errc::precondition_failed},
    known_code{"EntityTooLarge", final_answer, errc::invalid_argument},
    known_code{"EntityTooSmall", final_answer, errc::invalid_argument},
    known_code{"ExpiredToken", expired_credentials, errc::unauthenticated},
    known_code{"ExpiredTokenException", expired_credentials, errc::unauthenticated},
    known_code{"IncompleteBody", turned_away, errc::truncated},
    known_code{"IncorrectEndpoint", wrong_region, errc::invalid_argument},
    known_code{"InternalError", server_busy, errc::server},
    known_code{"InvalidAccessKeyId", final_answer, errc::unauthenticated},
    known_code{"InvalidArgument", final_answer, errc::invalid_argument},
    known_code{"InvalidPart", final_answer, errc::invalid_argument},
    known_code{"InvalidPartOrder", final_answer, errc::invalid_argument},
    known_code{"InvalidRange", final_answer, errc::range_not_satisfiable},
    known_code{"InvalidRequest", final_answer, errc::invalid_argument},
    known_code{"InvalidToken", expired_credentials, errc::unauthenticated},
    known_code{"MalformedXML", final_answer, errc::invalid_argument},
    known_code{"MethodNotAllowed", final_answer, errc::unsupported},
    known_code{"NoSuchBucket", final_answer, errc::not_found},
    known_code{"NoSuchKey", final_answer, errc::not_found},
    known_code{"NoSuchUpload", final_answer, errc::not_found},
    known_code{"NoSuchVersion", final_answer, errc::not_found},
    known_code{"NotImplemented", final_answer, errc::unsupported},
    known_code{"NotSignedUp", final_answer, errc::permission_denied},
    known_code{"OperationAborted", conflict, errc::precondition_failed},
    known_code{"PermanentRedirect", wrong_region, errc::invalid_argument},
    known_code{"PreconditionFailed", final_answer, errc::precondition_failed},
    known_code{"QuotaExceeded", final_answer, errc::no_space},
    known_code{"Redirect", wrong_region, errc::invalid_argument},
    known_code{"RequestLimitExceeded", turned_away, errc::throttled},
    known_code{"RequestTimeTooSkewed", clock_skewed, errc::unauthenticated},
    known_code{"RequestTimeout", turned_away, errc::timed_out},
    known_code{"ServiceUnavailable", server_busy, errc::throttled},
    known_code{"SignatureDoesNotMatch", final_answer, errc::unauthenticated},
    known_code{"SlowDown", turned_away, errc::throttled},
    known_code{"SlowDownRead", turned_away, errc::throttled},
    known_code{"SlowDownWrite", turned_away, errc::throttled},
    known_code{"TemporaryRedirect", wrong_region, errc::invalid_argument},
    known_code{"Throttling", turned_away, errc::throttled},
    known_code{"ThrottlingException", turned_away, errc::throttled},
    known_code{"TokenRefreshRequired", expired_credentials, errc::unauthenticated},
    known_code{"TooManyRequests", turned_away, errc::throttled},
    known_code{"XAmzContentChecksumMismatch", turned_away, errc::checksum_mismatch},
    known_code{"XAmzContentSHA256Mismatch", turned_away, errc::checksum_mismatch},
    known_code{"XMinioStorageFull", final_answer, errc::no_space},
};
static_assert(std::ranges::is_sorted(codes, {}, &known_code::code));

known_code const* find(std::string_view const code) noexcept {
    auto const* const at = std::ranges::lower_bound(codes, code, {}, &known_code::code);
    return at != codes.end() && at->code == code ? at : nullptr;
}

}  // namespace

outcome classify(failure const& f) noexcept {
    switch (f.reason()) {
    case errc::unreachable:
    case errc::connection_lost: return f.sent() ? lost : not_sent;
    case errc::timed_out: return f.sent() ? timed_out_after_send : not_sent;
    case errc::truncated:
    case errc::checksum_mismatch: return damaged_body;
    default: return final_answer;
    }
}

outcome classify(int const status, std::string_view const service_code) noexcept {
    if (known_code const* const known = find(service_code)) return known->row;
    switch (status) {
    case 301:
    case 302:
    case 307:
    case 308: return wrong_region;
    case 401: return expired_credentials;
    case 408:
    case 429: return turned_away;
    case 500:
    case 502:
    case 503:
    case 504: return server_busy;
    default: return final_answer;
    }
}

errc reason_of(int const status, std::string_view const service_code) noexcept {
    if (known_code const* const known = find(service_code)) return known->reason;
    switch (status) {
    case 301:
    case 302:
    case 307:
    case 308: return errc::invalid_argument;  // the region or endpoint that was set
    case 304: return errc::not_modified;
    case 401: return errc::unauthenticated;
    case 403: return errc::permission_denied;
    case 404:
    case 410: return errc::not_found;
    case 405:
    case 501: return errc::unsupported;
    case 408: return errc::timed_out;
    case 409: return errc::already_exists;
    case 412: return errc::precondition_failed;
    case 416: return errc::range_not_satisfiable;
    case 429: return errc::throttled;
    case 503: return errc::throttled;
    case 507: return errc::no_space;
    default: break;
    }
    if (status >= 500 && status < 600) return errc::server;
    if (status >= 400 && status < 500) return errc::invalid_argument;
    // An error document under a 200, with a code we do not know: the service says that it failed.
    return status == 200 && !service_code.empty() ? errc::server : errc::protocol;
}

std::optional<nanoseconds> parse_retry_after(std::string_view value, std::chrono::system_clock::time_point const now) noexcept {
    auto const outer = value.find_first_not_of(" \t");
    if (outer == std::string_view::npos) return std::nullopt;
    value = value.substr(outer, value.find_last_not_of(" \t") + 1 - outer);
    if (std::ranges::all_of(value, [](char c) { return c >= '0' && c <= '9'; })) {
        constexpr nanoseconds::rep most = std::numeric_limits<nanoseconds::rep>::max() / 1'000'000'000;
        nanoseconds::rep seconds = 0;
        for (char const c : value)
            seconds = std::min(most, std::min(most / 10, seconds) * 10 + (c - '0'));  // a huge one is capped by the policy
        return std::chrono::seconds(seconds);
    }
    auto const when = base::parse_http_date(value);
    if (!when) return std::nullopt;
    return std::max(nanoseconds::zero(), nanoseconds(*when - now));
}

}  // namespace sluice::inline v0::retry
