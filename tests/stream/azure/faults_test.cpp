// What Azure does wrong, and what is done about it.
#include "stream/azure/place.hpp"
#include "support/co_test.hpp"
#include "support/streams.hpp"

#include <sluice/async/deadline.hpp>
#include <sluice/operations.hpp>
#include <sluice/sluice.hpp>
#include <sluice/testing/world.hpp>

#include <doctest/doctest.h>

#include <functional>
#include <optional>
#include <string>
#include <vector>

using namespace sluice;
using namespace sluice::testing;
using sluice::test::azure_place, sluice::test::once, sluice::test::pattern;

namespace {

using store_pointer = std::shared_ptr<object_store>;

bool is_put(service_request_view const& r) { return r.method == "PUT"; }
bool is_get(service_request_view const& r) { return r.method == "GET"; }

/// Tokens "1", "2", ...: the next when one was rejected.
class counting_tokens final : public token_source {
public:
    awaitable<std::shared_ptr<access_token const>> get() override { co_return now_; }
    void rejected(std::shared_ptr<access_token const> const& token) override {
        if (token == now_) now_ = std::make_shared<access_token const>(std::to_string(++count_));
    }

private:
    int count_ = 1;
    std::shared_ptr<access_token const> now_ = std::make_shared<access_token const>("1");
};

awaitable<void> read_all(store_pointer store, std::string wanted) {
    std::vector<std::byte> into(wanted.size());
    byte_range const all = byte_range::bounded(0, wanted.size());
    co_await store->read("k", all, into);
    CHECK(std::string(reinterpret_cast<char const*>(into.data()), into.size()) == wanted);
}

}  // namespace

TEST_CASE("azure: a range whose bits changed on the way is read again") {
    azure_place at;
    std::string const data = pattern(5000);
    at.azure.put("container", "k", data);
    service_fault flipped;
    flipped.flip_bit_of = 77;
    once(at, is_get, flipped);
    CHECK_FALSE(at.run([&](store_pointer store) { return read_all(store, data); }).has_value());
    CHECK(at.azure.counts().requests == 2);
    at.azure.on_request([flipped](service_request_view const&) { return std::optional(flipped); });
    std::optional<error> const always = at.run([&](store_pointer store) { return read_all(store, data); });
    REQUIRE(always.has_value());
    CHECK(always->reason() == errc::checksum_mismatch);
}

TEST_CASE("azure: a put and a block whose bits changed on the way are refused, and sent again") {
    for (azure_checksum const by : {azure_checksum::crc64, azure_checksum::md5}) {
        azure_place at;
        at.settings.checksum = by;
        std::string const data = pattern(5000);
        service_fault flipped;
        flipped.flip_received = 77;
        once(at, is_put, flipped);
        auto const put = [&](store_pointer store) -> awaitable<void> { co_await store->put("k", payload(data)); };
        CHECK_FALSE(at.run(put).has_value());
        CHECK(at.azure.get("container", "k") == data);
        once(at, is_put, flipped);
        auto const in_blocks = [&](store_pointer store) -> awaitable<void> {
            upload up = co_await store->create_upload("parts");
            part_place const first{1, 0};
            co_await up.write(first, payload(data));
            co_await up.complete();
        };
        CHECK_FALSE(at.run(in_blocks).has_value());
        CHECK(at.azure.get("container", "parts") == data);
    }
}

TEST_CASE("azure: a token that expires in the middle is replaced once, and the transfer goes on") {
    azure_server_options options;
    options.tokens = {"2"};
    azure_server server(options);
    azure_settings settings;
    settings.account = options.account;
    settings.container = "container";
    settings.endpoint = server.endpoint();
    settings.tokens = std::make_shared<counting_tokens>();
    store_pointer const store = make_azure_store(settings);
    sluice::test::run([&]() -> awaitable<void> { co_await store->put("k", payload("x")); });
    CHECK(server.get("container", "k") == "x");
    CHECK(server.counts().requests == 2);
    server.accept_tokens({});
    auto const refused = [&]() -> awaitable<void> {
        std::optional<errc> reason;
        try {
            co_await store->head("k");
        } catch (error const& e) {
            reason = e.reason();
        }
        CHECK(reason == errc::unauthenticated);
    };
    sluice::test::run(refused);
    CHECK(server.counts().requests == 4);
}

