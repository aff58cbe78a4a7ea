#include "backend/s3/errors.hpp"

#include "base/http_date.hpp"
#include "codec/xml.hpp"
#include "retry/classify.hpp"

#include <array>
#include <charconv>
#include <string_view>
#include <utility>

namespace sluice::inline v0::s3 {

namespace {

using cloud::cut, cloud::printable, cloud::is_redirect;

void read_document(refusal& into, std::string body) {
    std::string const start = printable(std::string_view(body).substr(0, 800));
    auto const parsed = codec::xml_document::parse(std::move(body), cloud::error_body_limit);
    codec::xml_element error = parsed ? parsed->root() : codec::xml_element();
    if (error && error.name() == "ErrorResponse") error = error.child("Error");
    if (!error || error.name() != "Error") {
        into.message = start;
        return;
    }
    into.code = cut(error.text_of("Code"), cloud::id_limit);
    into.message = cut(error.text_of("Message"), cloud::message_limit);
    if (into.request_id.empty()) into.request_id = cut(error.text_of("RequestId"), cloud::id_limit);
    if (into.region.empty()) into.region = error.text_of("Region");
    std::string const size = error.text_of("ActualObjectSize");
    std::uint64_t value = 0;
    auto const [end, failed] = std::from_chars(size.data(), size.data() + size.size(), value);
    if (failed == std::errc() && end == size.data() + size.size() && !into.object_size) into.object_size = value;
}

bool names_other_region(refusal const& r, sent_as const& as) noexcept { return !r.region.empty() && r.region != as.region; }

bool clock_is_off(refusal const& r, sent_as const& as) noexcept { return !as.anonymous && cloud::clock_is_off(r, as.signed_at); }

/// An answer to HEAD has no document: an expired session token is just a 400.
bool may_be_expired(refusal const& r, sent_as const& as) noexcept {
    return r.status == 400 && as.temporary && r.code.empty() && r.message.empty();
}

struct advice {
    std::string_view code;
    std::string_view text;
};
constexpr std::array advices{
    advice{"NoSuchBucket", "the bucket does not exist: check its name and the endpoint, or create it"},
    advice{"BucketAlreadyOwnedByYou", "you have a bucket of that name already"},
    advice{"BucketAlreadyExists", "somebody else has a bucket of that name: choose another"},
    advice{"BucketNotEmpty", "the bucket is not empty: remove its objects, their old versions, and its open uploads first"},
    advice{"NoSuchKey", "there is no such object"},
    advice{"NoSuchVersion", "there is no such version of the object"},
    advice{"InvalidAccessKeyId", "the service does not know this access key: check the credentials and the endpoint"},
    advice{"SignatureDoesNotMatch", "the signature was refused: check the secret key, and that no proxy changes requests"},
    advice{"ExpiredToken", "the session token has expired: get new credentials"},
    advice{"InvalidToken", "the session token was refused: get new credentials"},
    advice{"RequestTimeTooSkewed", "this machine's clock and the service's differ too much: set the clock"},
    advice{"InvalidObjectState", "the object is archived: restore it first"},
    advice{"MethodNotAllowed", "the endpoint does not allow this operation"},
    advice{"NotImplemented", "the endpoint does not know this operation"},
    advice{"NoSuchUpload", "the upload has ended: it was completed or aborted, maybe elsewhere"},
    advice{"EntityTooSmall", "a part is smaller than the service takes"},
    advice{"InvalidPart", "the service has not got a part as it was sent"},
    advice{"EntityTooLarge", "the object is larger than the service takes in one request"},
};

std::string_view advice_by_status(int const status, bool const anonymous) noexcept {
    if (status == 403 && anonymous) return "denied, and the request was not signed: give credentials";
    switch (status) {
    case 304: return "the object is unchanged";
    case 401: return "check the credentials";
    case 403: return "denied: check the keys and the bucket's policy";
    case 404: return "there is no such object, or no such bucket";
    case 405: return "the endpoint does not allow this operation";
    case 412: return "the object is not the version that was asked for";
    case 416: return "the range begins at or behind the end of the object";
    case 429:
    case 503: return "the service asked to slow down";
    case 501: return "the endpoint does not know this operation";
    default: return status >= 500 ? "the service failed; try again later" : "the service refused the request";
    }
}

/// A 400 may be anything, also what goes away by itself (RequestTimeout, BadDigest, ExpiredToken): only its document tells. It is a
/// refusal, so nothing was applied.
bool is_unexplained(refusal const& r) noexcept { return r.cut && r.status == 400; }

bool is_refused_url(refusal const& r) noexcept {
    return r.status == 401 || r.status == 403 || (r.status == 400 && (r.code == "ExpiredToken" || r.code == "InvalidToken"));
}

/// The service's clock decides, where it tells it.
std::string detail_of_url(refusal const& r, sent_as const& as) {
    if (as.good_until && r.date.value_or(as.signed_at) >= *as.good_until)
        return "the presigned URL has expired, at " + base::format_iso8601(*as.good_until) + ": have a new one made";
    if (r.code == "ExpiredToken") return "the session that the presigned URL was made in has expired: have a new one made";
    return "the presigned URL was refused: it may be for another method (reads are GET, writes are PUT), have been changed on its way, or "
           "its maker may not do that";
}

std::string detail_of(refusal const& r, sent_as const& as) {
    if (as.presigned && is_refused_url(r)) return detail_of_url(r, as);
    if (as.presigned && is_redirect(r.status)) return "the service redirects, which a presigned URL is not taken along with";
    if (names_other_region(r, as) && (is_redirect(r.status) || r.status == 400))
        return "the bucket is in another region: set region to " + r.region;
    if (is_redirect(r.status)) {
        std::string text = "the service redirects";
        if (!r.redirect_host.empty()) text += " to " + r.redirect_host;
        return text + ", which is not followed: check endpoint and region";
    }
    if (clock_is_off(r, as) && r.status == 403) return "this machine's clock and the service's differ too much: set the clock";
    for (advice const& a : advices)
        if (a.code == r.code) return std::string(a.text);
    if (may_be_expired(r, as)) return "the service refused the request without a reason: the session token may have expired";
    std::string text(advice_by_status(r.status, as.anonymous));
    if (r.status == 416 && r.object_size) text += ", which has " + std::to_string(*r.object_size) + " bytes";
    bool const understood = !r.code.empty() || r.message.empty();
    if (!understood) text += "; its answer is no S3 document: is this an S3 endpoint?";
    return text;
}

}  // namespace

refusal read_refusal(http::response_head const& head, std::string body) {
    refusal r;
    cloud::read_head(r, head, "x-amz-request-id");
    r.region = head.headers.value_or("x-amz-bucket-region");
    r.redirect_host = cloud::host_of(head.headers.value_or("location"));
    if (!body.empty()) read_document(r, std::move(body));
    if (!valid_region(r.region)) r.region.clear();
    return r;
}

retry::outcome outcome_of(refusal const& r, sent_as const& as) noexcept {
    if (is_unexplained(r)) return retry::outcome::turned_away;
    if (as.presigned) {
        retry::outcome const row = retry::classify(r.status, r.code);
        bool const by_signing = row == retry::outcome::wrong_region || row == retry::outcome::clock_skewed ||
                                row == retry::outcome::expired_credentials || is_redirect(r.status);
        return by_signing ? retry::outcome::final_answer : row;
    }
    bool const may_be_region = is_redirect(r.status) || r.status == 400;
    if (may_be_region && names_other_region(r, as)) return retry::outcome::wrong_region;
    if (is_redirect(r.status)) return retry::outcome::final_answer;  // nowhere to go that can be trusted
    if (r.status == 403 && clock_is_off(r, as)) return retry::outcome::clock_skewed;
    if (may_be_expired(r, as)) return retry::outcome::expired_credentials;
    retry::outcome const row = retry::classify(r.status, r.code);
    bool const cannot_fix = (row == retry::outcome::wrong_region) || (row == retry::outcome::clock_skewed && !r.date);
    return cannot_fix ? retry::outcome::final_answer : row;
}

failure failure_of(refusal const& r, sent_as const& as) {
    errc const reason = is_redirect(r.status) ? errc::protocol : retry::reason_of(r.status, r.code);
    if (!is_unexplained(r)) return cloud::failure_of(r, reason, detail_of(r, as));
    return cloud::failure_of(r, errc::connection_lost, "the service refused the request, and the connection broke before it said why");
}

failure already_there(failure f) {
    f.reason(errc::already_exists);
    f.info().detail = "there is an object of that name already";
    return f;
}

failure not_that_version(failure f, etag_form const sent) {
    if (f.info().service_code == "NoSuchKey") {
        f.reason(errc::precondition_failed);
        f.info().detail = "there is no such object, so none of the version that was asked for";
    } else if (f.info().status == 412 && sent == etag_form::quoted && f.info().request_id.starts_with("tx0")) {  // Ceph's request ids
        f.info().detail += "; or the service is a Ceph that wants its ETag without quotes: see s3_settings::put_if_match";
    }
    return f;
}

failure about_place(failure f, place const& where) {
    if (f.reason() == errc::protocol && f.info().status == 0) f.info().detail += "; is " + where.host + " an S3 endpoint?";
    return f;
}

}  // namespace sluice::inline v0::s3
