#include "backend/azure/errors.hpp"

#include "codec/xml.hpp"
#include "retry/classify.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace sluice::inline v0::azure {

namespace {

using retry::outcome;

struct known_code {
    std::string_view code;
    outcome row;
    errc reason;
    std::string_view advice;  ///< what to do about it; empty: the status tells
};

using enum retry::outcome;
constexpr std::array codes{
    known_code{"AccountBeingCreated", server_busy, errc::server, {}},
    known_code{"AuthenticationFailed", final_answer, errc::unauthenticated,
               "the signature was refused: check account name and key, or that the shared access signature is whole and not expired"},
    known_code{"AuthorizationFailure", final_answer, errc::permission_denied,
               "denied: check the account's firewall and the role of who asks"},
    known_code{"AuthorizationPermissionMismatch", final_answer, errc::permission_denied,
               "denied: the shared access signature or the role does not allow this"},
    known_code{"AuthorizationProtocolMismatch", final_answer, errc::permission_denied, "the shared access signature wants https"},
    known_code{"AuthorizationResourceTypeMismatch", final_answer, errc::permission_denied,
               "denied: the shared access signature is for another kind of resource"},
    known_code{"BlobAlreadyExists", final_answer, errc::already_exists, {}},
    known_code{"BlobNotFound", final_answer, errc::not_found, "there is no such object"},
    known_code{"BlockCountExceedsLimit", final_answer, errc::invalid_argument, "a blob has 50,000 blocks at most"},
    known_code{"CannotVerifyCopySource", final_answer, errc::not_found, "the source of the copy is not there or may not be read"},
    known_code{"ConditionNotMet", final_answer, errc::precondition_failed, "the object is not the version that was asked for"},
    known_code{"ContainerAlreadyExists", final_answer, errc::already_exists, "there is a container of that name already"},
    known_code{"ContainerBeingDeleted", conflict, errc::precondition_failed,
               "a container of that name is being removed: that takes the service 30 seconds and more"},
    known_code{"ContainerDisabled", final_answer, errc::permission_denied, {}},
    known_code{"ContainerNotFound", final_answer, errc::not_found, "the container does not exist: check its name, or create it"},
    known_code{"Crc64Mismatch", turned_away, errc::checksum_mismatch, {}},
    known_code{"InsufficientAccountPermissions", final_answer, errc::permission_denied, {}},
    known_code{"InvalidAuthenticationInfo", expired_credentials, errc::unauthenticated, "the token was refused: it may have expired"},
    known_code{"InvalidBlobOrBlock", final_answer, errc::precondition_failed, "the blob is of another kind, or has blocks of another form"},
    known_code{"InvalidBlobType", final_answer, errc::precondition_failed, "the blob is of another kind"},
    known_code{"InvalidBlockList", final_answer, errc::precondition_failed,
               "blocks of the upload are gone: the blob was written meanwhile, or the upload is older than a week"},
    known_code{"InvalidMetadata", final_answer, errc::invalid_argument, "a metadata name has letters, digits and underscores only"},
    known_code{"InvalidRange", final_answer, errc::range_not_satisfiable, {}},
    known_code{"InvalidResourceName", final_answer, errc::invalid_argument, "the service does not take that name"},
    known_code{"LeaseAlreadyPresent", final_answer, errc::precondition_failed, "there is a lease already"},
    known_code{"LeaseIdMismatchWithBlobOperation", final_answer, errc::precondition_failed, "the lease is another's"},
    known_code{"LeaseIdMissing", final_answer, errc::precondition_failed, "somebody has a lease on it"},
    known_code{"LeaseLost", final_answer, errc::precondition_failed, "the lease has ended"},
    known_code{"LeaseNotPresentWithBlobOperation", final_answer, errc::precondition_failed, "there is no such lease"},
    known_code{"Md5Mismatch", turned_away, errc::checksum_mismatch, {}},
    known_code{"NoAuthenticationInformation", final_answer, errc::unauthenticated,
               "the request was not signed: give a key, a token or a signature"},
    known_code{"NoPendingCopyOperation", final_answer, errc::precondition_failed, "the copy has ended already"},
    known_code{"OperationTimedOut", server_busy, errc::server, {}},
    known_code{"PendingCopyOperation", final_answer, errc::precondition_failed, "a copy into the blob is under way"},
    known_code{"PublicAccessNotPermitted", final_answer, errc::unauthenticated,
               "the request was not signed, and the account allows no public access"},
    known_code{"ResourceNotFound", final_answer, errc::not_found, "there is no such object, or no such container"},
    known_code{"ServerBusy", turned_away, errc::throttled, {}},
    known_code{"SnapshotsPresent", final_answer, errc::precondition_failed, "the blob has snapshots, which go first"},
    known_code{"SourceConditionNotMet", final_answer, errc::precondition_failed, "the source changed meanwhile"},
    known_code{"TargetConditionNotMet", final_answer, errc::precondition_failed, {}},
};
static_assert(std::ranges::is_sorted(codes, {}, &known_code::code));

known_code const* find(std::string_view const code) noexcept {
    auto const* const at = std::ranges::lower_bound(codes, code, {}, &known_code::code);
    return at != codes.end() && at->code == code ? at : nullptr;
}

std::string_view advice_by_status(cloud::refusal const& r) noexcept {
    switch (r.status) {
    case 304: return "the object is unchanged";
    case 401: return "check the credentials";
    case 403: return "denied: check the keys and the roles of who asks";
    case 404: return "there is no such object, or no such container";
    case 409: return "there is something in the way";
    case 412: return "the object is not the version that was asked for";
    case 416: return "the range begins at or behind the end of the object";
    case 429:
    case 503: return "the service asked to slow down";
    default: return r.status >= 500 ? "the service failed; try again later" : "the service refused the request";
    }
}

bool by_clock(cloud::refusal const& r, sent_as const& as) noexcept {
    return r.status == 403 && as.how == sent_as::by::key && cloud::clock_is_off(r, as.at);
}

std::string detail_of(cloud::refusal const& r, sent_as const& as) {
    if (by_clock(r, as)) return "this machine's clock and the service's differ too much: set the clock";
    if (cloud::is_redirect(r.status)) return "the service redirects, which is not followed: check the endpoint";
    known_code const* const known = r.status == 304 ? nullptr : find(r.code);
    if (known != nullptr && !known->advice.empty()) return std::string(known->advice);
    std::string text(advice_by_status(r));
    if (r.status == 416 && r.object_size) text += ", which has " + std::to_string(*r.object_size) + " bytes";
    return text;
}

/// A signature in what the service says would be in our logs.
std::string without_signature(std::string text) {
    if (std::size_t const at = text.find("sig="); at != std::string::npos) text.resize(at);
    return text;
}

}  // namespace

