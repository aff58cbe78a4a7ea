// Sizes and places beyond 32 bits: as they are asked for and as they are told, without the bytes themselves.
#include "stream/s3/fixture.hpp"

#include <sluice/range_engine.hpp>

#include <algorithm>
#include <charconv>

using namespace sluice;
using namespace sluice::test;
using testing::received_request, testing::script_server, testing::scripted_reply;

namespace {

constexpr std::uint64_t two_31 = 1ull << 31, two_32 = 1ull << 32, five_tib = 5ull << 40;
constexpr std::uint64_t sizes[] = {two_31 - 1, two_31, two_31 + 1, two_32 - 1, two_32, two_32 + 1, five_tib};

std::string content(std::uint64_t offset, std::uint64_t length) {
    std::string data(static_cast<std::size_t>(length), '\0');
    for (std::uint64_t i = 0; i < length; ++i) {
        std::uint64_t const at = offset + i;
        data[static_cast<std::size_t>(i)] = static_cast<char>((at * 131 + at / 251 + (at >> 32) * 7 + 1) & 0xff);
    }
    return data;
}

/// An object of `size` bytes, made up as it is read.
scripted_reply made_up(std::uint64_t size, received_request const& r) {
    if (r.method == "HEAD") {
        scripted_reply reply("HTTP/1.1 200 OK\r\nETag: \"e1\"\r\nContent-Length: " + std::to_string(size) + "\r\n\r\n");
        return reply;
    }
    std::string_view range = r.header("Range");
    range.remove_prefix(std::string_view("bytes=").size());
    std::uint64_t first = 0, last = size - 1;
    bool const suffix = range.starts_with('-');
    char const* const end = range.data() + range.size();
    auto const [dash, no] = std::from_chars(range.data() + (suffix ? 1 : 0), end, first);
    if (suffix) first = size - first;
    if (!suffix && dash + 1 < end) std::from_chars(dash + 1, end, last);
    return part_reply(content(first, last + 1 - first),
                      "bytes " + std::to_string(first) + '-' + std::to_string(last) + '/' + std::to_string(size));
}

}  // namespace

CO_TEST("sizes around 2 and 4 GiB, and of 5 TiB, are told by head, by listings, and by a body that is opened") {
    for (std::uint64_t const size : sizes) {
        std::string const text = std::to_string(size);
        script_server server;
        auto const store = quick_store(server.endpoint());
        server.push(scripted_reply("HTTP/1.1 200 OK\r\nETag: \"e1\"\r\nContent-Length: " + text + "\r\n\r\n"));
        object_meta const meta = co_await store->head("k");
        CHECK(meta.size == size);
        server.push(scripted_reply::ok("<ListBucketResult><IsTruncated>false</IsTruncated><Contents><Key>k</Key><Size>" + text +
                                       "</Size><ETag>\"e1\"</ETag></Contents></ListBucketResult>"));
        list_page const page = co_await store->list("");
        REQUIRE(page.objects.size() == 1);
        CHECK(page.objects[0].size == size);
        scripted_reply opened("HTTP/1.1 200 OK\r\nETag: \"e1\"\r\nContent-Length: " + text + "\r\n\r\nfront");
        opened.close = true;
        server.push(opened);
        body_reader body = co_await store->get("k");
        CHECK(body.object().size == size);
        CHECK(body.range() == resolved_range{0, size});
    }
}

CO_TEST("a body of more than 4 GiB that breaks off is asked for again from its place to its end") {
    script_server server;
    scripted_reply cut("HTTP/1.1 206 Partial Content\r\nETag: \"e1\"\r\nContent-Range: bytes 10-" + std::to_string(two_32 + 9) + "/" +
                       std::to_string(five_tib) + "\r\nContent-Length: " + std::to_string(two_32) + "\r\n\r\nfront");
    cut.close = true;
    server.push(cut);
    server.push(scripted_reply::status(404, "<Error><Code>NoSuchKey</Code></Error>"));
    get_options options;
    options.range = byte_range::bounded(10, two_32);
    body_reader body = co_await quick_store(server.endpoint())->get("k", options);
    CHECK(body.range() == resolved_range{10, two_32});
    poisoned into(100);
    error const e = co_await error_of(body.read_all(into.span()));
    CHECK(e.reason() == errc::not_found);
    CHECK(into.text(5) == "front");
    REQUIRE(server.requests().size() == 2);
    CHECK(server.requests()[0].header("Range") == "bytes=10-4294967305");
    CHECK(server.requests()[1].header("Range") == "bytes=15-4294967305");
}

CO_TEST("reads across the 2 and 4 GiB marks, and at the end of 5 TiB, bring the bytes of their place") {
    for (std::uint64_t const size : sizes) {
        script_server server([size](received_request const& r) { return made_up(size, r); });
        auto const store = quick_store(server.endpoint());
        for (std::uint64_t const mark : {two_31, two_32, size}) {
            std::uint64_t const from = std::min(mark, size) - 1500, length = std::min<std::uint64_t>(3000, size - from);
            range_engine_options parts;
            parts.threshold = parts.part_size = 400;
            for (bool const by_end : {false, true}) {
                if (by_end && mark != size) continue;
                byte_range const range = by_end ? byte_range::last(1500) : byte_range::bounded(from, length);
                poisoned into(3000);
                read_result const got = co_await read_ranged(store, "k", range, into.span(), parts);
                CHECK(got.range == resolved_range{from, length});
                CHECK(got.object.size == size);
                CHECK(into.text(static_cast<std::size_t>(length)) == content(from, length));
                CHECK(into.untouched_from(static_cast<std::size_t>(length)));
            }
        }
        CHECK(server.errors().empty());
    }
}

CO_TEST("a put announces its whole size, however large") {
    class endless final : public payload_source {
    public:
        explicit endless(std::uint64_t size) : size_(size) {}
        std::uint64_t size() const noexcept override { return size_; }
        awaitable<void> read(std::uint64_t, std::span<std::byte> into) override {
            std::ranges::fill(into, std::byte{1});
            co_return;
        }

    private:
        std::uint64_t size_;
    };
    for (std::uint64_t const size : sizes) {
        script_server server;
        scripted_reply refusal = scripted_reply::status(400, "<Error><Code>EntityTooLarge</Code></Error>");
        refusal.answer_before_body = true;
        refusal.close = true;
        server.push(refusal);
        payload data(std::make_shared<endless>(size));
        error const e = co_await error_of(quick_store(server.endpoint())->put("k", data));
        CHECK(e.reason() == errc::invalid_argument);
        REQUIRE(server.requests().size() == 1);
        CHECK(server.requests()[0].header("Content-Length") == std::to_string(size));
    }
}
