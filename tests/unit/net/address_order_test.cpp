#include "net/address_order.hpp"

#include <doctest/doctest.h>

using namespace sluice;
using namespace std::chrono_literals;

using list = std::vector<std::string>;

TEST_CASE("address_order: every dial starts one address further") {
    net::address_order order;
    async::time_point const now{};
    list const all{"10.0.0.1", "10.0.0.2", "10.0.0.3"};
    CHECK(order.sorted("a", 80, all, now) == list{"10.0.0.1", "10.0.0.2", "10.0.0.3"});
    CHECK(order.sorted("a", 80, all, now) == list{"10.0.0.2", "10.0.0.3", "10.0.0.1"});
    CHECK(order.sorted("a", 80, all, now) == list{"10.0.0.3", "10.0.0.1", "10.0.0.2"});
    CHECK(order.sorted("a", 80, all, now) == list{"10.0.0.1", "10.0.0.2", "10.0.0.3"});
    CHECK(order.sorted("b", 80, all, now).front() == "10.0.0.1");   // each host has its own turn
    CHECK(order.sorted("a", 443, all, now).front() == "10.0.0.1");  // and each port
    CHECK(order.sorted("one", 80, {"10.0.0.9"}, now) == list{"10.0.0.9"});
    CHECK(order.sorted("none", 80, {}, now).empty());
}

TEST_CASE("address_order: one that failed goes last for a while, or until it works") {
    net::address_order order;
    async::time_point const start{};
    list const both{"10.0.0.1", "10.0.0.2"};
    order.failed("10.0.0.1", 80, start);
    for (int turn = 0; turn < 4; ++turn) CHECK(order.sorted("a", 80, both, start + 29s).front() == "10.0.0.2");
    CHECK(order.sorted("a", 443, both, start + 29s).front() == "10.0.0.1");  // another service of the same machine
    CHECK(order.sorted("a", 80, both, start + 30s).front() == "10.0.0.1");   // fifth turn: forgiven

    order.failed("10.0.0.2", 80, start);
    CHECK(order.sorted("b", 80, both, start).front() == "10.0.0.1");
    order.worked("10.0.0.2", 80);
    CHECK(order.sorted("b", 80, both, start).front() == "10.0.0.2");

    order.failed("10.0.0.1", 80, start);
    order.failed("10.0.0.2", 80, start);
    CHECK(order.sorted("c", 80, both, start) == both);  // all failed: all are tried all the same
}

TEST_CASE("address_order: forgets rather than grows") {
    net::address_order order;
    async::time_point const now{};
    for (int i = 0; i < 5000; ++i) {
        std::string const name = std::to_string(i);
        order.failed(name, 80, now);
        CHECK(order.sorted(name, 80, {"10.0.0.1", "10.0.0.2"}, now).size() == 2);
    }
}
