#include "backend/gcs/session_note.hpp"

#include "backend/gcs/session_keeping.hpp"
#include "backend/gcs/session_recipes.hpp"

#include <doctest/doctest.h>

#include <set>
#include <string>

using namespace sluice;

namespace {

gcs::session_note example() {
    gcs::session_note note;
    note.asked = std::string(64, 'a');
    note.put_id = "0123456789abcdef";
    note.target = "/upload/storage/v1/b/b/o?uploadType=resumable&upload_id=secret";
    note.summed = 1ull << 40;
    note.crc = 0xE3069283;
    return note;
}

std::string digest_with(put_options const& options, std::string const& described, std::uint64_t size, gcs::target_condition const& when) {
    return gcs::digest_of(gcs::begin_session_recipe("b", described, size, options, when));
}

}  // namespace

TEST_CASE("gcs kept sessions: a note is read as it was written") {
    for (std::string const& put_id : {std::string(), std::string("0123456789abcdef")}) {
        gcs::session_note note = example();
        note.put_id = put_id;
        auto const read = gcs::parse_session_note(gcs::write_session_note(note));
        REQUIRE(read.has_value());
        CHECK(read->asked == note.asked);
        CHECK(read->put_id == note.put_id);
        CHECK(read->target == note.target);
        CHECK(read->summed == note.summed);
        CHECK(read->crc == note.crc);
    }
}

TEST_CASE("gcs kept sessions: a note that is torn, changed or longer is none") {
    std::string const text = gcs::write_session_note(example());
    for (std::size_t i = 0; i < text.size(); ++i) {
        CHECK_FALSE(gcs::parse_session_note(text.substr(0, i)));
        std::string other = text;
        other[i] = static_cast<char>(other[i] ^ 1);
        CHECK_FALSE(gcs::parse_session_note(other));
    }
    CHECK_FALSE(gcs::parse_session_note(text + '\n'));
}

TEST_CASE("gcs kept sessions: no note sends a request elsewhere than to a path of the endpoint") {
    for (char const* const target : {"", "http://elsewhere/upload", "/a b", "/a\r", "/\x7f"}) {
        gcs::session_note note = example();
        note.target = target;
        CHECK_FALSE(gcs::parse_session_note(gcs::write_session_note(note)));
    }
}

TEST_CASE("gcs kept sessions: a place is of one endpoint, bucket, key and name") {
    std::set<std::string> const names{gcs::session_name("h", "b", "k", "v"), gcs::session_name("g", "b", "k", "v"),
                                      gcs::session_name("h", "c", "k", "v"), gcs::session_name("h", "b", "l", "v"),
                                      gcs::session_name("h", "b", "k", "w"), gcs::session_name("hb", "", "k", "v"),
                                      gcs::session_name("h", "b", "kv", "")};
    CHECK(names.size() == 7);
    CHECK(names.begin()->size() == 32);
    CHECK(gcs::session_name("h", "b", "k", "v") == gcs::session_name("h", "b", "k", "v"));
}

TEST_CASE("gcs kept sessions: whatever changes the object makes it another upload") {
    put_options typed, keyed, kept;
    typed.attributes.content_type = "text/x";
    keyed.keeping.key = customer_key(std::string(32, 'k'));
    kept.keeping.acl = "publicRead";
    gcs::target_condition const any;
    std::set<std::string> const digests{digest_with({}, "{}", 1, any),
                                        digest_with({}, "{}", 2, any),
                                        digest_with({}, "{1}", 1, any),
                                        digest_with(typed, "{}", 1, any),
                                        digest_with(keyed, "{}", 1, any),
                                        digest_with(kept, "{}", 1, any),
                                        digest_with({}, "{}", 1, gcs::target_condition::absent())};
    CHECK(digests.size() == 7);
}

TEST_CASE("gcs kept sessions: what may pass is worth keeping") {
    for (errc const one : {errc::connection_lost, errc::unreachable, errc::timed_out, errc::server, errc::throttled, errc::unauthenticated,
                           errc::permission_denied, errc::truncated, errc::io, errc::ambiguous})
        CHECK_MESSAGE(gcs::is_worth_keeping(make_error_code(one)), to_string(one));
    for (errc const one : {errc::cancelled, errc::already_exists, errc::precondition_failed, errc::not_found, errc::checksum_mismatch,
                           errc::invalid_argument, errc::unsupported, errc::protocol})
        CHECK_MESSAGE(!gcs::is_worth_keeping(make_error_code(one)), to_string(one));
}
