// put against a strict server, and what it must not do twice.
#include "stream/s3/fixture.hpp"
#include "support/certificates.hpp"
#include "support/peer.hpp"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <mutex>

using namespace sluice;
using namespace sluice::test;
using testing::s3_fault, testing::s3_request_view, testing::s3_server, testing::s3_server_options, testing::script_server,
    testing::scripted_reply;

namespace {

std::vector<object_key> const nasty_keys{"plain",
                                         "a b",
                                         "a+b",
                                         "%41",
                                         "a?b#c&d=e",
                                         "//x//",
                                         ".",
                                         "..",
                                         "a/../b",
                                         "\xf0\x9f\x98\x80",
                                         "caf\xc3\xa9",
                                         "\r\n\t",
                                         "\x01\x1f",
                                         "\xef\xbf\xbe",
                                         " ",
                                         "<&>\"'",
                                         "]]>",
                                         "key;with:odd@chars!*'()",
                                         "\\back\\slash",
                                         std::string(1024, 'k')};

s3_fault lost_answer() {
    s3_fault f;
    f.drop_after_apply = true;
    return f;
}

}  // namespace

CO_TEST("every odd key is written, read, listed and removed as it is") {
    s3_server server;
    auto const store = quick_store(server.endpoint());
    for (object_key const& key : nasty_keys) {
        co_await store->put(key, payload("of " + key));
        CHECK(server.get("bucket", key) == "of " + key);
        poisoned into(2000);
        read_result const got = co_await store->read(key, byte_range::whole(), into.span());
        CHECK(into.text(got.range.length) == "of " + key);
    }
    list_page const page = co_await store->list({});
    std::vector<object_key> listed, sorted = nasty_keys;
    for (object_meta const& o : page.objects) listed.push_back(o.key);
    std::ranges::sort(sorted);
    CHECK(listed == sorted);
    remove_report const report = co_await store->remove(nasty_keys);
    CHECK(report.removed == nasty_keys.size());
    CHECK(report.failed.empty());
    CHECK(server.object_count() == 0);
    CHECK(server.counts().refused == 0);
}

CO_TEST("put: pieces, nothing, and a lot") {
    s3_server server;
    auto const store = quick_store(server.endpoint());
    put_result const empty = co_await store->put("empty", payload());
    CHECK(server.get("bucket", "empty") == "");
    CHECK_FALSE(empty.etag.empty());
    std::vector<bytes> pieces{bytes::copy_of("one "), bytes::copy_of(""), bytes::copy_of("two")};
    co_await store->put("pieces", payload(pieces));
    CHECK(server.get("bucket", "pieces") == "one two");
    std::string const large = pattern(5'000'000);
    put_result const put = co_await store->put("large", payload(large));
    CHECK(server.get("bucket", "large") == large);
    object_meta const meta = co_await store->head("large");
    CHECK(meta.etag == put.etag);
    CHECK(server.counts().refused == 0);
}

CO_TEST("put: create-only and compare-and-swap") {
    s3_server server;
    auto const store = quick_store(server.endpoint());
    put_options create;
    create.create_only = true;
    put_result const first = co_await store->put("k", payload("one"), create);
    error const again = co_await error_of(store->put("k", payload("two"), create));
    CHECK(again.reason() == errc::already_exists);
    CHECK(again.info().status == 412);
    CHECK(server.get("bucket", "k") == "one");
    put_options swap;
    swap.if_match = first.etag;
    co_await store->put("k", payload("three"), swap);
    error const stale = co_await error_of(store->put("k", payload("four"), swap));
    CHECK(stale.reason() == errc::precondition_failed);
    CHECK(server.get("bucket", "k") == "three");
    put_options both = swap;
    both.create_only = true;
    error const nonsense = co_await error_of(store->put("k", payload("five"), both));
    CHECK(nonsense.reason() == errc::invalid_argument);
    CHECK(nonsense.info().attempts == 0);
}

