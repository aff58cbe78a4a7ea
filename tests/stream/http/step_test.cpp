// Three loops over the same stories: the n-th operation fails; it is cancelled at the n-th step; its context goes at the n-th step.
#include "story.hpp"

#include <sluice/async/task_group.hpp>

#include <doctest/doctest.h>

#include <algorithm>

using namespace sluice;
using namespace sluice::test;
using namespace std::chrono_literals;

namespace {

std::string const large(300'000, 'p');

std::size_t written(stage const& s) {
    std::size_t sum = 0;
    for (auto const& log : s.net.connections) sum += log->written.size();
    return sum;
}

/// One exchange of a story: it ends with the right body or with a failure that knows whether anything was sent.
awaitable<void> ask(stage* s, http::request const* what, std::string body) {
    std::size_t const before = written(*s);
    seen const out = co_await exchange_once(&s->to, what, &s->how, how_read::pieces, 7);
    if (!out.why) CHECK(out.body == body);
    if (!out.why) co_return;
    CHECK(body.starts_with(out.body));
    CHECK(out.why->sent() == (written(*s) > before));
    errc const reason = out.why->reason();
    CHECK_MESSAGE((reason == errc::connection_lost || reason == errc::truncated || reason == errc::unreachable), out.text());
}

/// What is served, and what is done.
struct story {
    std::string_view name;
    std::vector<connection_script> scripts;
    std::function<awaitable<void>(stage&)> play;
};

connection_script then(std::vector<script_step> steps, std::deque<std::ptrdiff_t> writes = {}) {
    connection_script s;
    s.reads.assign(steps.begin(), steps.end());
    s.writes = std::move(writes);
    return s;
}

script_step part(std::string const& wire, std::size_t from, std::size_t size) { return script::deliver(wire.substr(from, size)); }

awaitable<void> get_once(stage& s) { co_await ask(&s, &s.get, "0123456789"); }

awaitable<void> get_twice(stage& s) {
    co_await ask(&s, &s.get, "0123456789");
    co_await ask(&s, &s.get, "0123456789");
}

awaitable<void> put_from_source(stage& s) {
    http::request put = request_of("PUT");
    std::shared_ptr<payload_source> const source = std::make_shared<recorded_source>(large);
    put.body = payload(source);
    co_await ask(&s, &put, "0123456789");
}

awaitable<void> ask_and_put(stage& s) {
    s.how.ask_first = true;
    co_await put_from_source(s);
}

awaitable<void> read_as_text(stage& s) {
    result<http::response> answer = co_await http::send(&s.to, &s.get, &s.how);
    if (!answer) co_return;
    result<std::string> const text = co_await answer->read_text(100);
    if (text)
        CHECK(*text == "0123456789");
    else
        CHECK(text.error().sent());
}

awaitable<void> drop_half_read(stage& s) {
    result<http::response> answer = co_await http::send(&s.to, &s.get, &s.how);
    if (!answer) co_return;
    std::vector<std::byte> into(5);
    result<std::size_t> const got = co_await answer->read_all(into);
    if (got) co_await answer->drain(100);
}

awaitable<void> share_one_place(stage& s) {
    s.how.pool.max_connections = 1;
    auto const both = [&](async::task_group& group) -> awaitable<void> {
        for (int i = 0; i < 3; ++i)
            group.spawn([&s]() -> awaitable<void> {
                seen const out = co_await exchange_once(&s.to, &s.get, &s.how);
                if (!out.why) CHECK(out.body == "0123456789");
            });
        co_return;
    };
    co_await async::with_task_group(both);
}

std::vector<story> stories() {
    std::string const wire = ok("0123456789"), chunked = in_chunks("0123456789", 4);
    std::string const interim = "HTTP/1.1 102 Processing\r\n\r\n", go_ahead = "HTTP/1.1 100 Continue\r\n\r\n",
                      refusal = "HTTP/1.1 403 Forbidden\r\nContent-Length: 10\r\n\r\n0123456789";
    script_step const request = script::request(), block = script::block(), whole = script::deliver(wire);
    connection_script const serves = then({request, block, whole, request, block, whole, request, whole});
    return {
        {"answer in pieces", {then({request, block, part(wire, 0, 9), block, part(wire, 9, 33), block, part(wire, 42, 99)})}, get_once},
        {"answer in chunks",
         {then({request, part(chunked, 0, 50), script::pause(1s), part(chunked, 50, 9), block, part(chunked, 59, 99)})},
         read_as_text},
        {"connection used again", {serves}, get_twice},
        {"stale connection", {then({request, whole, request, block, script::end()}), serves}, get_twice},
        {"stale connection, unwritable", {then({request, whole}, {100'000, 10, script::broken}), serves}, get_twice},
        {"large request",
         {then({script::request(large.size()), block, script::deliver(interim), block, whole},
               {100'000, 9000, script::would_block, 100'000, script::would_block, 100'000, script::would_block})},
         put_from_source},
        {"refused while sending",
         {then({request, block, script::deliver(refusal)}, {100'000, 9000, script::would_block, 9000, script::stuck})},
         put_from_source},
        {"asked first",
         {then({request, block, script::deliver(interim), block, script::deliver(go_ahead), script::pause(1s), whole},
               {100'000, 9000, script::would_block, 100'000})},
         ask_and_put},
        {"asked in vain",
         {then({request, script::pause(5s), script::deliver(go_ahead), block, whole}, {10, script::would_block})},
         ask_and_put},
        {"refused when asked", {then({request, block, part(refusal, 0, 20), block, part(refusal, 20, 99)})}, ask_and_put},
        {"not to be asked",
         {then({request, block, script::deliver("HTTP/1.1 417 No\r\nContent-Length: 9\r\n\r\nnot")}), serves},
         ask_and_put},
        {"dropped", {then({request, block, part(wire, 0, 45), block, part(wire, 45, 99)})}, drop_half_read},
        {"three and one place", {serves, serves, serves}, share_one_place},
    };
}

/// Every place is free or kept by an idle connection, every other connection is closed, and the pool serves as if nothing had been.
void check_order(stage& s) {
    http::pool_core::counts const now = s.counts();
    CHECK(now.open == now.idle);
    CHECK(now.waiting == 0);
    std::size_t open = 0;
    for (auto const& log : s.net.connections) open += log->closed ? 0 : 1;
    CHECK(open == now.idle);
    s.net.fail_at = -1;
    while (s.counts().idle > 0) s.forget();
    s.net.clear();
    CHECK(s.ask({script::request(), script::deliver(ok("afterwards"))}).body == "afterwards");
}

void serve(stage& s, story const& one) {
    for (connection_script const& script : one.scripts) s.net.serve(script);
}

}  // namespace

TEST_CASE("steps: whichever operation fails, the failure is typed and the pool in order") {
    for (story const& one : stories()) {
        int n = 0;
        for (bool failed = true; failed; ++n) {
            CAPTURE(one.name);
            CAPTURE(n);
            stage s;
            serve(s, one);
            s.net.fail_at = n;
            s.play([&] { return one.play(s); });
            failed = s.net.operations > n;
            check_order(s);
        }
        CHECK(n > 5);
    }
}

TEST_CASE("steps: cancelled at any step it ends at once, and the pool is in order") {
    for (story const& one : stories()) {
        int n = 0, cancelled = 0;
        for (bool over = false; !over; ++n) {
            CAPTURE(one.name);
            CAPTURE(n);
            stage s;
            serve(s, one);
            started& chain = s.start([&] { return one.play(s); });
            for (int i = 0; i < n; ++i) s.here->step();
            over = chain.result() != "running";
            chain.cancel();
            s.here->settle();                                      // without time
            CHECK((chain.cancelled() || chain.result() == "ok"));  // ok: what it needed was there
            cancelled += chain.cancelled() ? 1 : 0;
            check_order(s);
        }
        CHECK(cancelled > 1);
    }
}

TEST_CASE("steps: when the context goes at any step every connection is closed") {
    for (story const& one : stories()) {
        int n = 0;
        for (bool over = false; !over; ++n) {
            CAPTURE(one.name);
            CAPTURE(n);
            stage s;
            serve(s, one);
            started const& chain = s.start([&] { return one.play(s); });
            for (int i = 0; i < n; ++i) s.here->step();
            over = chain.result() != "running";
            s.here.reset();
            for (auto const& log : s.net.connections) CHECK(log->closed);
        }
        CHECK(n > 3);
    }
}
