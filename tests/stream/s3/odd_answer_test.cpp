// Answers that a strict server never gives: each is taken for exactly what it says, or refused.
#include "stream/s3/fixture.hpp"

using namespace sluice;
using namespace sluice::test;
using testing::script_server, testing::scripted_reply;

CO_TEST("an object that is removed in the middle of a read is not_found") {
    script_server server;
    server.push(cut_reply(part_reply(pattern(100), "bytes 0-99/500"), 40));
    server.push(scripted_reply::status(404, "<Error><Code>NoSuchKey</Code></Error>"));
    poisoned into(100);
    error const e = co_await error_of(quick_store(server.endpoint())->read("k", byte_range::bounded(0, 100), into.span()));
    CHECK(e.reason() == errc::not_found);
}

CO_TEST("a clean end before the announced length is no end") {
    script_server server;
    std::string const data = pattern(100);
    server.push(cut_reply(part_reply(data, "bytes 50-149/500"), 30));
    server.push(part_reply(data.substr(30), "bytes 80-149/500"));
    poisoned into(100);
    co_await quick_store(server.endpoint())->read("k", byte_range::bounded(50, 100), into.span());
    CHECK(into.text(100) == data);
    auto const requests = server.requests();
    REQUIRE(requests.size() == 2);
    CHECK(requests[1].header("Range") == "bytes=80-149");
    CHECK(requests[1].header("If-Match") == "\"e1\"");
}

namespace {

/// A read of 100 bytes from 50, cut after 30 and resumed by `second`, ends in this error.
awaitable<error> resumed_by(scripted_reply second) {
    script_server server;
    server.push(cut_reply(part_reply(pattern(100), "bytes 50-149/500"), 30));
    server.push(std::move(second));
    poisoned into(100);
    auto const store = quick_store(server.endpoint());
    error e = co_await error_of(store->read("k", byte_range::bounded(50, 100), into.span()));
    CHECK(into.untouched_from(30));
    co_return e;
}

}  // namespace

CO_TEST("an answer to a resume that does not fit the first one is refused") {
    std::string const rest(70, 'x');
    std::vector<scripted_reply> const bad{part_reply(rest, "bytes 80-149/501"),            // the total changed
                                          part_reply(rest, "bytes 80-149/500", "\"e2\""),  // If-Match was ignored
                                          part_reply(rest, "bytes 80-149/500", "W/\"e1\""),
                                          part_reply(rest, "bytes 80-149/500", ""),
                                          part_reply(rest, "bytes 81-150/500"),
                                          part_reply(rest.substr(1), "bytes 80-148/500"),
                                          part_reply(rest + "y", "bytes 80-150/500"),
                                          part_reply(rest, "bytes 80-149/*"),
                                          part_reply(rest.substr(1), "bytes 80-149/500"),
                                          scripted_reply::status(206, rest, {{"ETag", "\"e1\""}}),
                                          scripted_reply::ok(std::string(500, 'x'), {{"ETag", "\"e1\""}}),
                                          scripted_reply::status(204)};
    for (scripted_reply const& reply : bad) {
        error const e = co_await resumed_by(reply);
        CHECK(e.reason() == errc::protocol);
    }
}

CO_TEST("without a strong ETag one answer is enough, and nothing is resumed") {
    for (std::string_view const etag : {"", "W/\"e1\""}) {
        script_server server;
        std::string const data = pattern(100);
        server.push(part_reply(data, "bytes 0-99/500", etag));
        auto const store = quick_store(server.endpoint());
        poisoned into(100);
        co_await store->read("k", byte_range::bounded(0, 100), into.span());
        CHECK(into.text(100) == data);
        server.push(cut_reply(part_reply(data, "bytes 0-99/500", etag), 40));
        error const e = co_await error_of(store->read("k", byte_range::bounded(0, 100), into.span()));
        CHECK(contains(e.info().detail, "no strong ETag"));
        CHECK(server.requests().size() == 2);
    }
}

CO_TEST("an ETag without quotes is taken as strong") {
    script_server server;
    std::string const data = pattern(100);
    server.push(cut_reply(part_reply(data, "bytes 0-99/500", "e1"), 40));
    server.push(part_reply(data.substr(40), "bytes 40-99/500", "e1"));
    poisoned into(100);
    read_result const got = co_await quick_store(server.endpoint())->read("k", byte_range::bounded(0, 100), into.span());
    CHECK(into.text(100) == data);
    CHECK(got.object.etag == "\"e1\"");
    CHECK(server.requests()[1].header("If-Match") == "\"e1\"");
}