CO_TEST("put: compare-and-swap of an object that is gone is precondition_failed, of a bucket that is gone not_found") {
    s3_server server;
    auto const store = quick_store(server.endpoint());
    put_options swap;
    swap.if_match = "e1";
    error const gone = co_await error_of(store->put("k", payload("x"), swap));
    CHECK(gone.reason() == errc::precondition_failed);
    CHECK(gone.info().status == 404);
    CHECK(gone.info().service_code == "NoSuchKey");
    CHECK(server.object_count() == 0);
    s3_settings settings = quick_settings(server.endpoint());
    settings.bucket = "elsewhere";
    error const nowhere = co_await error_of(make_s3_store(settings)->put("k", payload("x"), swap));
    CHECK(nowhere.reason() == errc::not_found);
    CHECK(server.counts().refused == 0);
}

CO_TEST("put: a service that wants its ETag without quotes gets it so, and only in the If-Match of a put") {
    s3_server_options options;
    options.bare_put_etags = true;
    s3_server server(options);
    s3_settings settings = quick_settings(server.endpoint());
    put_options swap;
    swap.if_match = server.put("bucket", "k", "one");
    error const refused = co_await error_of(make_s3_store(settings)->put("k", payload("two"), swap));
    CHECK(refused.reason() == errc::precondition_failed);
    CHECK(server.get("bucket", "k") == "one");

    settings.put_if_match = etag_form::bare;
    auto const store = make_s3_store(settings);
    CHECK(store->can().conditional_put);
    put_result const second = co_await store->put("k", payload("two"), swap);
    CHECK(server.get("bucket", "k") == "two");
    error const stale = co_await error_of(store->put("k", payload("three"), swap));
    CHECK(stale.reason() == errc::precondition_failed);
    error const absent = co_await error_of(store->put("absent", payload("four"), swap));
    CHECK(absent.reason() == errc::precondition_failed);
    std::mutex mutex;
    std::string match;
    server.on_request([&](s3_request_view const& r) -> std::optional<s3_fault> {
        std::lock_guard const lock(mutex);
        match = r.if_match;
        return std::nullopt;
    });
    get_options same;
    same.if_match = second.etag;
    poisoned into(10);
    co_await store->read("k", byte_range::whole(), into.span(), same);
    CHECK(into.text(3) == "two");
    CHECK(match == second.etag);
    CHECK(server.counts().refused == 0);
}

CO_TEST("put: where the service has no If-Match for a put, nothing is sent") {
    s3_server server;
    s3_settings settings = quick_settings(server.endpoint());
    settings.put_if_match = etag_form::none;
    auto const store = make_s3_store(settings);
    CHECK_FALSE(store->can().conditional_put);
    CHECK(store->can().create_only_put);
    put_options swap;
    swap.if_match = server.put("bucket", "k", "one");
    error const e = co_await error_of(store->put("k", payload("two"), swap));
    CHECK(e.reason() == errc::unsupported);
    CHECK(e.info().attempts == 0);
    CHECK(server.counts().requests == 0);
    CHECK(server.get("bucket", "k") == "one");
}

