#include "support/co_test.hpp"
#include "support/s3_place.hpp"

#include <sluice/async/deadline.hpp>
#include <sluice/memory.hpp>
#include <sluice/operations.hpp>
#include <sluice/testing/script_server.hpp>

#include <atomic>

using namespace sluice;
using namespace sluice::test;
using sluice::testing::s3_fault;
using sluice::testing::s3_request_view;
using sluice::testing::s3_server;

namespace {

constexpr std::size_t part = 5u << 20;

std::string numbered(std::size_t size, unsigned seed = 1) {
    std::string data(size, '\0');
    for (std::size_t i = 0; i < size; ++i) data[i] = static_cast<char>((i * 131 + i / 251 + seed) & 0xff);
    return data;
}

awaitable<void> write(upload to, std::uint32_t number, std::uint64_t offset, std::string data) {
    payload body(data);
    co_await to.write({number, offset}, std::move(body));
}

awaitable<upload> two_parts(std::shared_ptr<object_store> store, put_options options = {}) {
    upload to = co_await store->create_upload("o", options);
    co_await write(to, 1, 0, numbered(part));
    co_await write(to, 2, part, "tail");
    co_return to;
}

awaitable<errc> reason_of(std::function<awaitable<void>()> operation) {
    try {
        co_await operation();
    } catch (error const& e) {
        co_return e.reason();
    }
    FAIL("the operation succeeded");
    co_return errc{};
}

awaitable<errc> reason_of_completion(upload to) {
    auto const complete = [&to]() -> awaitable<void> { co_await to.complete(); };
    errc const reason = co_await reason_of(complete);
    co_return reason;
}

bool is_completion(s3_request_view const& r) { return r.method == "POST" && r.query.starts_with("uploadId="); }

/// Does `fault` to the first `times` completions.
void at_completion(s3_server& server, int times, s3_fault fault) {
    auto const left = std::make_shared<std::atomic<int>>(times);
    server.on_request([left, fault](s3_request_view const& r) -> std::optional<s3_fault> {
        return is_completion(r) && left->fetch_sub(1) > 0 ? std::optional(fault) : std::nullopt;
    });
}

s3_fault answer(int status, std::string code) {
    s3_fault fault;
    fault.status = status;
    fault.code = std::move(code);
    return fault;
}

s3_fault lost_answer() {
    s3_fault fault;
    fault.drop_after_apply = true;
    return fault;
}

}  // namespace

CO_TEST("s3 uploads: a completion whose answer was lost is found again by the object it made") {
    s3_server server;
    std::shared_ptr<object_store> const store = make_s3_store(settings_for(server));
    upload to = co_await two_parts(store);
    at_completion(server, 1, lost_answer());
    put_result const done = co_await to.complete();
    CHECK(server.counts().completions == 2);
    object_meta const there = co_await store->head("o");
    CHECK(there.etag == done.etag);
    CHECK(there.size == part + 4);
    CHECK(server.counts().refused == 0);
}

CO_TEST("s3 uploads: a create-only completion whose answer was lost is its own, and no other's") {
    s3_server server;
    std::shared_ptr<object_store> const store = make_s3_store(settings_for(server));
    put_options once;
    once.create_only = true;
    upload ours = co_await two_parts(store, once);
    at_completion(server, 1, lost_answer());
    put_result const done = co_await ours.complete();
    CHECK_FALSE(done.etag.empty());
    upload late = co_await two_parts(store, once);
    errc const reason = co_await reason_of_completion(late);
    CHECK(reason == errc::already_exists);
    co_await late.abort();
    CHECK(server.uploads_open() == 0);
}

CO_TEST("s3 uploads: an upload that is gone, with another object in its place, is not taken for a success") {
    s3_server server;
    std::shared_ptr<object_store> const store = make_s3_store(settings_for(server));
    upload to = co_await two_parts(store);
    std::atomic<int> completions = 0;
    server.on_request([&](s3_request_view const& r) -> std::optional<s3_fault> {
        if (!is_completion(r)) return std::nullopt;
        if (completions++ == 0) return lost_answer();
        server.put("bucket", "o", "another's");
        return std::nullopt;
    });
    errc const reason = co_await reason_of_completion(to);
    CHECK(reason == errc::ambiguous);
}

