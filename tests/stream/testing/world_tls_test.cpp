// TLS in the simulated world: OpenSSL at both ends, and the world's network between them.
#include "support/certificates.hpp"
#include "support/streams.hpp"

#include <sluice/operations.hpp>
#include <sluice/testing/world.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

using namespace sluice;
using namespace sluice::testing;
using namespace std::chrono_literals;
using sluice::test::pattern;

namespace {

test::identity const& authority() {
    static test::identity const made = test::make_authority();
    return made;
}

/// RSA: its signatures all have one length.
test::certificate_wish wish_for(std::string names) {
    test::certificate_wish wish(std::move(names));
    wish.rsa_bits = 2048;
    return wish;
}

/// A world whose S3 has that certificate, and a store that trusts `authority`.
struct secure_world {
    explicit secure_world(std::uint64_t seed, test::identity const& server = trusted())
        : w(seed),
          ca(authority().certificate_pem()),
          s3(w.serve_s3("s3.test", with(server))) {
        s3_settings settings = s3.settings();
        settings.ca_file = ca.path();
        settings.retry.max_attempts = 1;
        settings.timeouts.first_byte = settings.timeouts.stall = settings.timeouts.tls = 5s;
        store = make_s3_store(std::move(settings));
        w.expect_failure();
    }

    static test::identity const& trusted() {
        static test::identity const made = test::make_certificate(wish_for("DNS:s3.test"), &authority());
        return made;
    }
    static s3_server_options with(test::identity const& server) {
        s3_server_options options;
        options.certificate_pem = server.certificate_pem();
        options.key_pem = server.key_pem();
        return options;
    }

    std::optional<errc> fails() {
        try {
            w.run([this]() -> awaitable<void> { co_await store->head("k"); });
        } catch (error const& e) {
            return e.reason();
        }
        return std::nullopt;
    }

    world w;
    test::temporary_file ca;
    world_s3 s3;
    std::shared_ptr<object_store> store;
};

awaitable<void> round_trip(std::shared_ptr<object_store> store, std::string data) {
    co_await store->put("k", payload(data));
    range_engine_options options;
    options.threshold = options.part_size = 30'000;
    whole_object const got = co_await get_all(store, "k", options);
    CHECK(got.data.text() == data);
}

std::pair<std::uint64_t, std::chrono::nanoseconds> one_run(std::uint64_t seed) {
    secure_world here(seed);
    here.w.run([&] { return round_trip(here.store, pattern(100'000)); });
    CHECK(here.s3.counts().refused == 0);
    CHECK(here.s3.endpoint() == "https://s3.test");
    return {here.w.trace(), here.w.elapsed()};
}

}  // namespace

TEST_CASE("world tls: a store works over it, and the same seed is the same run") {
    auto const a = one_run(7);
    CHECK(a == one_run(7));
    CHECK(a.first != one_run(8).first);
}

TEST_CASE("world tls: a wrong name, a certificate that has expired or is of a stranger: nothing is asked of such a server") {
    test::certificate_wish old = wish_for("DNS:s3.test");
    old.from = std::chrono::hours(-48);
    old.until = std::chrono::hours(-24);
    test::identity const stranger = test::make_authority();
    test::identity const bad[] = {test::make_certificate(wish_for("DNS:other.test"), &authority()),
                                  test::make_certificate(old, &authority()), test::make_certificate(wish_for("DNS:s3.test"), &stranger)};
    for (test::identity const& server : bad) {
        secure_world here(1, server);
        here.s3.put("bucket", "k", "data");
        CHECK(here.fails() == errc::untrusted_peer);
        CHECK(here.s3.counts().requests == 0);
    }
    secure_world good(1);
    good.s3.put("bucket", "k", "data");
    CHECK(good.fails() == std::nullopt);
}

TEST_CASE("world tls: a connection that breaks, ends without a farewell or falls silent at any step never makes an object shorter") {
    std::string const data = pattern(60'000);
    for (mishap const what : {mishap::reset, mishap::end, mishap::silence}) {
        std::uint64_t failed = 0;
        for (std::uint64_t n = 0;; ++n) {
            secure_world here(3);
            here.s3.put("bucket", "k", data);
            here.w.on_step([&](world_step const& s) { return s.number == n ? what : mishap::none; });
            std::string got;
            try {
                here.w.run([&]() -> awaitable<void> {
                    whole_object const all = co_await get_all(here.store, "k");
                    got = std::string(all.data.text());
                });
                CHECK(got == data);
            } catch (error const& e) {
                bool const lost = e.reason() == errc::connection_lost || e.reason() == errc::truncated;
                bool const none = e.reason() == errc::unreachable || e.reason() == errc::timed_out;
                CHECK_MESSAGE((lost || none), std::string(e.what()));
                ++failed;
            }
            CHECK(here.w.settle());
            if (here.w.counts().mishaps == 0) break;  // it has no such step
        }
        CHECK(failed > 10);
    }
}

TEST_CASE("world tls: a peer that closes during the handshake and takes no farewell is a lost connection, no distrust") {
    std::uint64_t ended = 0;
    for (std::uint64_t n = 0;; ++n) {
        secure_world here(3);
        here.s3.put("bucket", "k", "data");
        here.w.on_step([&](world_step const& s) { return s.number == n ? mishap::end : mishap::none; });
        std::optional<errc> const why = here.fails();
        CHECK(why != errc::untrusted_peer);
        ended += why == errc::connection_lost;
        if (here.w.counts().mishaps == 0) break;
    }
    CHECK(ended > 5);
}

TEST_CASE("world tls: half a certificate is refused when the server is made") {
    world w(1);
    s3_server_options options = secure_world::with(secure_world::trusted());
    options.key_pem = authority().key_pem();
    CHECK_THROWS_AS(w.serve_s3("s3.test", options), std::invalid_argument);
}
