// The end of an upload, where the service has work to do before it answers.
#include "stream/s3/fixture.hpp"

#include <sluice/testing/world.hpp>
#include <sluice/upload.hpp>

#include <optional>
#include <sstream>

using namespace sluice;
using namespace sluice::test;
using testing::s3_fault, testing::s3_request_view, testing::s3_server, testing::script_server, testing::scripted_reply;

CO_TEST("completion: it is waited for longer than other answers") {
    s3_server server;
    s3_settings settings = quick_settings(server.endpoint());
    settings.timeouts.first_byte = std::chrono::milliseconds(50);
    auto const store = make_s3_store(settings);
    server.on_request([](s3_request_view const& r) -> std::optional<s3_fault> {
        if (r.method != "POST" || !contains(r.query, "uploadId=")) return std::nullopt;
        s3_fault f;
        f.delay = std::chrono::milliseconds(300);
        return f;
    });
    upload up = co_await store->create_upload("o");
    co_await up.write({1, 0}, payload("content"));
    co_await up.complete();
    CHECK(server.get("bucket", "o") == "content");
    CHECK(server.counts().completions == 1);
}

CO_TEST("completion: one that is told done while the one before is at work is a success only when the object is there (versitygw)") {
    script_server server;
    server.push(scripted_reply::ok("<InitiateMultipartUploadResult><UploadId>i</UploadId></InitiateMultipartUploadResult>"));
    server.push(scripted_reply::ok("", {{"ETag", "\"p\""}}));
    scripted_reply lost;
    lost.reset = true;
    scripted_reply const done = scripted_reply::ok("<CompleteMultipartUploadResult><ETag>\"e-1\"</ETag></CompleteMultipartUploadResult>");
    server.push(lost);
    server.push(done);
    server.push(scripted_reply("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"));
    server.push(done);
    server.push(scripted_reply("HTTP/1.1 200 OK\r\nContent-Length: 7\r\nETag: \"old\"\r\n\r\n"));
    server.push(done);
    server.push(scripted_reply("HTTP/1.1 200 OK\r\nContent-Length: 7\r\nETag: \"e-1\"\r\n\r\n"));
    s3_settings settings = quick_settings(server.endpoint());
    settings.retry.max_attempts = 10;
    auto const store = make_s3_store(settings);
    upload up = co_await store->create_upload("o");
    co_await up.write({1, 0}, payload("content"));
    put_result const made = co_await up.complete();
    CHECK(made.etag == "\"e-1\"");
    CHECK(server.requests().size() == 9);
}

TEST_CASE("completion: blanks that come for minutes before the document are waited through, silence is not (CompleteMultipartUpload)") {
    std::string const document = "<CompleteMultipartUploadResult><ETag>\"e-1\"</ETag></CompleteMultipartUploadResult>";
    for (bool const silent : {false, true}) {
        testing::world w(1);
        w.serve("slow.test", [&](testing::received_request const& r) {
            if (r.method == "PUT") return scripted_reply::ok("", {{"ETag", "\"p\""}});
            if (contains(r.target, "uploads="))
                return scripted_reply::ok("<InitiateMultipartUploadResult><UploadId>i</UploadId></InitiateMultipartUploadResult>");
            if (r.method == "DELETE") return scripted_reply("HTTP/1.1 204 No Content\r\n\r\n");
            scripted_reply reply("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
            reply.pause = std::chrono::seconds(15);
            for (int i = 0; i < 20 && !silent; ++i) reply.pieces.push_back("1\r\n \r\n");
            if (silent) reply.pause = std::chrono::hours(1);
            std::string const size = (std::ostringstream() << std::hex << document.size()).str();
            reply.pieces.push_back(size + "\r\n" + document + "\r\n0\r\n\r\n");
            return reply;
        });
        s3_settings settings;
        settings.bucket = "bucket";
        settings.endpoint = "http://slow.test";
        settings.retry.max_attempts = 1;
        auto const store = make_s3_store(settings);
        std::optional<errc> reason;
        w.run([&]() -> awaitable<void> {
            upload up = co_await store->create_upload("o");
            co_await up.write({1, 0}, payload("content"));
            try {
                co_await up.complete();
            } catch (error const& e) {
                reason = e.reason();
            }
        });
        CHECK(reason.has_value() == silent);
        if (silent)
            CHECK(reason != errc::protocol);
        else
            CHECK(w.elapsed() > std::chrono::minutes(4));
    }
}