CO_TEST("s3 uploads: an error inside a good answer is an error; one that may pass is asked again") {
    s3_server server;
    std::shared_ptr<object_store> const store = make_s3_store(settings_for(server));
    upload to = co_await two_parts(store);
    at_completion(server, 2, answer(200, "InternalError"));
    co_await to.complete();
    CHECK(server.counts().completions == 3);
    upload denied = co_await two_parts(store);
    at_completion(server, 100, answer(200, "AccessDenied"));
    errc const reason = co_await reason_of_completion(denied);
    CHECK(reason == errc::permission_denied);
    CHECK(server.counts().completions == 4);
}

CO_TEST("s3 uploads: a good answer to a completion that is empty, cut, or no such answer is a success only if the object is there") {
    using testing::received_request, testing::script_server, testing::scripted_reply;
    std::string const part_etag = "\"7aea2552dfe7eb84b9443b6fc9ba6e01\"", whole_etag = "\"3852e84091b5460a137b271a5e8a9b57-1\"";
    scripted_reply cut =
        scripted_reply::ok("<CompleteMultipartUploadResult><ETag>" + whole_etag + "</ETag></CompleteMultipartUploadResult>");
    cut.pieces.front().resize(cut.pieces.front().size() - 9);
    cut.close = true;
    std::vector<scripted_reply> const bad{scripted_reply::ok(""),
                                          scripted_reply::ok(" \n"),
                                          scripted_reply::ok("<CompleteMultipartUploadResult><ETag>" + whole_etag),
                                          scripted_reply::ok("<CompleteMultipartUploadResult/>"),
                                          scripted_reply::ok("<html><body>Welcome to the hotel</body></html>"),
                                          scripted_reply::ok("done"),
                                          scripted_reply::status(204),
                                          cut};
    for (scripted_reply const& reply : bad) {
        for (bool const there : {false, true}) {
            std::atomic<bool> completed = false;
            script_server server([&](received_request const& r) {
                if (r.method == "PUT") return scripted_reply::ok("", {{"ETag", part_etag}});
                if (r.method == "HEAD" && there) return scripted_reply::ok("tail", {{"ETag", whole_etag}});
                if (r.method == "HEAD") return scripted_reply::status(404);
                if (r.target.ends_with("uploads="))
                    return scripted_reply::ok("<InitiateMultipartUploadResult><UploadId>u</UploadId></InitiateMultipartUploadResult>");
                if (completed.exchange(true)) return scripted_reply::status(404, "<Error><Code>NoSuchUpload</Code></Error>");
                return reply;
            });
            s3_settings settings = settings_for(s3_server());
            settings.endpoint = server.endpoint();
            upload to = co_await make_s3_store(settings)->create_upload("o");
            co_await write(to, 1, 0, "tail");
            if (there) {
                put_result const done = co_await to.complete();
                CHECK_MESSAGE(done.etag == whole_etag, reply.pieces.front());
            } else {
                errc const reason = co_await reason_of_completion(to);
                CHECK_MESSAGE(reason == errc::ambiguous, reply.pieces.front());
            }
        }
    }
}

CO_TEST("s3 uploads: parts that fail are sent again, the same bytes") {
    s3_server server;
    std::shared_ptr<object_store> const store = make_s3_store(settings_for(server));
    std::atomic<int> parts = 0;
    server.on_request([&](s3_request_view const& r) -> std::optional<s3_fault> {
        if (!r.query.starts_with("partNumber=")) return std::nullopt;
        int const n = parts++;
        if (n == 0) return lost_answer();
        return n == 1 ? std::optional(answer(503, "SlowDown")) : std::nullopt;
    });
    upload to = co_await two_parts(store);
    co_await to.complete();
    CHECK((server.get("bucket", "o") == numbered(part) + "tail"));
    CHECK(server.counts().refused == 0);
}

