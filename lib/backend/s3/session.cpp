#include "backend/s3/session.hpp"

#include "backend/s3/document.hpp"
#include "base/http_date.hpp"

#include <utility>

namespace sluice::inline v0::s3 {

recipe session_recipe() {
    recipe r;
    r.query = "session=";
    return r;
}

result<credentials> parse_session(std::string document) {
    auto const parsed = parse_as(std::move(document), session_limit, "CreateSessionResult");
    if (!parsed) return parsed.error();
    codec::xml_element const given = parsed->root().child("Credentials");
    credentials keys;
    keys.access_key = given.text_of("AccessKeyId");
    keys.secret_key = given.text_of("SecretAccessKey");
    keys.session_token = given.text_of("SessionToken");
    keys.expires = base::parse_iso8601(given.text_of("Expiration"));
    bool const whole = !keys.access_key.empty() && !keys.secret_key.empty() && !keys.session_token.empty();
    if (!whole) return failure(errc::protocol, "the session that the service gave lacks its keys or its token");
    if (!keys.expires) return failure(errc::protocol, "the session that the service gave does not say when it expires");
    return keys;
}

wall_time end_by_our_clock(wall_time const expires, std::optional<wall_time> const there, wall_time const here) noexcept {
    return there ? here + (expires - *there) : expires;
}

}  // namespace sluice::inline v0::s3