CO_TEST("put: an overwrite whose answer was lost is sent again, the same bytes") {
    s3_server server;
    auto const store = quick_store(server.endpoint());
    std::string const data = pattern(300'000);
    for (s3_fault const& fault :
         {lost_answer(), answer(500, "InternalError"), answer(503, "SlowDown"), answer(502, ""), answer(408, "RequestTimeout")}) {
        std::atomic<int> puts = 0;
        fault_first(server, "PUT", fault, puts);
        co_await store->put("k", payload(data));
        CHECK(puts == 2);
        CHECK(server.get("bucket", "k") == data);
        CHECK(server.counts().refused == 0);
    }
}

CO_TEST("put: a conditional write whose answer was lost is found again by its name, and not sent twice") {
    for (bool const swap : {false, true}) {
        s3_server server;
        auto const store = quick_store(server.endpoint());
        put_options options;
        options.create_only = !swap;
        if (swap) options.if_match = server.put("bucket", "k", "old");
        options.attributes.metadata = {{"colour", "blue"}};
        std::atomic<int> puts = 0;
        fault_first(server, "PUT", lost_answer(), puts);
        put_result const put = co_await store->put("k", payload("data"), options);
        CHECK(puts == 1);
        CHECK(server.get("bucket", "k") == "data");
        object_meta const meta = co_await store->head("k");
        CHECK(meta.etag == put.etag);
        CHECK(meta.attributes.metadata == options.attributes.metadata);  // the name is nobody else's business
    }
}

CO_TEST("put: a create-only write that finds another's object, behind an answer that said nothing, is ambiguous") {
    s3_server server;
    server.put("bucket", "k", "theirs");
    auto const store = quick_store(server.endpoint());
    std::atomic<int> puts = 0;
    fault_first(server, "PUT", answer(500, "InternalError"), puts);
    put_options create;
    create.create_only = true;
    error const e = co_await error_of(store->put("k", payload("data"), create));
    CHECK(e.reason() == errc::ambiguous);
    CHECK(server.get("bucket", "k") == "theirs");
}

CO_TEST("put: a create-only write that was done and replaced before it could look does not say that it was not: found by histories") {
    s3_server server;
    auto const store = quick_store(server.endpoint());
    server.on_request([&server](s3_request_view const& r) -> std::optional<s3_fault> {
        if (r.method == "HEAD") server.put("bucket", "k", "theirs, made of ours");
        if (r.method == "PUT") return lost_answer();
        return std::nullopt;
    });
    put_options create;
    create.create_only = true;
    error const e = co_await error_of(store->put("k", payload("data"), create));
    CHECK(e.reason() == errc::ambiguous);
    CHECK(server.get("bucket", "k") == "theirs, made of ours");
}

CO_TEST("put: an exclusive write with an unknown outcome is ambiguous, and not sent twice") {
    std::vector<s3_fault> const faults{answer(500, "InternalError"), answer(504, "")};
    for (s3_fault const& fault : faults) {
        for (bool const swap : {false, true}) {
            s3_server server;
            auto const store = quick_store(server.endpoint());
            put_options options;
            options.create_only = !swap;
            if (swap) options.if_match = server.put("bucket", "k", "old");
            std::atomic<int> puts = 0;
            fault_first(server, "PUT", fault, puts);
            error const e = co_await error_of(store->put("k", payload("data"), options));
            CHECK(e.reason() == errc::ambiguous);
            CHECK(contains(e.what(), "may or may not"));
            CHECK(puts == 1);
        }
    }
}

CO_TEST("put: an exclusive write that was turned away or met a conflict is sent again") {
    std::vector<s3_fault> const faults{answer(503, "SlowDown"), answer(409, "ConditionalRequestConflict")};
    for (s3_fault const& fault : faults) {
        s3_server server;
        auto const store = quick_store(server.endpoint());
        std::atomic<int> puts = 0;
        fault_first(server, "PUT", fault, puts);
        put_options create;
        create.create_only = true;
        co_await store->put("k", payload("data"), create);
        CHECK(puts == 2);
        CHECK(server.get("bucket", "k") == "data");
    }
}

CO_TEST("put: an answer before its time ends the sending, and counts") {
    script_server server;
    scripted_reply early = scripted_reply::status(403, "<Error><Code>AccessDenied</Code></Error>");
    early.answer_before_body = true;
    early.close = true;
    server.push(early);
    auto const store = quick_store(server.endpoint());
    error const e = co_await error_of(store->put("k", payload(pattern(32 << 20))));
    CHECK(e.reason() == errc::permission_denied);
    CHECK(e.info().service_code == "AccessDenied");
    CHECK(e.info().attempts == 1);
}

CO_TEST("put: over TLS, too, an answer before its time counts, also when the server then resets") {
    identity const own = make_certificate(certificate_wish("DNS:localhost"));
    temporary_file const ca(own.certificate_pem());
    std::string const data = pattern(8 << 20);
    for (int i = 0; i < 20; ++i) {
        script_server server({}, own.certificate_pem(), own.key_pem());
        scripted_reply early = scripted_reply::status(403, "<Error><Code>AccessDenied</Code></Error>");
        early.answer_before_body = true;
        early.reset = i % 2 == 0;
        early.close = !early.reset;
        server.push(early);
        s3_settings settings = quick_settings(server.endpoint());
        settings.ca_file = ca.path();
        error const e = co_await error_of(make_s3_store(settings)->put("k", payload(data)));
        CHECK_MESSAGE(e.reason() == errc::permission_denied, std::string(e.what()));
        CHECK(e.info().attempts == 1);
    }
}

CO_TEST("put: an exclusive write is not lost to a connection that the server has closed meanwhile") {
    script_server server;
    scripted_reply closing = scripted_reply::ok("", {{"ETag", "\"e0\""}});
    closing.close = true;
    server.push(closing);
    server.push(scripted_reply::ok("", {{"ETag", "\"e1\""}}));
    auto const store = quick_store(server.endpoint());
    co_await store->put("a", payload("x"));
    CHECK(server.wait_until_closed(std::chrono::seconds(5)));
    put_options create;
    create.create_only = true;
    put_result const put = co_await store->put("b", payload("y"), create);
    CHECK(put.etag == "\"e1\"");
    CHECK(server.requests().size() == 2);
    CHECK(server.connections_accepted() == 2);
}

CO_TEST("put: an exclusive write whose reused connection breaks before an answer is ambiguous, an overwrite goes on") {
    for (bool const exclusive : {true, false}) {
        script_server server;
        server.push(scripted_reply::ok("", {{"ETag", "\"e0\""}}));
        scripted_reply nothing("");
        nothing.reset = true;
        server.push(nothing);
        scripted_reply const put_done = scripted_reply::ok("", {{"ETag", "\"e1\""}}), nothing_there = scripted_reply::status(404);
        server.push(exclusive ? nothing_there : put_done);
        auto const store = quick_store(server.endpoint());
        co_await store->put("a", payload("x"));
        put_options options;
        options.create_only = exclusive;
        if (exclusive) {
            error const e = co_await error_of(store->put("b", payload("y"), options));
            CHECK(e.reason() == errc::ambiguous);
            CHECK(server.requests().size() == 3);
            CHECK(server.requests().back().method == "HEAD");
        } else {
            put_result const put = co_await store->put("b", payload("y"), options);
            CHECK(put.etag == "\"e1\"");
            CHECK(server.requests().size() == 3);
        }
    }
}

CO_TEST("put: every request of an overwrite carries the same bytes, however little of them the service took") {
    std::string const data = pattern(300'000);
    std::vector<bytes> const pieces{bytes::copy_of(data.substr(0, 1)), bytes::copy_of(data.substr(1, 150'000)),
                                    bytes::copy_of(data.substr(150'001))};
    script_server server;
    for (int i = 0; i < 2; ++i) {
        scripted_reply busy = scripted_reply::status(503);
        busy.answer_before_body = i == 0;
        busy.close = i == 0;
        server.push(busy);
    }
    server.push(scripted_reply::ok("", {{"ETag", "\"e1\""}}));
    co_await quick_store(server.endpoint())->put("k", payload(pieces));
    auto const requests = server.requests();
    REQUIRE(requests.size() == 3);
    CHECK(requests[1].body == data);
    CHECK(requests[2].body == data);
    CHECK(server.errors().empty());
}

namespace {

/// Memory that can be read again, as a source.
class held_source final : public payload_source {
public:
    explicit held_source(std::string data) : data_(std::move(data)) {}
    std::uint64_t size() const noexcept override { return data_.size(); }
    awaitable<void> read(std::uint64_t offset, std::span<std::byte> into) override {
        std::memcpy(into.data(), data_.data() + offset, into.size());
        co_return;
    }

private:
    std::string data_;
};

/// What came up to the end of a request's head.
std::string head_from(int fd) {
    std::string head;
    for (std::string c = receive(fd, 1); !c.empty() && !head.ends_with("\r\n\r\n"); c = receive(fd, 1)) {
        head += c;
        if (head.ends_with("\r\n\r\n")) break;
    }
    return head;
}

}  // namespace

CO_TEST("put: cut off after no byte of the body, one, all but one, or all, it is sent again from its first byte") {
    std::string const data = pattern(300'000);
    for (std::size_t const taken : {std::size_t{0}, std::size_t{1}, data.size() - 1, data.size()}) {
        for (bool const from_source : {false, true}) {
            std::mutex mutex;
            std::vector<std::string> came;
            peer server(
                [&](int fd) {
                    std::string const head = head_from(fd);
                    bool const first = [&] {
                        std::lock_guard const lock(mutex);
                        return came.empty();
                    }();
                    std::string body = receive(fd, first ? taken : data.size());
                    {
                        std::lock_guard const lock(mutex);
                        came.push_back(std::move(body));
                    }
                    if (first) return;
                    send_all(fd, "HTTP/1.1 200 OK\r\nETag: \"e1\"\r\nContent-Length: 0\r\n\r\n");
                    hold(fd);
                },
                2);
            payload body(data);
            if (from_source) body = payload(std::make_shared<held_source>(data));
            put_result const put = co_await quick_store("http://127.0.0.1:" + std::to_string(server.port()))->put("k", body);
            CHECK(put.etag == "\"e1\"");
            std::lock_guard const lock(mutex);
            REQUIRE(came.size() == 2);
            CHECK((came[0] == data.substr(0, taken)));
            CHECK((came[1] == data));
        }
    }
}

CO_TEST("keys, attributes and listings that cannot be are refused before anything is sent") {
    s3_server server;
    auto const store = quick_store(server.endpoint());
    poisoned into(10);
    using namespace std::string_literals;
    std::vector<std::string> const names{""s, std::string(1025, 'x'), "a\0b"s, "\xff"s};
    for (std::string const& bad : names) {
        error const e1 = co_await error_of(store->head(bad));
        CHECK(e1.reason() == errc::invalid_argument);
        error const e2 = co_await error_of(store->read(bad, byte_range::whole(), into.span()));
        CHECK(e2.reason() == errc::invalid_argument);
        error const e3 = co_await error_of(store->get(bad));
        CHECK(e3.reason() == errc::invalid_argument);
        error const e4 = co_await error_of(store->put(bad, payload("x")));
        CHECK(e4.reason() == errc::invalid_argument);
        std::vector<object_key> const keys{"good", bad};
        error const e5 = co_await error_of(store->remove(keys));
        CHECK(e5.reason() == errc::invalid_argument);
    }
    put_options evil;
    evil.attributes.metadata = {{"a", "b\r\nx-amz-acl: public-read"}};
    error const e6 = co_await error_of(store->put("k", payload("x"), evil));
    CHECK(e6.reason() == errc::invalid_argument);
    error const e7 = co_await error_of(store->list("\xff"));
    CHECK(e7.reason() == errc::invalid_argument);
    CHECK(server.counts().requests == 0);
}

CO_TEST("put: an answer without an ETag is no success, whatever it welcomes us to") {
    script_server portal([](testing::received_request const&) { return scripted_reply::ok("<html>Welcome to the hotel</html>"); });
    auto const store = quick_store(portal.endpoint());
    error const e = co_await error_of(store->put("k", payload("x")));
    CHECK(e.reason() == errc::protocol);
    CHECK(e.info().uri == "s3://bucket/k");
    CHECK(portal.requests().size() == 1);
}

CO_TEST("put: how a service is to keep an object travels with puts and uploads, and comes back where it tells") {
    s3_server_options server_options;
    server_options.min_part_size = 1;
    s3_server server(server_options);
    s3_settings settings = quick_settings(server.endpoint());
    settings.requester_pays = true;
    auto const store = make_s3_store(settings);
    put_options options;
    options.keeping.storage_class = "STANDARD_IA";
    options.keeping.acl = "bucket-owner-full-control";
    options.keeping.tags = {{"a b", "c&d=e"}, {"\xc3\xa9", ""}};
    options.keeping.encryption = "aws:kms";
    options.keeping.kms_key = "arn:aws:kms:eu-west-1:1:key/k";
    options.keeping.lock_mode = "GOVERNANCE";
    options.keeping.retain_until = wall_time(std::chrono::seconds(4'000'000'000));
    options.keeping.legal_hold = true;
    co_await store->put("k", payload("data"), options);
    upload up = co_await store->create_upload("u", options);
    co_await up.write({1, 0}, payload("data"));
    co_await up.complete();
    for (char const* key : {"k", "u"}) {
        object_meta const meta = co_await store->head(key);
        CHECK(meta.storage_class == "STANDARD_IA");
        CHECK(meta.encryption == "aws:kms");
    }
    CHECK(server.counts().refused == 0);
}