CO_TEST("s3 uploads: what can be no object is refused here, and may be mended") {
    s3_server server;
    std::shared_ptr<object_store> const store = make_s3_store(settings_for(server));
    upload to = co_await store->create_upload("o");
    co_await write(to, 1, 0, "too small");
    co_await write(to, 2, 9, "tail");
    errc reason = co_await reason_of_completion(to);
    CHECK(reason == errc::invalid_argument);
    CHECK(server.counts().completions == 0);
    co_await write(to, 1, 0, numbered(part));
    reason = co_await reason_of_completion(to);  // the second begins too early now
    CHECK(reason == errc::invalid_argument);
    co_await write(to, 2, part, "tail");
    co_await to.complete();
    CHECK((server.get("bucket", "o") == numbered(part) + "tail"));
}

CO_TEST("s3 uploads: answers that say nothing are no success") {
    s3_server server;
    std::shared_ptr<object_store> const store = make_s3_store(settings_for(server));
    s3_fault no_etag;
    no_etag.headers.emplace_back("ETag", "");
    server.on_request([&](s3_request_view const& r) { return r.query.starts_with("partNumber=") ? std::optional(no_etag) : std::nullopt; });
    upload to = co_await store->create_upload("o");
    auto const one = [&]() -> awaitable<void> { co_await write(to, 1, 0, "data"); };
    errc reason = co_await reason_of(one);
    CHECK(reason == errc::protocol);
    CHECK(to.parts().empty());
    s3_fault nothing;
    nothing.status = 204;
    server.on_request([&](s3_request_view const& r) { return r.query == "uploads=" ? std::optional(nothing) : std::nullopt; });
    auto const begin = [&]() -> awaitable<void> { co_await store->create_upload("o"); };
    reason = co_await reason_of(begin);
    CHECK(reason == errc::protocol);
}

CO_TEST("s3 uploads: a copy that fails takes its upload away; when that fails, too, the error names it") {
    s3_server server;
    std::shared_ptr<object_store> const from = make_memory_store(), to = make_s3_store(settings_for(server));
    payload data(numbered(4 * part));
    co_await from->put("o", std::move(data));
    copy_options how;
    how.read.part_size = how.read.threshold = part;
    server.on_request([](s3_request_view const& r) {
        return r.query.starts_with("partNumber=3") ? std::optional(answer(403, "AccessDenied")) : std::nullopt;
    });
    auto const copy = [&]() -> awaitable<void> { co_await copy_object(from, "o", to, "copy", how); };
    errc const reason = co_await reason_of(copy);
    CHECK(reason == errc::permission_denied);
    CHECK(server.uploads_open() == 0);
    CHECK(server.object_count() == 0);

    server.on_request([](s3_request_view const& r) {
        bool const fails = r.query.starts_with("partNumber=3") || r.method == "DELETE";
        return fails ? std::optional(answer(403, "AccessDenied")) : std::nullopt;
    });
    std::string told;
    try {
        co_await copy();
    } catch (error const& e) {
        told = e.what();
    }
    CHECK_MESSAGE(told.find("upload/+2") != told.npos, told);
    CHECK(server.uploads_open() == 1);
}

CO_TEST("s3 uploads: a cancelled copy leaves no upload") {
    s3_server server;
    std::shared_ptr<object_store> const from = make_memory_store(), to = make_s3_store(settings_for(server));
    payload data(numbered(4 * part));
    co_await from->put("o", std::move(data));
    copy_options how;
    how.read.part_size = how.read.threshold = part;
    server.on_request([](s3_request_view const& r) {
        s3_fault slow;
        slow.delay = std::chrono::seconds(20);
        return r.query.starts_with("partNumber=4") ? std::optional(slow) : std::nullopt;
    });
    auto const copy = [&]() -> awaitable<void> { co_await copy_object(from, "o", to, "copy", how); };
    auto const limited = [&]() -> awaitable<void> { co_await async::with_deadline(std::chrono::milliseconds(300), copy); };
    errc const reason = co_await reason_of(limited);
    CHECK(reason == errc::timed_out);
    CHECK(server.counts().uploads == 1);
    CHECK(server.uploads_open() == 0);
}