CO_TEST("conditions of the caller hold for the first answer; later ones are pinned by its ETag") {
    script_server server;
    std::string const data = pattern(100);
    server.push(cut_reply(part_reply(data, "bytes 0-99/500"), 40));
    server.push(part_reply(data.substr(40), "bytes 40-99/500"));
    get_options options;
    options.if_match = "*";
    options.if_none_match = "other";
    options.version = "v 1";
    poisoned into(100);
    co_await quick_store(server.endpoint())->read("k", byte_range::bounded(0, 100), into.span(), options);
    CHECK(into.text(100) == data);
    auto const requests = server.requests();
    CHECK(requests[0].header("If-Match") == "*");
    CHECK(requests[0].header("If-None-Match") == "\"other\"");
    CHECK(requests[1].header("If-Match") == "\"e1\"");
    CHECK(requests[1].header("If-None-Match").empty());
    CHECK(requests[1].target == "/bucket/k?versionId=v%201");
}

CO_TEST("a chunked part is taken at its word and to its end") {
    std::string const head =
        "HTTP/1.1 206 Partial Content\r\nTransfer-Encoding: chunked\r\nETag: \"e1\"\r\nContent-Range: bytes 0-9/500\r\n\r\n";
    script_server server;
    server.push(scripted_reply(head + "4\r\n0123\r\n6\r\n456789\r\n0\r\n\r\n"));
    auto const store = quick_store(server.endpoint());
    poisoned into(10);
    co_await store->read("k", byte_range::bounded(0, 10), into.span());
    CHECK(into.text(10) == "0123456789");
    // Longer than announced.
    server.push(scripted_reply(head + "b\r\n0123456789a\r\n0\r\n\r\n"));
    error const longer = co_await error_of(store->read("k", byte_range::bounded(0, 10), into.span()));
    CHECK(longer.reason() == errc::protocol);
    // Shorter, with a proper end: resumed.
    server.push(scripted_reply(head + "4\r\n0123\r\n0\r\n\r\n"));
    server.push(part_reply("456789", "bytes 4-9/500"));
    poisoned again(10);
    co_await store->read("k", byte_range::bounded(0, 10), again.span());
    CHECK(again.text(10) == "0123456789");
}

CO_TEST("a chunked part that breaks off: resumed while bytes are missing, an error when only its end is") {
    std::string const head =
        "HTTP/1.1 206 Partial Content\r\nTransfer-Encoding: chunked\r\nETag: \"e1\"\r\nContent-Range: bytes 0-9/500\r\n\r\n";
    std::string const body = "4\r\n0123\r\n6\r\n456789\r\n0\r\n\r\n";
    for (std::size_t keep = 0; keep < body.size(); ++keep) {
        script_server server;
        scripted_reply cut(head + body.substr(0, keep));
        cut.close = true;
        server.push(cut);
        bool const all_data = keep >= body.find("456789") + 6;
        std::size_t const came = keep <= 3 ? 0 : keep <= 12 ? std::min<std::size_t>(keep - 3, 4) : std::min<std::size_t>(keep - 8, 10);
        if (!all_data) server.push(part_reply(std::string("0123456789").substr(came), "bytes " + std::to_string(came) + "-9/500"));
        auto const store = quick_store(server.endpoint());
        poisoned into(10);
        if (all_data) {
            error const e = co_await error_of(store->read("k", byte_range::bounded(0, 10), into.span()));
            CHECK_MESSAGE(e.reason() == errc::truncated, keep);
        } else {
            co_await store->read("k", byte_range::bounded(0, 10), into.span());
            CHECK_MESSAGE(into.text(10) == "0123456789", keep);
            CHECK_MESSAGE(server.requests().at(1).header("Range") == "bytes=" + std::to_string(came) + "-9", keep);
        }
    }
}

CO_TEST("a connection that breaks right behind the last byte is no failure, and is not used again") {
    std::string const data = pattern(100);
    for (bool const reset : {false, true}) {
        script_server server;
        scripted_reply whole = part_reply(data, "bytes 0-99/500");
        whole.close = !reset;
        whole.reset = reset;
        server.push(whole);
        server.push(part_reply(data, "bytes 0-99/500"));
        auto const store = quick_store(server.endpoint());
        poisoned into(100);
        co_await store->read("k", byte_range::bounded(0, 100), into.span());
        CHECK(into.text(100) == data);
        CHECK(server.requests().size() == 1);
        CHECK(server.wait_until_closed(std::chrono::seconds(5)));
        co_await store->read("k", byte_range::bounded(0, 100), into.span());
        CHECK(into.text(100) == data);
        CHECK(server.requests().size() == 2);
        CHECK(server.connections_accepted() == 2);
    }
}

CO_TEST("bytes behind a body never get into the next answer") {
    std::string const data = pattern(100);
    script_server server;
    scripted_reply longer = part_reply(data, "bytes 0-99/500");
    longer.pieces.front() += part_reply(std::string(100, 'x'), "bytes 0-99/500").pieces.front();
    server.push(longer);
    server.push(part_reply(data, "bytes 0-99/500"));
    auto const store = quick_store(server.endpoint());
    for (int i = 0; i < 2; ++i) {
        poisoned into(100);
        co_await store->read("k", byte_range::bounded(0, 100), into.span());
        CHECK(into.text(100) == data);
    }
    CHECK(server.connections_accepted() == 2);
}

