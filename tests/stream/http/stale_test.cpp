// Connections used before that the server has closed meanwhile: tried once more where that is safe, and nowhere else.
#include "story.hpp"
#include "support/says.hpp"

#include <doctest/doctest.h>

#include <boost/asio/error.hpp>

using namespace sluice;
using namespace sluice::test;
using namespace std::chrono_literals;

namespace {

script_step reset() { return script::fail(boost::asio::error::connection_reset); }

/// A connection that answers once, and what becomes of it when the next request has come.
connection_script once_then(std::vector<script_step> steps) {
    connection_script s = {script::request(), script::deliver(ok("abc"))};
    s.reads.push_back(script::request());
    s.reads.insert(s.reads.end(), steps.begin(), steps.end());
    return s;
}

connection_script answers(std::string body = "again") { return {script::request(), script::deliver(ok(body))}; }

http::request put_of(payload body) {
    http::request r = request_of("PUT");
    r.body = std::move(body);
    return r;
}

std::string const large(400'000, 'p');

/// Ways to die before an answer: noticed when reading, when writing, or in the middle of writing.
std::vector<connection_script> deaths() {
    std::vector<connection_script> all = {once_then({script::end()}), once_then({script::cut()}), once_then({reset()})};
    for (std::deque<std::ptrdiff_t> const& writes : {std::deque<std::ptrdiff_t>{100'000, script::broken},
                                                     {100'000, 1, script::broken},
                                                     {100'000, 7, script::would_block, 7, script::broken}}) {
        connection_script s = {script::request(), script::deliver(ok("abc"))};
        s.writes = writes;
        all.push_back(s);
    }
    return all;
}

}  // namespace

TEST_CASE("stale: a request is sent once more, on a fresh connection, wherever the old one died") {
    for (connection_script const& death : deaths()) {
        for (http::request const& what : {request_of("GET"), put_of("small"), put_of(large)}) {
            stage s;
            s.how.pool.max_connections = 1;  // the place is kept
            s.net.serve(death);
            connection_script fresh = {script::request(what.body.size()), script::deliver(ok("again"))};
            s.net.serve(fresh);
            REQUIRE(s.send(s.get).body == "abc");
            seen const out = s.send(what);
            CHECK(out.text() == "");
            CHECK(out.body == "again");
            CHECK(s.counts().opened == 2);
            CHECK(s.counts().idle == 1);
            CHECK(s.net.connections[0]->closed);
            CHECK(s.last().written.size() > what.body.size());
        }
    }
}

TEST_CASE("stale: not when it may not be sent twice") {
    for (connection_script const& death : deaths()) {
        stage s;
        s.how.replayable = false;
        s.net.serve(death);
        s.net.serve(answers());
        REQUIRE(s.send(s.get).body == "abc");
        std::size_t const before = s.last().written.size();
        seen const out = s.send(put_of("small"));
        CHECK(out.failed_with(errc::connection_lost));
        CHECK(out.why->sent() == (s.last().written.size() > before));
        CHECK(s.net.unserved() == 1);
        CHECK(s.counts().open == 0);
    }
}

TEST_CASE("stale: never twice") {
    stage s;
    s.net.serve(once_then({script::end()}));
    s.net.serve({script::request(), script::end()});
    s.net.serve(answers());
    REQUIRE(s.send(s.get).body == "abc");
    seen const out = s.send(s.get);
    CHECK(out.failed_with(errc::connection_lost));
    CHECK(s.net.unserved() == 1);
    CHECK(s.counts().open == 0);
}

TEST_CASE("stale: not a fresh connection, not after the first byte of an answer, not when time ran out") {
    struct row {
        std::string_view name;
        connection_script first;
        bool used_before;
        errc reason;
    };
    for (row const& r : std::vector<row>{
             {"fresh", {script::request(), script::end()}, false, errc::connection_lost},
             {"one byte", once_then({script::deliver("H"), script::end()}), true, errc::connection_lost},
             {"informational", once_then({script::deliver("HTTP/1.1 100 Continue\r\n\r\n"), reset()}), true, errc::connection_lost},
             {"in the body", once_then({script::deliver(ok("abc").substr(0, 39)), script::end()}), true, errc::truncated},
             {"no answer", once_then({}), true, errc::timed_out},
             {"not HTTP", once_then({script::deliver("nonsense")}), true, errc::protocol},
         }) {
        CAPTURE(r.name);
        stage s;
        s.net.serve(r.first);
        s.net.serve(answers());
        if (r.used_before) REQUIRE(s.send(s.get).body == "abc");
        seen const out = s.send(s.get);
        CHECK(out.failed_with(r.reason));
        CHECK(out.why->sent());
        CHECK(s.net.unserved() == 1);
        CHECK(s.counts().open == 0);
    }
}

TEST_CASE("stale: the one beside it in the pool is not tried, it is likely gone as well") {
    stage s;
    for (int i = 0; i < 2; ++i) s.net.serve(once_then({script::end()}));
    s.net.serve(answers());
    trip& a = s.depart(s.get, s.how);
    trip& b = s.depart(s.get, s.how);
    s.here->finish();
    REQUIRE(a.out.body == "abc");
    REQUIRE(b.out.body == "abc");
    REQUIRE(s.counts().idle == 2);
    CHECK(s.send(s.get).body == "again");
    CHECK(s.net.connections.size() == 3);
    CHECK(s.counts().idle == 2);
}

TEST_CASE("stale: a source is read again from its beginning") {
    stage s;
    connection_script dying = {script::request(), script::deliver(ok("abc"))};
    dying.writes = {100'000, 100'000, 300'000, 100'000, script::broken};
    s.net.serve(dying);
    s.net.serve({script::request(700'000), script::deliver(ok("again"))});
    REQUIRE(s.send(s.get).body == "abc");
    std::string data(700'000, '\0');
    for (std::size_t i = 0; i < data.size(); ++i) data[i] = static_cast<char>('a' + i * 7919 % 26);
    auto const source = std::make_shared<recorded_source>(data);
    CHECK(s.send(put_of(payload(std::shared_ptr<payload_source>(source)))).body == "again");
    std::vector<std::uint64_t> const& asked = source->asked;
    REQUIRE(asked.size() == 5);
    CHECK(asked[1] > 0);
    CHECK(asked[2] == 0);
    CHECK(s.net.connections[0]->written.size() < data.size());
    CHECK(s.last().written.ends_with("\r\n\r\n" + data));
}

TEST_CASE("stale: that an earlier try was sent is not forgotten when the next cannot be") {
    struct row {
        std::string_view name;
        connection_script second;
        errc reason;
    };
    connection_script refused, unwritable;
    refused.refused = true;
    unwritable.writes = {script::broken};
    for (row const& r : std::vector<row>{{"refused", refused, errc::unreachable}, {"unwritable", unwritable, errc::connection_lost}}) {
        for (bool const sent_before : {true, false}) {
            CAPTURE(r.name);
            CAPTURE(sent_before);
            stage s;
            connection_script first = once_then({script::end()});
            if (!sent_before) first.reads = {script::request(), script::deliver(ok("abc"))};
            if (!sent_before) first.writes = {100'000, script::broken};
            s.net.serve(first);
            s.net.serve(r.second);
            REQUIRE(s.send(s.get).body == "abc");
            seen const out = s.send(s.get);
            CHECK(out.failed_with(r.reason));
            CHECK(out.why->sent() == sent_before);
            CHECK(s.counts().open == 0);
        }
    }
}
