// Asking before the body: whatever the peer makes of it, and whatever length the body has.
#include "story.hpp"

#include <doctest/doctest.h>

using namespace sluice;
using namespace sluice::test;
using namespace std::chrono_literals;

namespace {

std::string const go_on = "HTTP/1.1 100 Continue\r\n\r\n", hints = "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n";
std::string const refusal = "HTTP/1.1 412 Precondition Failed\r\nContent-Length: 3\r\n\r\nno!";
std::string const done = ok("abc");

http::request put_of(payload body) {
    http::request r = request_of("PUT");
    r.body = std::move(body);
    return r;
}

std::string head_of(std::size_t size, bool asks) {
    return "PUT /b/k HTTP/1.1\r\nHost: scripted\r\nContent-Length: " + std::to_string(size) + "\r\n" +
           (asks ? "Expect: 100-continue\r\n" : "") + "\r\n";
}

/// Bodies of all kinds of that length.
std::vector<payload> bodies_of(std::string const& text) {
    std::vector<bytes> pieces;
    for (std::size_t at = 0; at < text.size(); at += 99'999) pieces.push_back(bytes::copy_of(std::string_view(text).substr(at, 99'999)));
    std::shared_ptr<payload_source> const source = std::make_shared<recorded_source>(text);
    return {payload(text), payload(std::move(pieces)), payload(source)};
}

