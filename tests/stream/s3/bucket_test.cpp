// remove and list: many keys in one request, and what is said of each.
#include "stream/s3/fixture.hpp"

#include <sluice/operations.hpp>

#include <atomic>

using namespace sluice;
using namespace sluice::test;
using testing::s3_fault, testing::s3_request_view, testing::s3_server, testing::s3_server_options, testing::script_server,
    testing::scripted_reply;

CO_TEST("remove: nothing, one, and more than a batch") {
    s3_server server;
    auto const store = quick_store(server.endpoint());
    remove_report const none = co_await store->remove({});
    CHECK(none.removed == 0);
    CHECK(server.counts().requests == 0);
    server.put("bucket", "k", "x");
    std::vector<object_key> const one{"k"};
    remove_report const single = co_await store->remove(one);
    CHECK(single.removed == 1);
    CHECK(server.object_count() == 0);
    remove_report const missing = co_await store->remove(one);
    CHECK(missing.removed == 1);
    CHECK(missing.failed.empty());

    server.reset_counts();
    std::vector<object_key> many;
    for (int i = 0; i < 2500; ++i) {
        many.push_back("key " + std::to_string(i));
        server.put("bucket", many.back(), "x");
    }
    server.put("bucket", "stays", "x");
    remove_report const report = co_await store->remove(many);
    CHECK(report.removed == 2500);
    CHECK(report.failed.empty());
    CHECK(server.object_count() == 1);
    CHECK(server.counts().deletes == 3);
    CHECK(server.counts().refused == 0);
}

CO_TEST("remove: what the service says of single keys is in the report; busy keys are tried again") {
    script_server server;
    server.push(
        scripted_reply::ok("<DeleteResult><Deleted><Key>a</Key></Deleted>"
                           "<Error><Key>b</Key><Code>AccessDenied</Code><Message>no</Message></Error>"
                           "<Error><Key>c</Key><Code>SlowDown</Code><Message>later</Message></Error></DeleteResult>"));
    server.push(scripted_reply::ok("<DeleteResult><Deleted><Key>c</Key></Deleted></DeleteResult>"));
    std::vector<object_key> const keys{"a", "b", "c"};
    remove_report const report = co_await quick_store(server.endpoint())->remove(keys);
    CHECK(report.removed == 2);
    REQUIRE(report.failed.size() == 1);
    CHECK(report.failed[0].key == "b");
    CHECK(report.failed[0].code == "AccessDenied");
    auto const requests = server.requests();
    REQUIRE(requests.size() == 2);
    CHECK(contains(requests[1].body, "<Key>c</Key>"));
    CHECK_FALSE(contains(requests[1].body, "<Key>a</Key>"));
}

CO_TEST("remove: patience is for each request: many keys over a bad line all go") {
    s3_server server;
    std::vector<object_key> keys;
    for (int i = 0; i < 20; ++i) {
        keys.push_back("\x01" + std::to_string(i));  // no XML has it: one request each
        server.put("bucket", keys.back(), "x");
    }
    std::atomic<int> asked = 0;
    server.on_request([&asked](s3_request_view const&) -> std::optional<s3_fault> {
        if (++asked % 2 == 0) return std::nullopt;
        s3_fault fault;
        fault.status = 503;
        fault.code = "SlowDown";
        return fault;
    });
    remove_report const report = co_await quick_store(server.endpoint())->remove(keys);
    CHECK(report.removed == 20);
    CHECK(report.failed.empty());
    CHECK(server.object_count() == 0);
}

CO_TEST("remove: keys that stay busy are reported in the end") {
    script_server server([](testing::received_request const&) {
        return scripted_reply::ok(
            "<DeleteResult><Deleted><Key>a</Key></Deleted>"
            "<Error><Key>b</Key><Code>InternalError</Code><Message>sorry</Message></Error></DeleteResult>");
    });
    std::vector<object_key> const keys{"a", "b"};
    remove_report const report = co_await quick_store(server.endpoint())->remove(keys);
    CHECK(report.removed == 1);
    REQUIRE(report.failed.size() == 1);
    CHECK(report.failed[0].code == "InternalError");
    CHECK(server.requests().size() == 4);
}

