#include "backend/gcs/errors.hpp"

#include "codec/json.hpp"
#include "retry/classify.hpp"

#include <array>
#include <utility>

namespace sluice::inline v0::gcs {

namespace {

using cloud::cut, cloud::printable, cloud::is_redirect;
using retry::outcome;

constexpr std::string_view user_project_missing = "UserProjectMissing", checksum_mismatch = "checksumMismatch";

/// What has a message, and no reason of its own.
std::string_view code_by_message(std::string_view const message) noexcept {
    bool const no_payer = message.find("requester pays") != std::string_view::npos && message.find("project") != std::string_view::npos;
    if (no_payer) return user_project_missing;
    bool const damaged = message.find("doesn't match calculated") != std::string_view::npos;
    return damaged ? checksum_mismatch : std::string_view();
}

void read_document(refusal& into, std::string_view const body) {
    auto const parsed = codec::json_document::parse(body, cloud::error_body_limit);
    bool const is_error = parsed && parsed->integer({"error", "code"});
    if (!is_error) {
        into.message = printable(body);
        return;
    }
    into.message = cut(parsed->text({"error", "message"}).value_or(std::string()), cloud::message_limit);
    auto const errors = parsed->items({"error", "errors"});
    if (!errors.empty()) into.code = cut(errors.front().text({"reason"}).value_or(std::string()), cloud::id_limit);
    if (into.code.empty()) into.code = cut(parsed->text({"error", "status"}).value_or(std::string()), cloud::id_limit);
}

bool is_too_much(std::string_view const code) noexcept {
    return code == "rateLimitExceeded" || code == "userRateLimitExceeded" || code == "quotaExceeded" || code == "slowDown";
}

/// A 400 may be anything: only its document tells. It is a refusal, so nothing was applied.
bool is_unexplained(refusal const& r) noexcept { return r.cut && r.status == 400; }

errc reason_of(refusal const& r) noexcept {
    if (is_unexplained(r)) return errc::connection_lost;
    if (is_redirect(r.status)) return errc::protocol;
    if (r.code == checksum_mismatch) return errc::checksum_mismatch;
    if (r.status == 403 && is_too_much(r.code)) return errc::throttled;
    if (r.status == 409) return errc::precondition_failed;
    return retry::reason_of(r.status, {});
}

struct advice {
    std::string_view code;
    std::string_view text;
};
constexpr std::array advices{
    advice{user_project_missing, "the requester pays for this bucket: set gcs_settings::user_project"},
    advice{checksum_mismatch, "what arrived at the service is not what was sent"},
    advice{"rateLimitExceeded", "the service asked to slow down: too many requests at once"},
    advice{"userRateLimitExceeded", "the service asked to slow down: too many requests of one user"},
    advice{"quotaExceeded", "the project's quota is used up: wait, or have it raised"},
    advice{"keyAlreadyExists", "the customer's key was refused"},
    advice{"resourceIsEncryptedWithCustomerEncryptionKey", "the object is kept under a customer's key: give it"},
    advice{"customerEncryptionKeyIsIncorrect", "the object is kept under another customer's key"},
    advice{"accountDisabled", "the account or the project is disabled, or has no billing"},
    advice{"uploadBrokenConnection", "the upload broke off"},
};

std::string_view advice_by_status(int const status, bool const anonymous) noexcept {
    if ((status == 403 || status == 401) && anonymous) return "denied, and the request was not signed: give credentials";
    switch (status) {
    case 304: return "the object is unchanged";
    case 401: return "check the credentials";
    case 403: return "denied: check the roles of the account on the bucket";
    case 404: return "there is no such object, or no such bucket";
    case 405: return "the endpoint does not allow this operation";
    case 409: return "the service is in a state that does not allow it";
    case 410: return "what was asked for is gone";
    case 412: return "the object is not the version that was asked for";
    case 416: return "the range begins at or behind the end of the object";
    case 429:
    case 503: return "the service asked to slow down";
    case 501: return "the endpoint does not know this operation";
    default: return status >= 500 ? "the service failed; try again later" : "the service refused the request";
    }
}

std::string detail_of(refusal const& r, bool const anonymous) {
    if (is_unexplained(r)) return "the service refused the request, and the connection broke before it said why";
    if (is_redirect(r.status)) return "the service redirects, which is not followed: check the endpoint";
    for (advice const& a : advices)
        if (a.code == r.code) return std::string(a.text);
    return std::string(advice_by_status(r.status, anonymous));
}

}  // namespace

refusal read_refusal(http::response_head const& head, std::string body) {
    refusal r;
    cloud::read_head(r, head, "x-guploader-uploadid");
    if (!body.empty()) read_document(r, body);
    std::string_view const known = r.status >= 400 && r.status < 500 ? code_by_message(r.message) : std::string_view();
    if (!known.empty()) r.code = known;
    return r;
}

outcome outcome_of(refusal const& r, bool const anonymous) noexcept {
    if (is_unexplained(r) || r.code == checksum_mismatch) return outcome::turned_away;
    if (r.status == 403 && is_too_much(r.code)) return outcome::turned_away;
    if (is_redirect(r.status)) return outcome::final_answer;  // nowhere to go that can be trusted
    outcome const row = retry::classify(r.status, {});
    return row == outcome::expired_credentials && anonymous ? outcome::final_answer : row;
}

failure failure_of(refusal const& r, bool const anonymous) { return cloud::failure_of(r, reason_of(r), detail_of(r, anonymous)); }

failure already_there(failure f) {
    f.reason(errc::already_exists);
    f.info().detail = "there is an object of that name already";
    return f;
}

}  // namespace sluice::inline v0::gcs
