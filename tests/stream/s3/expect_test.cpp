// Puts that ask whether to continue: what is refused is not sent, and who does not answer is not asked again.
#include "stream/s3/fixture.hpp"
#include "support/certificates.hpp"

#include <chrono>
#include <cstdint>
#include <limits>

using namespace sluice;
using namespace sluice::test;
using namespace std::chrono_literals;
using testing::s3_expect, testing::s3_request_view, testing::s3_server, testing::s3_server_options;

namespace {

constexpr std::uint64_t never = std::numeric_limits<std::uint64_t>::max();

std::string const& large() {
    static std::string const text = pattern(8u << 20);
    return text;
}

put_options create_only() {
    put_options o;
    o.create_only = true;
    return o;
}

}  // namespace

CO_TEST("expect: a large put that is refused by a condition is not sent") {
    s3_server server;
    server.put("bucket", "k", "old");
    auto const store = quick_store(server.endpoint());
    error const taken = co_await error_of(store->put("k", payload(large()), create_only()));
    CHECK(taken.reason() == errc::already_exists);
    put_options other;
    other.if_match = "\"of another version\"";
    error const changed = co_await error_of(store->put("k", payload(large()), other));
    CHECK(changed.reason() == errc::precondition_failed);
    CHECK(server.counts().body_bytes == 0);
    CHECK(server.counts().continued == 0);
    CHECK(server.counts().refused == 0);
    CHECK(server.get("bucket", "k") == "old");
}

CO_TEST("expect: without the question the same put is sent, which is what the question spares") {
    s3_server server;
    server.put("bucket", "k", "old");
    s3_settings settings = quick_settings(server.endpoint());
    settings.expect_continue_above = never;
    error const taken = co_await error_of(make_s3_store(settings)->put("k", payload(large()), create_only()));
    CHECK(taken.reason() == errc::already_exists);
    CHECK(server.counts().body_bytes == large().size());
}

CO_TEST("expect: wrong keys cost no transfer, and a wrong region or a busy service only one") {
    s3_server_options elsewhere;
    elsewhere.region = "eu-central-1";
    s3_server server(elsewhere);
    s3_settings settings = quick_settings(server.endpoint());
    settings.credentials = static_credentials(credentials(elsewhere.access_key, "another secret"));
    settings.region = elsewhere.region;
    error const wrong = co_await error_of(make_s3_store(settings)->put("k", payload(large())));
    CHECK(wrong.info().service_code == "SignatureDoesNotMatch");
    CHECK(server.counts().body_bytes == 0);

    std::atomic<int> seen = 0;
    fault_first(server, "PUT", answer(503, "SlowDown"), seen);
    co_await quick_store(server.endpoint())->put("k", payload(large()));
    CHECK(seen >= 2);
    CHECK(server.counts().body_bytes == large().size());
    CHECK(server.get("bucket", "k") == large());
}

CO_TEST("expect: what is welcome is stored, over one connection, also through TLS") {
    identity const own = make_certificate(certificate_wish("DNS:localhost"));
    temporary_file const ca(own.certificate_pem());
    for (bool const tls : {false, true}) {
        s3_server_options options;
        if (tls) options.certificate_pem = own.certificate_pem();
        if (tls) options.key_pem = own.key_pem();
        s3_server server(options);
        s3_settings settings = quick_settings(server.endpoint());
        settings.ca_file = ca.path();
        auto const store = make_s3_store(settings);
        for (int i = 0; i < 3; ++i) co_await store->put("k" + std::to_string(i), payload(large()));
        CHECK(server.get("bucket", "k2") == large());
        CHECK(server.counts().continued == 3);
        CHECK(server.counts().connections == 1);
        error const taken = co_await error_of(store->put("k0", payload(large()), create_only()));
        CHECK(taken.reason() == errc::already_exists);
        CHECK(server.counts().body_bytes == 3 * large().size());
        CHECK(server.counts().refused == 0);
    }
}

CO_TEST("expect: above the size, not at it; a part of an upload never") {
    s3_server server;
    s3_settings settings = quick_settings(server.endpoint());
    settings.expect_continue_above = 10;
    auto const store = make_s3_store(settings);
    co_await store->put("k", payload("0123456789"));
    CHECK(server.counts().continued == 0);
    co_await store->put("k", payload("0123456789a"));
    CHECK(server.counts().continued == 1);
    settings.expect_continue_above = 0;
    co_await make_s3_store(settings)->put("empty", payload());
    co_await make_s3_store(settings)->put("one", payload("1"));
    CHECK(server.counts().continued == 2);
    upload up = co_await store->create_upload("parts");
    co_await up.write(part_place{1, 0}, payload(large()));
    co_await up.complete();
    CHECK(server.counts().continued == 2);
    CHECK(server.counts().refused == 0);
}

CO_TEST("expect: a service that does not answer the question gets the body after the wait, and is not asked again") {
    s3_server_options options;
    options.expect = s3_expect::ignore;
    s3_server server(options);
    journal lines;
    s3_settings settings = quick_settings(server.endpoint());
    settings.timeouts.go_ahead = 2s;
    settings.log = lines.sink();
    settings.verbosity = log_level::info;
    auto const store = make_s3_store(settings);
    auto const begun = std::chrono::steady_clock::now();
    co_await store->put("k", payload(large()));
    auto const first = std::chrono::steady_clock::now();
    CHECK(first - begun >= 2s);
    CHECK(contains(lines.text(), "is not asked again"));
    std::size_t const logged = lines.text().size();
    for (int i = 0; i < 5; ++i) co_await store->put("k", payload(large()));
    CHECK_FALSE(contains(lines.text().substr(logged), "is not asked again"));
    CHECK(std::chrono::steady_clock::now() - first < 5 * 2s);
    CHECK(server.counts().puts == 6);
    CHECK(server.counts().connections == 1);
}

CO_TEST("expect: a service that refuses to be asked is sent the put without the question, and is not asked again") {
    s3_server_options options;
    options.expect = s3_expect::refuse;
    s3_server server(options);
    auto const store = quick_store(server.endpoint());
    co_await store->put("k", payload(large()), create_only());
    for (int i = 0; i < 2; ++i) co_await store->put("k", payload(large()));
    CHECK(server.counts().requests == 4);
    CHECK(server.counts().puts == 3);
    CHECK(server.counts().body_bytes == 3 * large().size());
    CHECK(server.get("bucket", "k") == large());
}

CO_TEST("expect: the time limit ends the wait for the word, and the next put is served") {
    s3_server_options options;
    options.expect = s3_expect::ignore;
    s3_server server(options);
    s3_settings settings = quick_settings(server.endpoint());
    settings.timeouts.go_ahead = 0ns;
    auto const store = make_s3_store(settings);
    put_options limited;
    limited.time_limit = 100ms;
    error const late = co_await error_of(store->put("k", payload(large()), limited));
    CHECK(late.reason() == errc::timed_out);
    CHECK(contains(late.what(), "waiting for the word to send the body"));
    CHECK(server.counts().body_bytes == 0);
    co_await store->put("k", payload("small"));
    CHECK(server.get("bucket", "k") == "small");
}