CO_TEST("remove: an answer with a body is no success, whatever it welcomes us to") {
    script_server portal([](testing::received_request const&) { return scripted_reply::ok("<html>Welcome to the hotel</html>"); });
    auto const store = quick_store(portal.endpoint());
    std::vector<object_key> const one{"k"}, two{"k", "l"};
    error const single = co_await error_of(store->remove(one));
    CHECK(single.reason() == errc::protocol);
    error const batch = co_await error_of(store->remove(two));
    CHECK(batch.reason() == errc::protocol);
}

CO_TEST("remove: a denied single key is reported, a missing bucket is thrown") {
    s3_server server;
    auto const store = quick_store(server.endpoint());
    server.on_request([](s3_request_view const&) { return std::optional<s3_fault>(answer(403, "AccessDenied")); });
    std::vector<object_key> const one{"k"};
    remove_report const report = co_await store->remove(one);
    CHECK(report.removed == 0);
    REQUIRE(report.failed.size() == 1);
    CHECK(report.failed[0].key == "k");
    CHECK(report.failed[0].code == "AccessDenied");
    server.on_request([](s3_request_view const&) { return std::optional<s3_fault>(answer(404, "NoSuchBucket")); });
    error const e = co_await error_of(store->remove(one));
    CHECK(e.reason() == errc::not_found);
    CHECK(e.info().service_code == "NoSuchBucket");
}

CO_TEST("list: pages, delimiter, start_after") {
    s3_server_options options;
    options.page_limit = 3;
    s3_server server(options);
    auto const store = quick_store(server.endpoint());
    for (std::string const key : {"a", "b/1", "b/2", "b/c/3", "d e", "d+e", "f%20g", "z"}) server.put("bucket", key, key);
    list_page const all = co_await list_all(store, "");
    CHECK(all.objects.size() == 8);
    CHECK(server.counts().lists == 3);
    list_page const first = co_await store->list("");
    CHECK(first.objects.size() == 3);
    CHECK_FALSE(first.next.empty());
    list_options folders;
    folders.delimiter = "/";
    list_page const top = co_await list_all(store, "", folders);
    CHECK(top.prefixes == std::vector<std::string>{"b/"});
    CHECK(top.objects.size() == 5);
    list_page const inner = co_await list_all(store, "b/", folders);
    CHECK(inner.objects.size() == 2);
    CHECK(inner.prefixes == std::vector<std::string>{"b/c/"});
    list_options after;
    after.start_after = "d e";
    list_page const rest = co_await list_all(store, "", after);
    REQUIRE(rest.objects.size() == 3);
    CHECK(rest.objects[0].key == "d+e");
    CHECK(rest.objects[1].key == "f%20g");
    CHECK(rest.objects[0].size == 3);
    CHECK(rest.objects[0].last_modified.has_value());
    CHECK(server.counts().refused == 0);
}

CO_TEST("list: a page whose body breaks off is asked for again") {
    s3_server server;
    server.put("bucket", "k", "x");
    auto const store = quick_store(server.endpoint());
    s3_fault cut;
    cut.cut_body_after = 50;
    std::atomic<int> lists = 0;
    fault_first(server, "GET", cut, lists);
    list_page const page = co_await store->list("");
    CHECK(page.objects.size() == 1);
    CHECK(lists == 2);
}

namespace {

std::string page_to(std::string_view key, std::string_view token) {
    return "<ListBucketResult><Contents><Key>" + std::string(key) + "</Key><Size>1</Size></Contents><IsTruncated>true</IsTruncated>" +
           "<NextContinuationToken>" + std::string(token) + "</NextContinuationToken></ListBucketResult>";
}

}  // namespace

