#include "support/co_test.hpp"
#include "support/s3_place.hpp"

#include <sluice/memory.hpp>
#include <sluice/wrap/observed.hpp>

#include <mutex>

using namespace sluice;
using namespace sluice::test;

namespace {

/// What was told, a line each: "operation attempt status reason bytes".
struct notebook {
    std::mutex mutex;
    std::vector<std::string> lines;

    observer teller() {
        return [this](observation const& o) {
            std::string line = o.operation + ' ' + std::to_string(o.attempt) + ' ' + std::to_string(o.status) + ' ';
            line += o.failed ? std::string(to_string(*o.failed)) : std::to_string(o.bytes);
            std::lock_guard const lock(mutex);
            lines.push_back(line);
        };
    }
};

}  // namespace

CO_TEST("observed: every call is told once, with its bytes or its reason") {
    notebook told;
    std::shared_ptr<object_store> const store = make_observed(make_memory_store(), told.teller());
    payload data("12345");
    co_await store->put("k", data);
    std::string into(5, ' ');
    co_await store->read("k", byte_range::bounded(1, 3), std::as_writable_bytes(std::span(into)));
    body_reader body = co_await store->get("k");
    co_await body.read_all(std::as_writable_bytes(std::span(into)));
    co_await store->list("");
    try {
        co_await store->head("absent");
    } catch (error const&) {
    }
    upload to = co_await store->create_upload("u");
    payload part("12");
    co_await to.write({1, 0}, part);
    co_await to.complete();
    std::vector<object_key> keys{"k"};
    co_await store->remove(std::move(keys));
    std::vector<std::string> const expected{
        "put 0 0 5",           "read 0 0 3",       "get 0 0 0",
        "read body 0 0 5",     "list 0 0 0",       "head 0 0 " + std::string(to_string(errc::not_found)),
        "create_upload 0 0 0", "write part 0 0 2", "complete upload 0 0 0",
        "remove 0 0 0"};
    CHECK(told.lines == expected);
}

CO_TEST("observed: every attempt of an operation is told with its status, then the operation") {
    testing::s3_server_options options;
    testing::s3_server server(options);
    std::atomic<int> asked = 0;
    server.on_request([&](testing::s3_request_view const&) -> std::optional<testing::s3_fault> {
        if (++asked > 2) return std::nullopt;
        testing::s3_fault fault;
        fault.status = 503;
        return fault;
    });
    notebook told;
    std::shared_ptr<object_store> const store = make_observed(make_s3_store(settings_for(server)), told.teller());
    unsigned users = 0;
    put_options put;
    put.on_attempt = [&](attempt const&) { ++users; };
    payload data("12345");
    co_await store->put("k", data, put);
    REQUIRE(told.lines.size() == 4);
    CHECK(told.lines[0].starts_with("put 1 503 "));
    CHECK(told.lines[1].starts_with("put 2 503 "));
    CHECK(told.lines[2] == "put 3 200 0");
    CHECK(told.lines[3] == "put 0 0 5");
    CHECK(users == 3);
}
