// Google Cloud Storage refuses: tokens that end, names that cannot be, permissions. What each call says, and what it has sent.
#include "integration/gcs_calls.hpp"
#include "support/co_test.hpp"
#include "support/google_files.hpp"

#include <sluice/gcs_bucket.hpp>
#include <sluice/gcs_credentials.hpp>

#include <atomic>
#include <string>
#include <string_view>

using namespace sluice;
using namespace sluice::test;
using testing::service_fault, testing::service_request_view;
using namespace std::chrono_literals;

namespace {

/// A Google that gives tokens, "token-1" and so on, for a user's file.
class token_desk {
public:
    token_source& source() { return *source_; }
    std::shared_ptr<token_source> shared() const { return source_; }
    unsigned given() const { return given_; }

private:
    testing::scripted_reply next() {
        return testing::scripted_reply::ok(R"({"access_token":"token-)" + std::to_string(++given_) + R"(","expires_in":3600})");
    }
    std::atomic<unsigned> given_ = 0;
    testing::script_server server_{[this](testing::received_request const&) { return next(); }};
    std::shared_ptr<token_source> source_ = google_credentials_of(user_file(server_.endpoint() + "/token"));
};

/// A server that takes "token-1", and a store whose tokens come from Google.
struct token_place {
    token_place() : server(first()) {
        server.put("bucket", "there", pattern(100'000));
        settings.bucket = "bucket";
        settings.endpoint = server.endpoint();
        settings.tokens = google.shared();
        settings.resumable_above = 300'000;
        settings.chunk_size = 256 * 1024;
        store = make_gcs_store(settings);
    }
    static testing::gcs_server_options first() {
        testing::gcs_server_options options;
        options.token = "token-1";
        return options;
    }
    /// From request number `at` on another token is asked for.
    void expire_at(std::uint64_t at, std::string next) {
        server.reset_counts();
        server.on_request([this, at, next](service_request_view const& r) -> std::optional<service_fault> {
            if (r.number == at) server.rotate_token(next);
            return std::nullopt;
        });
    }

    token_desk google;
    testing::gcs_server server;
    gcs_settings settings;
    store_pointer store;
};

}  // namespace

TEST_CASE("gcs errors: a token that expires in the middle of an upload is fetched anew once, and the upload goes on") {
    for (std::uint64_t at = 1; at <= 4; ++at) {
        token_place here;
        here.expire_at(at, "token-2");
        sluice::test::run([&]() -> awaitable<void> { co_await here.store->put("k", from_source(700'000)); });
        CHECK((here.server.get("bucket", "k") == pattern(700'000)));
        CHECK(here.google.given() == 2);
        // Begin and three chunks, one of these twice; before a chunk goes again it is asked how many bytes are there.
        CHECK(here.server.counts().requests == (at == 1 ? 5 : 6));
        CHECK(here.server.counts().refused == 0);
    }
}

TEST_CASE("gcs errors: a token that expires between two pieces of a download that breaks off") {
    token_place here;
    here.server.on_request([&here](service_request_view const& r) -> std::optional<service_fault> {
        service_fault fault;
        if (r.number == 1) fault.cut_body_after = 60'000;
        if (r.number == 2) here.server.rotate_token("token-2");
        return fault;
    });
    sluice::test::run([&]() -> awaitable<void> {
        std::string const got = co_await content_of(here.store, "there");
        CHECK((got == pattern(100'000)));
    });
    CHECK(here.google.given() == 2);
    CHECK(here.server.counts().requests == 3);
}

TEST_CASE("gcs errors: a second 401 is unauthenticated: one new token a request, and no more") {
    for (gcs_call const& what : gcs_calls) {
        token_place here;
        here.expire_at(1, "of another account");
        std::optional<error> failed;
        sluice::test::run([&]() -> awaitable<void> {
            try {
                co_await what.run(here.store);
            } catch (error const& e) {
                failed = e;
            }
        });
        REQUIRE_MESSAGE(failed.has_value(), what.name);
        bool const by_report = what.run == remove_it;  // which tells the service's words, not the reason
        if (!by_report) CHECK_MESSAGE(failed->reason() == errc::unauthenticated, what.name);
        CHECK_MESSAGE(here.google.given() == 2, what.name);
        CHECK_MESSAGE(std::string_view(failed->what()).find("token-") == std::string_view::npos, what.name);
        if (!by_report) CHECK_MESSAGE(failed->info().status == 401, what.name);
    }
}

TEST_CASE("gcs errors: names that no bucket can have are refused by the rule they break, before anything is sent") {
    struct row {
        std::string name;
        char const* rule;
    };
    row const rows[] = {{"", "is empty"},
                        {"ab", "3 to 63 characters"},
                        {std::string(64, 'a'), "3 to 63 characters"},
                        {"Upper", "lower-case letters"},
                        {"sp ace", "lower-case letters"},
                        {"caf\xc3\xa9", "lower-case letters"},
                        {"a/b", "lower-case letters"},
                        {"-begins", "begins and ends with a letter or a digit"},
                        {"ends.", "begins and ends with a letter or a digit"},
                        {"192.168.5.4", "no IP address"},
                        {"a..b", "between the dots"},
                        {"a." + std::string(64, 'b') + ".c", "between the dots"}};
    gcs_world w;
    for (row const& r : rows) {
        gcs_settings settings = w.settings();
        settings.bucket = r.name;
        for (bool const as_store : {true, false}) {
            try {
                if (as_store) make_gcs_store(settings);
                if (!as_store) gcs_bucket{settings};
                FAIL_CHECK("taken: " << r.name);
            } catch (error const& e) {
                CHECK(e.reason() == errc::invalid_argument);
                CHECK_MESSAGE(e.info().detail.find(r.rule) != std::string::npos, r.name << ": " << e.info().detail);
            }
        }
    }
    CHECK(w.gcs.counts().requests == 0);
}

TEST_CASE("gcs errors: names that no object can have are refused by the rule they break, before anything is sent") {
    struct row {
        std::string key;
        char const* rule;
    };
    row const rows[] = {{"", "the key is empty"},
                        {std::string(1025, 'k'), "more than 1024 bytes"},
                        {"line\nfeed", "no CR and no LF"},
                        {"carriage\rreturn", "no CR and no LF"},
                        {"\xff\xfe", "not valid UTF-8"},
                        {std::string("n\0l", 3), "NUL byte"},
                        {".", "neither"},
                        {"..", "neither"},
                        {".well-known/acme-challenge/x", "acme-challenge"}};
    gcs_world w;
    store_pointer const store = w.store();
    for (row const& r : rows) {
        std::function<awaitable<void>()> const all[] = {
            [&]() -> awaitable<void> { co_await store->head(r.key); },
            [&]() -> awaitable<void> { co_await store->get(r.key); },
            [&]() -> awaitable<void> { co_await store->put(r.key, payload("x")); },
            [&]() -> awaitable<void> { co_await store->put(r.key, from_source(400'000)); },
            [&]() -> awaitable<void> { co_await store->create_upload(r.key); },
            [&]() -> awaitable<void> { co_await store->copy(r.key, "k"); },
            [&]() -> awaitable<void> { co_await store->copy("k", r.key); },
        };
        for (auto const& one : all) {
            CHECK_MESSAGE(w.run(one) == errc::invalid_argument, r.rule);
            CHECK_MESSAGE(says(w.failed, r.rule), w.what);
        }
    }
    CHECK(w.gcs.counts().requests == 0);
}

TEST_CASE("gcs errors: no permission is said at once, by every call, with what to look at") {
    for (gcs_call const& what : gcs_calls) {
        gcs_world w;
        w.gcs.put("bucket", "there", "content");
        w.gcs.on_request([](service_request_view const&) { return std::optional(refusing(403, "forbidden")); });
        store_pointer const store = w.store();
        CHECK_MESSAGE(w.run([&] { return what.run(store); }) == errc::permission_denied, what.name);
        CHECK_MESSAGE(w.gcs.counts().requests == 1, what.name);
        if (what.run == remove_it) continue;
        CHECK_MESSAGE(says(w.failed, "check the roles of the account on the bucket"), w.what);
        CHECK(w.failed.service_code == "forbidden");
        CHECK(w.failed.attempts == 1);
    }
}
