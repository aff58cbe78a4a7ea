#include "net/dns_table.hpp"

#include <doctest/doctest.h>

using namespace sluice;
using namespace std::chrono_literals;
using net::dns_table;
using kind = net::dns_decision::kind;

using list = std::vector<std::string>;

namespace {

async::time_point const start{1h};
list const first{"10.0.0.1"}, second{"10.0.0.2"};

/// A table that learnt `first` at `start`.
dns_table knowing() {
    dns_table t;
    CHECK(t.ask("a", start).what == kind::look_up);
    t.tell("a", first, "");
    return t;
}

}  // namespace

TEST_CASE("dns_table: one lookup for all who ask") {
    dns_table t;
    net::dns_decision const leader = t.ask("a", start);
    net::dns_decision const follower = t.ask("a", start + 5s);
    CHECK(leader.what == kind::look_up);
    CHECK(follower.what == kind::join);
    CHECK(follower.lookup == leader.lookup);
    CHECK(follower.patience == async::never);  // nothing else to offer
    CHECK(t.ask("b", start).what == kind::look_up);
    CHECK_FALSE(leader.lookup->done);
    t.tell("a", first, "");
    CHECK(leader.lookup->done);
    CHECK(leader.lookup->addresses == first);
}

TEST_CASE("dns_table: an answer is good for 30 seconds from the question") {
    struct {
        async::nanoseconds age;
        kind expected;
    } const rows[] = {{0s, kind::answer}, {29s, kind::answer}, {30s, kind::look_up}, {1h, kind::look_up}};
    for (auto const& row : rows) {
        dns_table t = knowing();
        net::dns_decision const d = t.ask("a", start + row.age);
        CAPTURE(row.age.count());
        CHECK(d.what == row.expected);
        if (d.what == kind::answer) CHECK(d.addresses == first);
    }
}

TEST_CASE("dns_table: a failure is remembered for a second") {
    dns_table t;
    net::dns_decision const asked = t.ask("a", start);
    t.tell("a", {}, "Name or service not known");
    CHECK(asked.lookup->done);
    CHECK(asked.lookup->addresses.empty());
    CHECK(asked.lookup->problem == "Name or service not known");
    CHECK(t.ask("a", start + 999ms).what == kind::refuse);
    CHECK(t.ask("a", start + 999ms).problem == "Name or service not known");
    CHECK(t.ask("a", start + 1s).what == kind::look_up);
    t.tell("a", second, "");
    CHECK(t.ask("a", start + 1s).what == kind::answer);
}

TEST_CASE("dns_table: no address at all is a failure too") {
    dns_table t;
    t.ask("a", start);
    t.tell("a", {}, "");
    CHECK(t.ask("a", start).what == kind::refuse);
    CHECK(t.ask("a", start).problem == "no address");
}

TEST_CASE("dns_table: an old answer stands in for a failure until it is ten minutes old") {
    dns_table t = knowing();
    net::dns_decision const again = t.ask("a", start + 9min);
    REQUIRE(again.what == kind::look_up);
    t.tell("a", {}, "Temporary failure");
    CHECK(again.lookup->addresses == first);
    CHECK(t.ask("a", start + 9min + 500ms).what == kind::answer);  // and the resolver is left alone for a second
    net::dns_decision const late = t.ask("a", start + 10min);
    REQUIRE(late.what == kind::look_up);
    CHECK(late.patience == async::never);
    t.tell("a", {}, "Temporary failure");
    CHECK(late.lookup->addresses.empty());
    CHECK(t.ask("a", start + 10min).what == kind::refuse);
}

TEST_CASE("dns_table: with an old answer in hand a slow resolver is waited for a second") {
    dns_table t = knowing();
    net::dns_decision const leader = t.ask("a", start + 60s);
    REQUIRE(leader.what == kind::look_up);
    CHECK(leader.patience == start + 61s);
    net::dns_decision const follower = t.ask("a", start + 60s + 400ms);
    CHECK(follower.what == kind::join);
    CHECK(follower.patience == start + 61s);
    net::dns_decision const enough = t.ask("a", start + 61s);
    CHECK(enough.what == kind::answer);
    CHECK(enough.addresses == first);
    t.tell("a", second, "");  // comes at last
    CHECK(t.ask("a", start + 62s).addresses == second);
}

TEST_CASE("dns_table: what nobody asked for is ignored") {
    dns_table t = knowing();
    t.tell("a", second, "");
    CHECK(t.ask("a", start).addresses == first);
}

TEST_CASE("dns_table: forgets hosts it can no longer use, never one that is being asked for") {
    dns_table t;
    net::dns_decision const pending = t.ask("pending", start);
    for (std::size_t i = 0; i < 2 * dns_table::capacity; ++i) {
        std::string const name = std::to_string(i);
        t.ask(name, start);
        t.tell(name, {}, "no");
    }
    CHECK(t.ask("pending", start + 1s).lookup == pending.lookup);
    t.tell("pending", first, "");
    CHECK(pending.lookup->done);
}
