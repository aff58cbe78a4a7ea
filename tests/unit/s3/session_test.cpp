// The document in which the keys of a session with a directory bucket come.
#include "backend/s3/session.hpp"

#include "base/http_date.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

using namespace sluice;
using namespace std::chrono_literals;

namespace {

std::string document(std::string_view access, std::string_view secret, std::string_view token, std::string_view expires) {
    std::string text =
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<CreateSessionResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Credentials>";
    text.append("<SessionToken>").append(token).append("</SessionToken>");
    text.append("<SecretAccessKey>").append(secret).append("</SecretAccessKey>");
    text.append("<AccessKeyId>").append(access).append("</AccessKeyId>");
    text.append("<Expiration>").append(expires).append("</Expiration>");
    return text + "</Credentials></CreateSessionResult>";
}

}  // namespace

TEST_CASE("s3 session: asked for without a mode, and without a body") {
    s3::recipe const r = s3::session_recipe();
    CHECK(r.method == "GET");
    CHECK(r.query == "session=");
    CHECK(r.key.empty());
    CHECK(r.headers.size() == 0);
}

TEST_CASE("s3 session: keys, token and end are read") {
    auto const keys = s3::parse_session(document("ASIA1", "s/e+c", "t/o+k==", "2026-11-27T10:05:00.000Z"));
    REQUIRE(keys.has_value());
    CHECK(keys->access_key == "ASIA1");
    CHECK(keys->secret_key == "s/e+c");
    CHECK(keys->session_token == "t/o+k==");
    CHECK(keys->expires == base::parse_iso8601("2026-11-27T10:05:00Z"));
}

TEST_CASE("s3 session: what is no session is a protocol error, without a word of the document") {
    std::string const good = "2026-11-27T10:05:00Z";
    for (std::string const& bad :
         {std::string(), std::string("canary"), std::string("<CreateSessionResult/>"),
          std::string("<CreateSessionResult><Credentials/></CreateSessionResult>"), document("", "canary", "canary", good),
          document("canary", "", "canary", good), document("canary", "canary", "", good), document("canary", "canary", "canary", ""),
          document("canary", "canary", "canary", "canary"), document("canary", "canary", "canary", good).substr(0, 180),
          "<Other>" + document("canary", "canary", "canary", good) + "</Other>",
          std::string("<ListBucketResult><Name>canary</Name></ListBucketResult>")}) {
        CAPTURE(bad);
        auto const keys = s3::parse_session(bad);
        REQUIRE(keys.has_error());
        CHECK(keys.error().reason() == errc::protocol);
        CHECK(keys.error().info().detail.find("canary") == std::string::npos);
    }
}

TEST_CASE("s3 session: it ends as long after its answer as the service says, whatever our clock reads") {
    wall_time const expires{1'700'000'300s};
    CHECK(s3::end_by_our_clock(expires, wall_time(1'700'000'000s), wall_time(1'700'000'000s)) == expires);
    CHECK(s3::end_by_our_clock(expires, wall_time(1'700'000'000s), wall_time(1'700'000'600s)) == wall_time(1'700'000'900s));
    CHECK(s3::end_by_our_clock(expires, wall_time(1'700'000'000s), wall_time(1'699'999'700s)) == wall_time(1'700'000'000s));
    CHECK(s3::end_by_our_clock(expires, std::nullopt, wall_time(1'700'000'600s)) == expires);
}
