// Every way to a token of Google or Azure, in worlds where what gives it answers, refuses, fails, breaks off, or says nothing.
#include "support/token_world.hpp"

#include <sluice/async/task_group.hpp>

#include <doctest/doctest.h>

#include <set>

using namespace sluice;
using namespace sluice::auth;
using namespace sluice::test;
using namespace std::chrono_literals;
using testing::mishap, testing::world_step;

namespace {

/// Nothing goes on when nobody asks.
void check_quiet(token_world& here) {
    CHECK(here.w.settle());
    CHECK(here.w.counts().alarms == 0);
}

void check_says(token_way const& way, std::string const& said, std::string_view const begin) {
    CHECK_MESSAGE(said.starts_with(begin), way.name << " said " << said);
    CHECK(said.find("CANARY") == std::string::npos);
}

/// The first answers of a kind, then good ones.
token_world::responder first(std::size_t const count, scripted_reply const& bad) {
    return [=](received_request const& r, std::size_t const number) { return number <= count ? bad : token_world::good_answer(r, number); };
}

scripted_reply half_an_answer() {
    scripted_reply reply = scripted_reply::ok(R"({"access_token":"tok-cut","expires_in":3600})", {{"Metadata-Flavor", "Google"}});
    reply.pieces.front().resize(reply.pieces.front().size() - 10);
    reply.close = true;
    return reply;
}

scripted_reply late_answer() {
    scripted_reply reply = scripted_reply::ok(R"({"access_token":"tok-late","expires_in":3600})");
    reply.first_pause = 1min;
    return reply;
}

awaitable<void> ask_many(std::shared_ptr<token_source> source, std::set<std::string>* values) {
    auto const one = [source, values]() -> awaitable<void> {
        std::shared_ptr<access_token const> const token = co_await source->get();
        values->insert(token->value);
    };
    auto const all = [&](async::task_group& group) -> awaitable<void> {
        for (int i = 0; i < 50; ++i) group.spawn(one);
        co_return;
    };
    co_await async::with_task_group(all);
}

}  // namespace

TEST_CASE("tokens: many who ask at once cost one fetch; it is renewed before it ends; one that was refused is fetched anew") {
    token_keys const keys;
    for (token_way const& way : all_token_ways(keys)) {
        token_world here;
        auto const source = cached(way.make());
        std::set<std::string> values;
        here.w.run([&] { return ask_many(source, &values); });
        CHECK_MESSAGE(values.size() == 1, way.name);
        CHECK_MESSAGE(here.requests.size() == way.requests, way.name << " sent " << here.requests.size());
        here.w.pass(49min);
        CHECK(here.ask(source) == *values.begin());
        CHECK(here.requests.size() == way.requests);
        here.w.pass(8min);
        std::string const second = here.ask(source);
        CHECK(second == "tok-" + std::to_string(2 * way.requests));
        std::shared_ptr<access_token const> old;
        here.w.run([&]() -> awaitable<void> { old = co_await source->get(); });
        source->rejected(old);
        CHECK(here.ask(source) == "tok-" + std::to_string(3 * way.requests));
        source->rejected(old);
        here.ask(source);
        CHECK(here.requests.size() == 3 * way.requests);
        check_quiet(here);
    }
}

TEST_CASE("tokens: a refusal is said at once, in the service's words, without what was sent") {
    token_keys const keys;
    scripted_reply const revoked =
        scripted_reply::status(400, R"({"error":"invalid_grant","error_description":"Token has been expired or revoked."})");
    for (token_way const& way : all_token_ways(keys)) {
        token_world here(first(99, revoked));
        std::string const said = here.ask(way.make());
        bool const of_google = way.name == "metadata server";  // which has to say so
        check_says(way, said,
                   of_google ? "untrusted peer: what answers is no metadata server of Google"
                             : "not authenticated: it answered HTTP 400: invalid_grant: Token has been expired or revoked.");
        CHECK(here.requests.size() == 1);
        if (way.secret.empty()) continue;
        std::string const sent = here.requests.at(0).body + std::string(here.requests.at(0).header("x-identity-header"));
        CHECK_MESSAGE(sent.find(way.secret) != std::string::npos, way.name);
        token_world parrot([&](received_request const& r, std::size_t) {
            std::string const header(r.header("x-identity-header"));
            return scripted_reply::status(401,
                                          R"({"error":"bad","error_description":"no )" + (header.empty() ? way.secret : header) + "\"}");
        });
        check_says(way, parrot.ask(way.make()), "not authenticated: it answered HTTP 401");
    }
}