CO_TEST("framing that contradicts itself is an error, for every operation") {
    std::vector<std::string> const heads{
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n",
        "HTTP/1.1 200 OK\r\nETag: a\rb\r\n\r\n",
        "HTTP/1.1 200 OK\r\n folded: x\r\n\r\n",
    };
    for (std::string const& head : heads) {
        script_server server([&](testing::received_request const&) {
            scripted_reply reply(head + "12345");
            reply.close = true;
            return reply;
        });
        auto const store = quick_store(server.endpoint());
        poisoned into(10);
        std::vector<object_key> const keys{"a", "b"};
        error const read = co_await error_of(store->read("k", byte_range::whole(), into.span()));
        error const head_of = co_await error_of(store->head("k"));
        error const get = co_await error_of(store->get("k"));
        error const put = co_await error_of(store->put("k", payload("x")));
        error const list = co_await error_of(store->list(""));
        error const remove = co_await error_of(store->remove(keys));
        for (error const& e : {read, head_of, get, put, list, remove}) {
            CHECK_MESSAGE(e.reason() == errc::protocol, head << std::string(e.what()));
            CHECK(e.info().attempts == 1);
        }
        CHECK(into.untouched_from(0));
    }
}

CO_TEST("object data without a length is refused") {
    std::vector<std::string> const heads{"HTTP/1.1 200 OK\r\nETag: \"e1\"\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
                                         "HTTP/1.1 200 OK\r\nETag: \"e1\"\r\n\r\nhello"};
    for (std::string const& raw : heads) {
        script_server server;
        scripted_reply reply(raw);
        reply.close = true;
        server.push(reply);
        poisoned into(10);
        error const e = co_await error_of(quick_store(server.endpoint())->read("k", byte_range::whole(), into.span()));
        CHECK(e.reason() == errc::protocol);
    }
}

CO_TEST("several ranges in one body are refused") {
    script_server server;
    server.push(scripted_reply::status(206, "--x\r\n...", {{"Content-Type", "multipart/byteranges; boundary=x"}, {"ETag", "\"e1\""}}));
    poisoned into(10);
    error const e = co_await error_of(quick_store(server.endpoint())->read("k", byte_range::bounded(0, 10), into.span()));
    CHECK(e.reason() == errc::protocol);
}

CO_TEST("Content-Encoding is an attribute, never undone") {
    script_server server;
    std::string const data = "\x1f\x8b not really gzip";
    server.push(scripted_reply::ok(data, {{"ETag", "\"e1\""}, {"Content-Encoding", "gzip"}}));
    poisoned into(100);
    read_result const got = co_await quick_store(server.endpoint())->read("k", byte_range::whole(), into.span());
    CHECK(into.text(data.size()) == data);
    CHECK(got.object.attributes.content_encoding == "gzip");
}

CO_TEST("get: an error names the object and what was done") {
    script_server server;
    server.push(cut_reply(part_reply(pattern(100), "bytes 0-99/500"), 40));
    server.push(part_reply(std::string(60, 'x'), "bytes 40-99/500", "\"e2\""));
    get_options options;
    options.range = byte_range::bounded(0, 100);
    body_reader reader = co_await quick_store(server.endpoint())->get("folder/k", options);
    poisoned into(100);
    error const e = co_await error_of(reader.read_all(into.span()));
    CHECK(e.reason() == errc::protocol);
    CHECK(e.info().operation == "get");
    CHECK(e.info().uri == "s3://bucket/folder/k");
    CHECK(e.info().attempts == 2);
    error const again = co_await error_of(reader.read_some(into.span()));
    CHECK(again.reason() == errc::connection_lost);
}

CO_TEST("a refusal whose document is cut off is asked for again: 400 may be anything") {
    script_server server;
    std::string const document = "<Error><Code>RequestTimeout</Code><Message>Your socket connection was idle</Message></Error>";
    server.push(cut_reply(scripted_reply::status(400, document), 20));
    server.push(scripted_reply::status(200, "", {{"ETag", "\"e1\""}}));
    put_result const put = co_await quick_store(server.endpoint())->put("k", payload("data"));
    CHECK(put.etag == "\"e1\"");
    CHECK(server.requests().size() == 2);

    for (int i = 0; i < 8; ++i) server.push(cut_reply(scripted_reply::status(400, document), 20));
    error const e = co_await error_of(quick_store(server.endpoint())->put("k", payload("data")));
    CHECK(e.reason() == errc::connection_lost);
    CHECK(e.info().status == 400);
}