TEST_CASE("azure: a token goes through TLS, or to this machine") {
    azure_settings settings;
    settings.account = "account";
    settings.container = "container";
    settings.endpoint = "http://azure.test/account";
    settings.tokens = static_token("canary");
    try {
        make_azure_store(settings);
        FAIL("a store that would send its token in the open");
    } catch (error const& e) {
        CHECK(e.reason() == errc::invalid_argument);
        CHECK(std::string_view(e.what()).find("canary") == std::string_view::npos);
    }
}

TEST_CASE("azure: a create whose answer is lost knows its own object") {
    azure_place at;
    service_fault lost;
    lost.drop_after_apply = true;
    once(at, is_put, lost);
    auto const create = [](store_pointer store) -> awaitable<void> {
        put_options options;
        options.create_only = true;
        put_result const put = co_await store->put("k", payload("mine"), options);
        CHECK_FALSE(put.etag.empty());
        object_meta const about = co_await store->head("k");
        CHECK(about.etag == put.etag);
        CHECK(about.attributes.metadata.empty());
    };
    CHECK_FALSE(at.run(create).has_value());
    CHECK(at.azure.get("container", "k") == "mine");
}

TEST_CASE("azure: a commit under a condition whose answer is lost knows its own object") {
    azure_place at;
    service_fault lost;
    lost.drop_after_apply = true;
    once(
        at, [](service_request_view const& r) { return r.query.find("blocklist") != r.query.npos; }, lost);
    auto const create = [](store_pointer store) -> awaitable<void> {
        put_options options;
        options.create_only = true;
        upload up = co_await store->create_upload("k", options);
        part_place const first{1, 0};
        co_await up.write(first, payload("mine"));
        put_result const put = co_await up.complete();
        CHECK_FALSE(put.etag.empty());
    };
    CHECK_FALSE(at.run(create).has_value());
    CHECK(at.azure.get("container", "k") == "mine");
}

TEST_CASE("azure: an upload is taken up again by another process, by the names of its blocks") {
    azure_place at;
    std::string const data = pattern(3000);
    put_options options;
    options.resume_as = "source version 7";
    auto const half = [&](store_pointer store) -> awaitable<void> {
        upload up = co_await store->create_upload("k", options);
        part_place const second{2, 1000};
        co_await up.write(second, payload(data.substr(1000, 1000)));
    };
    CHECK_FALSE(at.run(half).has_value());
    at.here.restart();
    auto const rest = [&](store_pointer store) -> awaitable<void> {
        upload up = co_await store->create_upload("k", options);
        std::vector<written_part> const there = up.parts();
        REQUIRE(there.size() == 1);
        CHECK(there[0].where.number == 2);
        CHECK(there[0].where.offset == 1000);
        CHECK(there[0].size == 1000);
        part_place const first{1, 0}, third{3, 2000};
        co_await up.write(first, payload(data.substr(0, 1000)));
        co_await up.write(third, payload(data.substr(2000)));
        co_await up.complete();
    };
    CHECK_FALSE(at.run(rest).has_value());
    CHECK(at.azure.get("container", "k") == data);
}

TEST_CASE("azure: a clock that is an hour off is learned from the service") {
    azure_server_options options;
    options.clock_offset = std::chrono::hours(1);
    azure_place at(options);
    auto const put = [](store_pointer store) -> awaitable<void> { co_await store->put("k", payload("x")); };
    CHECK_FALSE(at.run(put).has_value());
    CHECK(at.azure.get("container", "k") == "x");
}