CO_TEST("list: tokens that repeat, at once or in a circle, end in an error") {
    for (std::vector<std::string> const& circle :
         {std::vector<std::string>{"a"}, std::vector<std::string>{"a", "b"}, std::vector<std::string>{"a", "b", "c", "d", "e"}}) {
        std::atomic<std::size_t> pages = 0;
        script_server server([&](testing::received_request const&) {
            std::size_t const n = pages++;
            // Three pages before the circle begins.
            return scripted_reply::ok(n < 3 ? page_to("k", "start" + std::to_string(n)) : page_to("k", circle[n % circle.size()]));
        });
        auto const store = quick_store(server.endpoint());
        error const e = co_await error_of(list_all(store, ""));
        CHECK(e.reason() == errc::protocol);
        CHECK(contains(e.info().detail, "token twice"));
        CHECK(e.info().uri == "s3://bucket/");
        CHECK(pages < 3 + 4 * circle.size() + 4);
    }
}

CO_TEST("list: many pages with tokens of their own are no circle") {
    std::atomic<int> pages = 0;
    script_server server([&](testing::received_request const&) {
        int const n = pages++;
        if (n < 100) return scripted_reply::ok(page_to("k", std::to_string(n)));
        return scripted_reply::ok("<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>");
    });
    list_page const all = co_await list_all(quick_store(server.endpoint()), "");
    CHECK(all.objects.size() == 100);
}

CO_TEST("list: hostile documents are refused, and nothing of them gets through") {
    std::string deep;
    for (int i = 0; i < 350'000; ++i) deep += "<a>";
    std::string const last = "<IsTruncated>false</IsTruncated></ListBucketResult>";
    std::vector<std::string> const documents{
        "<!DOCTYPE l [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b "
        "\"&a;&a;&a;&a;&a;&a;&a;&a;\">]><ListBucketResult><Contents><Key>&b;</Key><Size>1</Size>"
        "</Contents>" +
            last,
        "<!DOCTYPE l [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><ListBucketResult><Contents><Key>&x;</Key><Size>1</Size></Contents>" +
            last,
        "<ListBucketResult>" + deep,
        "<ListBucketResult><Contents><Key>a&#0;b</Key><Size>1</Size></Contents>" + last,
        "<ListBucketResult><Contents><Key>a\xff</Key><Size>1</Size></Contents>" + last,
        "<ListBucketResult><Contents><Key>../../etc/passwd</Key><Size>1</Size></Contents>" + last,  // not under the prefix
        "<ListBucketResult><Contents><Key>p/k</Key><Size>1</Size></Contents>" + last + "<ListBucketResult/>",
        "<ListBucketResult><Contents><Key>p/k</Key><Size>1</Size></Contents>" + last.substr(0, 20),
    };
    for (std::string const& document : documents) {
        script_server server;
        server.push(scripted_reply::ok(document));
        error const e = co_await error_of(quick_store(server.endpoint())->list("p/"));
        CHECK(e.reason() == errc::protocol);
        CHECK(std::string_view(e.what()).size() < 1000);
        CHECK(server.requests().size() == 1);
    }
    // A page beyond all measure is not even read.
    script_server endless([](testing::received_request const&) {
        return scripted_reply("HTTP/1.1 200 OK\r\nContent-Length: 104857600\r\n\r\n<ListBucketResult>");
    });
    error const e = co_await error_of(quick_store(endless.endpoint())->list(""));
    CHECK(e.reason() == errc::protocol);
}

CO_TEST("list: what is no listing is a protocol error") {
    for (std::string_view const body : {"<html><body>hello</body></html>", "", "<Error><Code>InternalError</Code></Error>",
                                        "<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>"}) {
        script_server server;
        server.push(scripted_reply::ok(body));
        error const e = co_await error_of(quick_store(server.endpoint())->list(""));
        CHECK(e.reason() == errc::protocol);
        CHECK(e.info().operation == "list");
    }
}