cloud::refusal read_refusal(http::response_head const& head, std::string body) {
    cloud::refusal r;
    cloud::read_head(r, head, "x-ms-request-id");
    r.code = cloud::cut(std::string(head.headers.value_or("x-ms-error-code")), cloud::id_limit);
    if (body.empty()) return r;
    if (body.starts_with("\xef\xbb\xbf")) body.erase(0, 3);
    std::string const start = cloud::printable(std::string_view(body).substr(0, 800));
    auto const parsed = codec::xml_document::parse(std::move(body), cloud::error_body_limit);
    if (!parsed || parsed->root().name() != "Error") {
        r.message = without_signature(start);
        return r;
    }
    if (r.code.empty()) r.code = cloud::cut(parsed->root().text_of("Code"), cloud::id_limit);
    std::string message = parsed->root().text_of("Message");
    message = message.substr(0, message.find("\nRequestId:"));  // repeated behind it, with the time
    r.message = without_signature(cloud::cut(std::move(message), cloud::message_limit));
    return r;
}

retry::outcome outcome_of(cloud::refusal const& r, sent_as const& as) noexcept {
    if (cloud::is_redirect(r.status)) return final_answer;
    if (by_clock(r, as)) return clock_skewed;
    if (r.cut && r.status == 400 && r.code.empty()) return turned_away;
    known_code const* const known = find(r.code);
    outcome const row = known != nullptr ? known->row : retry::classify(r.status, r.code);
    return row == expired_credentials && as.how != sent_as::by::token ? final_answer : row;
}

failure failure_of(cloud::refusal const& r, sent_as const& as) {
    known_code const* const known = find(r.code);
    errc reason = known != nullptr ? known->reason : retry::reason_of(r.status, r.code);
    if (r.status == 304) reason = errc::not_modified;  // by the same code as a condition of a write
    if (cloud::is_redirect(r.status)) reason = errc::protocol;
    if (by_clock(r, as)) reason = errc::unauthenticated;
    return cloud::failure_of(r, reason, detail_of(r, as));
}

}  // namespace sluice::inline v0::azure