TEST_CASE("azure: a copy that another's write ends is not taken for ours") {
    azure_server_options options;
    options.copy_polls = 3;
    azure_place at(options);
    at.azure.put("container", "from", "source");
    at.azure.on_request([&, heads = 0](service_request_view const& r) mutable -> std::optional<service_fault> {
        if (r.method == "HEAD" && r.key == "to" && ++heads == 2) at.azure.put("container", "to", "another's");
        return std::nullopt;
    });
    auto const copy = [](store_pointer store) -> awaitable<void> { co_await store->copy("from", "to"); };
    std::optional<error> const failed = at.run(copy);
    REQUIRE(failed.has_value());
    CHECK(failed->reason() == errc::precondition_failed);
    CHECK(at.azure.get("container", "to") == "another's");
}

TEST_CASE("azure: a copy onto itself whose answer is lost knows its own, and another's copy is not taken for it") {
    for (bool const another : {false, true}) {
        azure_place at;
        at.azure.put("container", "k", "data");
        at.azure.put("container", "other", "another's");
        at.azure.on_request([&, copies = 0](service_request_view const& r) mutable -> std::optional<service_fault> {
            if (r.method != "PUT" || r.key != "k" || !r.query.empty()) return std::nullopt;
            if (++copies == 2 && another) at.azure.put("container", "k", "another's");
            if (copies != 1) return std::nullopt;
            service_fault lost;
            lost.drop_after_apply = true;
            return lost;
        });
        auto const copy = [](store_pointer store) -> awaitable<void> {
            store_copy_options options;
            options.attributes.content_type = "text/html";
            copied const done = co_await store->copy("k", "k", options);
            object_meta const about = co_await store->head("k");
            CHECK(about.etag == done.put.etag);
            CHECK(about.attributes.content_type == "text/html");
        };
        std::optional<error> const failed = at.run(copy);
        CHECK(failed.has_value() == another);
        if (failed) CHECK(failed->reason() == errc::precondition_failed);
        CHECK(at.azure.get("container", "k") == (another ? "another's" : "data"));
    }
}

TEST_CASE("azure: no key and no signature in any line of a log") {
    azure_place at;
    auto const work = [](store_pointer store) -> awaitable<void> {
        co_await store->put("k", payload("x"));
        co_await store->head("missing");
    };
    CHECK(at.run(work).has_value());
    CHECK(at.said.find(at.settings.account_key.substr(0, 12)) == std::string::npos);
    CHECK(at.said.find("SharedKey") == std::string::npos);
    at.settings.account_key.clear();
    at.settings.sas = "sv=2021-12-02&ss=b&srt=o&sp=rw&se=2030-01-01T00:00:00Z&sig=CANARY";
    std::optional<error> const refused = at.run(work);
    REQUIRE(refused.has_value());
    CHECK(refused->reason() == errc::unauthenticated);
    CHECK(at.said.find("CANARY") == std::string::npos);
}

TEST_CASE("azure: a body that breaks off is resumed at the missing byte, of the same version") {
    azure_place at;
    std::string const data = pattern(5000);
    at.azure.put("container", "k", data);
    service_fault cut;
    cut.cut_body_after = 1234;
    once(at, is_get, cut);
    std::vector<std::string> ranges, conditions;
    at.azure.on_request([&, first = true](service_request_view const& r) mutable -> std::optional<service_fault> {
        ranges.push_back(r.range);
        conditions.push_back(r.if_match);
        return std::exchange(first, false) ? std::optional(cut) : std::nullopt;
    });
    CHECK_FALSE(at.run([&](store_pointer store) { return read_all(store, data); }).has_value());
    REQUIRE(ranges.size() == 2);
    CHECK(ranges[1] == "bytes=1234-4999");
    CHECK(conditions[0].empty());
    CHECK_FALSE(conditions[1].empty());
}