std::vector<std::string> const texts = {"", "x", std::string(2000, 's'), std::string(600'000, 'l')};

struct asking : stage {
    asking() { how.ask_first = true; }

    /// The request after it, to the same place, has an answer of its own.
    void check_next() {
        net.serve({script::request(), script::deliver(ok("next"))});
        seen const next = send(get);
        CHECK(next.status == 200);
        CHECK(next.body == "next");
    }
    async::nanoseconds since(async::time_point begun) { return here->clock.now() - begun; }
};

connection_script of(std::vector<script_step> steps) {
    connection_script s;
    s.reads.assign(steps.begin(), steps.end());
    for (script_step const& next : {script::request(), script::deliver(ok("next"))}) s.reads.push_back(next);
    return s;
}

/// One way a peer may behave, and what comes of it for a body that is not empty.
struct behaviour {
    std::string_view name;
    std::vector<script_step> steps;
    int status;
    bool body_sent;
    async::nanoseconds before_body;  ///< how long the body waits
    bool kept;
    bool in_vain;
};

script_step const request = script::request();

std::vector<behaviour> const behaviours = {
    {"100 at once", {request, script::deliver(go_on), script::pause(1ms), script::deliver(done)}, 200, true, 0ms, true, false},
    {"100 in pieces",
     {request, script::deliver(go_on.substr(0, 9)), script::pause(300ms), script::deliver(go_on.substr(9)), script::pause(1ms),
      script::deliver(done)},
     200,
     true,
     300ms,
     true,
     false},
    {"100 late, the body is on its way",
     {request, script::pause(1500ms), script::deliver(go_on), script::pause(1ms), script::deliver(done)},
     200,
     true,
     1s,
     true,
     true},
    {"100 late, with the answer", {request, script::pause(1500ms), script::deliver(go_on + done)}, 200, true, 1s, true, true},
    {"100 behind the answer",
     {request, script::deliver(go_on), script::pause(1ms), script::deliver(done + go_on)},
     200,
     true,
     0ms,
     false,
     false},
    {"100 twice at once",
     {request, script::deliver(go_on + go_on), script::pause(1ms), script::deliver(done)},
     200,
     true,
     0ms,
     true,
     false},
    {"100 twice",
     {request, script::deliver(go_on), script::pause(1ms), script::deliver(go_on), script::pause(1ms), script::deliver(done)},
     200,
     true,
     0ms,
     true,
     false},
    {"103, then 100",
     {request, script::deliver(hints), script::pause(400ms), script::deliver(go_on), script::pause(1ms), script::deliver(done)},
     200,
     true,
     400ms,
     true,
     false},
    {"103, then silence",
     {request, script::pause(400ms), script::deliver(hints), script::pause(5s), script::deliver(done)},
     200,
     true,
     1s,
     true,
     true},
    {"silence", {request, script::pause(5s), script::deliver(done)}, 200, true, 1s, true, true},
    {"refused at once", {request, script::deliver(refusal)}, 412, false, 0ms, false, false},
    {"refused in pieces",
     {request, script::deliver(refusal.substr(0, 20)), script::pause(200ms), script::deliver(refusal.substr(20))},
     412,
     false,
     0ms,
     false,
     false},
    {"103, then refused", {request, script::deliver(hints + refusal)}, 412, false, 0ms, false, false},
    {"100 and refused at once", {request, script::deliver(go_on + refusal)}, 412, false, 0ms, false, false},
    {"refused after the body",
     {request, script::deliver(go_on), script::pause(1ms), script::deliver(refusal)},
     412,
     true,
     0ms,
     true,
     false},
};

}  // namespace

TEST_CASE(
    "expect: whatever the peer makes of the question, whatever length the body has: one answer, its own, and so has the next request") {
    for (behaviour const& b : behaviours) {
        for (std::string const& text : texts) {
            for (payload const& body : bodies_of(text)) {
                CAPTURE(b.name);
                CAPTURE(text.size());
                asking s;
                async::time_point const begun = s.here->clock.now();
                s.net.serve(of(b.steps));
                http::request const put = put_of(body);
                bool in_vain = false;
                seen out;
                s.play([&]() -> awaitable<void> {
                    result<http::response> answer = co_await http::send(&s.to, &put, &s.how);
                    if (!answer) co_return;
                    in_vain = answer->asked_in_vain();
                    out.status = answer->head().status;
                    result<std::string> const told = co_await answer->read_text(100);
                    if (told) out.body = *told;
                });
                bool const asks = !text.empty();
                CHECK(out.status == b.status);
                CHECK(out.body == (b.status == 200 ? "abc" : "no!"));
                CHECK(in_vain == (asks && b.in_vain));
                std::string const sent = head_of(text.size(), asks) + (b.body_sent ? text : "");
                CHECK(s.net.connections.front()->written == sent);
                if (asks && b.body_sent) CHECK(s.since(begun) >= b.before_body);
                if (asks) CHECK(s.net.connections.front()->sizes.front() == head_of(text.size(), true).size());
                CHECK(s.counts().idle == (b.kept || (!asks && b.name != "100 behind the answer") ? 1 : 0));
                s.check_next();
            }
        }
    }
}

TEST_CASE("expect: the body waits as long as it is told to, and no longer") {
    asking s;
    s.net.serve({script::request(), script::pause(10s), script::deliver(done)});
    async::time_point const begun = s.here->clock.now();
    std::optional<async::time_point> written;
    s.net.on_wait = [&](int) {
        if (!written && s.last().written.size() > 600'000) written = s.here->clock.now();
    };
    CHECK(s.send(put_of(texts.back())).body == "abc");
    REQUIRE(written);
    CHECK(*written - begun == 1s);
}

TEST_CASE("expect: without a limit the body waits for a word") {
    asking s;
    s.how.limits.go_ahead = 0s;
    s.net.serve({script::request(), script::pause(20s), script::deliver(go_on), script::pause(1ms), script::deliver(done)});
    async::time_point const begun = s.here->clock.now();
    CHECK(s.send(put_of(texts.back())).body == "abc");
    CHECK(s.since(begun) >= 20s);
}

TEST_CASE("expect: who does not want to be asked is sent the request once more, without the question") {
    for (std::string const& refused :
         {std::string("HTTP/1.1 417 Expectation Failed\r\nContent-Length: 3\r\n\r\nno!"),
          std::string("HTTP/1.1 417 No\r\nContent-Length: 300000\r\n\r\nno"),
          std::string("HTTP/1.1 417 No\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"), hints + "HTTP/1.1 417 No\r\n\r\n"}) {
        for (async::nanoseconds const after : {0s, 3s}) {  // at once, or when the body is on its way
            for (std::string const& text : texts) {
                if (text.empty()) continue;
                for (payload const& body : bodies_of(text)) {
                    asking s;
                    s.net.serve({script::request(), script::pause(after), script::deliver(refused)});
                    s.net.serve(of({script::request(text.size()), script::deliver(done)}));
                    seen const out = s.send(put_of(body));
                    CHECK(out.status == 200);
                    CHECK(out.body == "abc");
                    REQUIRE(s.net.connections.size() == 2);
                    CHECK(s.net.connections.front()->closed);
                    CHECK(s.net.connections.front()->written == head_of(text.size(), true) + (after > 0s ? text : ""));
                    CHECK(s.last().written == head_of(text.size(), false) + text);
                    CHECK(s.counts().open == 1);
                    s.check_next();
                    CHECK(s.net.connections.size() == 2);
                }
            }
        }
    }
}

TEST_CASE("expect: a refusal to be asked is final for one who did not ask") {
    for (bool const again : {false, true}) {
        asking s;
        s.how.ask_first = again;
        std::string const no = "HTTP/1.1 417 No\r\nContent-Length: 0\r\n\r\n";
        if (again) s.net.serve({script::request(), script::deliver(no)});
        s.net.serve({script::request(4), script::deliver(no)});
        CHECK(s.send(put_of("body")).status == 417);
        CHECK(s.net.unserved() == 0);
    }
}

TEST_CASE("expect: a connection that ends before a word is lost, and a kept one is taken for stale") {
    for (script_step const& last : {script::end(), script::cut(), script::fail(boost::asio::error::connection_reset)}) {
        asking s;
        s.net.serve({script::request(), last});
        seen const out = s.send(put_of(texts.back()));
        CHECK(out.failed_with(errc::connection_lost));
        CHECK(out.why->sent());
        CHECK(s.last().written == head_of(600'000, true));
        CHECK(s.counts().open == 0);

        asking kept;
        kept.net.serve({script::request(), script::deliver(ok("first")), script::request(), last});
        kept.net.serve({script::request(), script::deliver(go_on), script::pause(1ms), script::deliver(done)});
        CHECK(kept.send(kept.get).body == "first");
        CHECK(kept.send(put_of(texts.back())).body == "abc");
        CHECK(kept.last().written == head_of(600'000, true) + texts.back());
    }
}

TEST_CASE("expect: a connection that ends after the word was not stale") {
    asking s;
    s.net.serve(
        {script::request(), script::deliver(ok("first")), script::request(), script::deliver(go_on), script::pause(1ms), script::end()});
    CHECK(s.send(s.get).body == "first");
    seen const out = s.send(put_of("body"));
    CHECK(out.failed_with(errc::connection_lost));
    CHECK(out.text() == "the connection to 127.0.0.1:1 was closed by the peer after the whole request, before an answer");
    CHECK(s.net.connections.size() == 1);
}

TEST_CASE("expect: a success in place of the word is none, since the body stayed here") {
    for (std::string const& answer : {done, std::string("HTTP/1.1 204 No Content\r\n\r\n"), go_on + done}) {
        asking s;
        s.net.serve({script::request(), script::deliver(answer)});
        seen const out = s.send(put_of(texts.back()));
        CHECK(out.failed_with(errc::protocol));
        CHECK(s.last().written == head_of(600'000, true));
        CHECK(s.last().closed);
    }
}

TEST_CASE("expect: a flood of informational answers in place of the word is an error") {
    asking s;
    std::string flood;
    for (int i = 0; i < 17; ++i) flood += hints;
    s.net.serve({script::request(), script::deliver(flood)});
    seen const out = s.send(put_of("body"));
    CHECK(out.failed_with(errc::protocol));
    CHECK(s.last().written == head_of(4, true));
}

TEST_CASE("expect: the operation's deadline also ends the wait for a word") {
    asking s;
    s.how.deadline = s.here->clock.now() + 500ms;
    s.net.serve({script::request()});
    seen const out = s.send(put_of(texts.back()));
    CHECK(out.failed_with(errc::timed_out));
    CHECK(out.text() == "the operation's deadline passed while waiting for the word to send the body: 127.0.0.1:1");
    CHECK(out.why->sent());
    CHECK(s.last().written == head_of(600'000, true));
    CHECK(s.last().closed);
    CHECK(s.counts().open == 0);
}

TEST_CASE("expect: a word that comes to an idle connection is nobody's answer") {
    asking s;
    s.net.serve({script::request(), script::pause(2s), script::deliver(done), script::deliver(go_on), script::request(),
                 script::deliver(ok("second")), script::request(), script::deliver(ok("third"))});
    s.net.serve({script::request(), script::deliver(refusal)});
    CHECK(s.send(put_of(texts.back())).body == "abc");
    seen const out = s.send(put_of("a conditional one"));  // not on that connection: the stale word would let its body go
    CHECK(out.status == 412);
    CHECK(s.last().written == head_of(17, true));
}