TEST_CASE("tokens: what is overloaded is asked again, and what stays so is said to be") {
    token_keys const keys;
    for (token_way const& way : all_token_ways(keys)) {
        for (int const status : {429, 500, 503}) {
            token_world here(first(2, scripted_reply::status(status)));
            CHECK_MESSAGE(here.ask(way.make()).starts_with("tok-"), way.name);
            CHECK(here.requests.size() == way.requests + 2);
            token_world always(first(99, scripted_reply::status(status, {}, {{"Metadata-Flavor", "Google"}})));
            check_says(way, always.ask(way.make()), status == 429 ? "throttled" : "server");
            CHECK_MESSAGE(always.requests.size() == way.attempts, way.name);
            check_quiet(always);
        }
    }
}

TEST_CASE("tokens: an answer that breaks off, or does not come, is asked for again, and ends in time") {
    token_keys const keys;
    for (token_way const& way : all_token_ways(keys)) {
        for (scripted_reply const& bad : {half_an_answer(), late_answer()}) {
            bool const late = bad.first_pause > 0s;
            token_world here(first(2, bad));
            CHECK_MESSAGE(here.ask(way.make()).starts_with("tok-"), way.name);
            token_world never(first(99, bad));
            check_says(way, never.ask(way.make()), late ? "timed out" : "truncated");
            CHECK(never.requests.size() == way.attempts);
            CHECK(never.w.elapsed() < 90s);
        }
        token_world nobody;
        nobody.w.forget("localhost");
        nobody.w.forget("169.254.169.254");
        nobody.w.forget("metadata");
        check_says(way, nobody.ask(way.make()), "unreachable");
        token_world nonsense(first(99, scripted_reply::ok("<html>CANARY", {{"Metadata-Flavor", "Google"}})));
        check_says(way, nonsense.ask(way.make()), "protocol error: the document");
        CHECK(nonsense.requests.size() == 1);
    }
}

TEST_CASE("tokens: an answer cut at each byte is asked for again") {
    token_keys const keys;
    for (token_way const& way : all_token_ways(keys)) {
        token_world whole;
        CHECK(whole.ask(way.make()).starts_with("tok-"));
        std::uint64_t const bytes = whole.w.counts().answered;
        for (std::uint64_t at = 0; at < bytes; at += 7) {
            for (mishap const then : {mishap::none, mishap::end, mishap::reset}) {
                token_world here;
                here.w.cut(at, then);
                std::string const got = here.ask(way.make());
                CHECK_MESSAGE(got.starts_with("tok-"), way.name << " cut at " << at << ": " << got);
            }
        }
    }
}

TEST_CASE("tokens: a cancel at each step ends soon and leaves nothing behind, and who asks next gets one") {
    token_keys const keys;
    for (token_way const& way : all_token_ways(keys)) {
        for (std::uint64_t n = 0; n < 1000; ++n) {
            token_world here;
            bool met = false;
            here.w.on_step([&](world_step const&) {
                bool const now = !met && here.w.counts().steps > n;
                met = met || now;
                return now ? mishap::cancel : mishap::none;
            });
            auto const source = cached(way.make());
            std::string const got = here.ask(source);
            if (!met) break;
            CHECK_MESSAGE((got == "cancelled" || got.starts_with("tok-")), way.name << " at step " << n << ": " << got);
            here.w.on_step({});
            CHECK(here.ask(source).starts_with("tok-"));
            check_quiet(here);
        }
    }
}

TEST_CASE("tokens: a context that is destroyed at each step takes all of it along") {
    token_keys const keys;
    for (token_way const& way : all_token_ways(keys)) {
        for (std::uint64_t n = 0; n < 1000; ++n) {
            token_world here;
            bool met = false;
            here.w.on_step([&](world_step const& step) {
                bool const now = !met && step.number >= n;
                met = met || now;
                return now ? mishap::destroy : mishap::none;
            });
            std::string const got = here.ask(way.make());
            if (!met) break;
            CHECK_MESSAGE((got == "destroyed" || got.starts_with("tok-")), way.name << " at step " << n << ": " << got);
        }
    }
}

TEST_CASE("tokens: while a renewal fails the old one serves to its end") {
    token_keys const keys;
    for (token_way const& way : all_token_ways(keys)) {
        token_world here;
        auto const source = cached(way.make());
        std::string const old = here.ask(source);
        here.answer(first(9999, scripted_reply::status(503, {}, {{"Metadata-Flavor", "Google"}})));
        here.w.pass(57min);
        CHECK(here.ask(source) == old);
        here.w.pass(4min);
        check_says(way, here.ask(source), "server");
        here.answer(token_world::good_answer);
        CHECK(here.ask(source).starts_with("tok-"));
    }
}
