// Uploads that were begun and not ended: listed, measured, thrown away.
#include "stream/s3/fixture.hpp"

#include <sluice/s3_bucket.hpp>

#include <algorithm>
#include <atomic>

using namespace sluice;
using namespace sluice::test;
using testing::s3_fault, testing::s3_request_view, testing::s3_server, testing::s3_server_options, testing::script_server,
    testing::scripted_reply;

namespace {

/// Begins an upload and leaves it, as a process that is killed does.
awaitable<std::string> orphan(std::shared_ptr<object_store> store, object_key key, std::vector<std::string> parts) {
    upload begun = co_await store->create_upload(key);
    std::uint64_t offset = 0;
    std::uint32_t number = 1;
    for (std::string const& data : parts) {
        part_place where;
        where.number = number++;
        where.offset = offset;
        offset += data.size();
        payload body{std::string_view(data)};
        co_await begun.write(where, body);
    }
    std::string const id = begun.id();
    co_return id;
}

std::vector<std::string> keys_of(std::vector<open_upload> const& uploads) {
    std::vector<std::string> keys;
    for (open_upload const& one : uploads) keys.push_back(one.key);
    return keys;
}

}  // namespace

CO_TEST("s3 open uploads: all are listed over many pages, several of one key, keys of any bytes") {
    s3_server_options options;
    options.page_limit = 2;
    s3_server server(options);
    auto const store = quick_store(server.endpoint());
    std::vector<std::string> expected{"a b", "a+b", "a%20b", "k", "k", "k", "k", "k", "\u00e9\u20ac", "tab\tand\rreturn", "z/z"};
    for (std::string const& key : expected) co_await orphan(store, key, {});
    std::ranges::sort(expected);
    s3_bucket const bucket(quick_settings(server.endpoint()));
    std::vector<open_upload> const all = co_await bucket.uploads();
    CHECK(keys_of(all) == expected);
    for (open_upload const& one : all) CHECK(one.initiated.has_value());
    std::vector<open_upload> const some = co_await bucket.uploads("a");
    CHECK(keys_of(some) == std::vector<std::string>{"a b", "a%20b", "a+b"});
    std::vector<open_upload> const none = co_await bucket.uploads("nothing");
    CHECK(none.empty());
    CHECK(server.counts().refused == 0);
}

CO_TEST("s3 open uploads: an orphan is found, measured and thrown away; then it is gone") {
    s3_server_options options;
    options.page_limit = 2;
    s3_server server(options);
    auto const store = quick_store(server.endpoint());
    std::vector<std::string> const parts{pattern(1000), pattern(2000), pattern(300), pattern(4), pattern(5)};
    std::string const id = co_await orphan(store, "dir/left behind", parts);
    s3_bucket const bucket(quick_settings(server.endpoint()));
    upload_size const size = co_await bucket.size_of_upload("dir/left behind", id);
    CHECK(size.parts == 5);
    CHECK(size.bytes == 3309);
    co_await bucket.abort_upload("dir/left behind", id);
    CHECK(server.uploads_open() == 0);
    error const again = co_await error_of(bucket.abort_upload("dir/left behind", id));
    CHECK(again.reason() == errc::not_found);
    CHECK(again.info().service_code == "NoSuchUpload");
    CHECK(again.info().uri == "s3://bucket/dir/left behind");
    error const unmeasured = co_await error_of(bucket.size_of_upload("dir/left behind", id));
    CHECK(unmeasured.reason() == errc::not_found);
    CHECK(server.counts().refused == 0);
}

CO_TEST("s3 open uploads: an abort whose answer is lost has aborted") {
    s3_server server;
    auto const store = quick_store(server.endpoint());
    std::string const id = co_await orphan(store, "k", {});
    s3_fault lost;
    lost.drop_after_apply = true;
    std::atomic<int> seen = 0;
    fault_first(server, "DELETE", lost, seen);
    s3_bucket const bucket(quick_settings(server.endpoint()));
    co_await bucket.abort_upload("k", id);
    CHECK(seen == 2);
    CHECK(server.uploads_open() == 0);
}

CO_TEST("s3 open uploads: arguments that name nothing are refused before anything is sent") {
    s3_server server;
    s3_bucket const bucket(quick_settings(server.endpoint()));
    error const no_key = co_await error_of(bucket.abort_upload("", "id"));
    CHECK(no_key.reason() == errc::invalid_argument);
    error const no_id = co_await error_of(bucket.abort_upload("k", ""));
    CHECK(no_id.reason() == errc::invalid_argument);
    error const odd_prefix = co_await error_of(bucket.uploads("\xff"));
    CHECK(odd_prefix.reason() == errc::invalid_argument);
    CHECK(server.counts().requests == 0);
}

CO_TEST("s3 open uploads: a listing that goes round in circles ends in an error (robustness 39)") {
    script_server server([](testing::received_request const&) {
        return scripted_reply::ok(
            "<ListMultipartUploadsResult><EncodingType>url</EncodingType><IsTruncated>true</IsTruncated><NextKeyMarker>k</NextKeyMarker>"
            "<NextUploadIdMarker>i</NextUploadIdMarker><Upload><Key>k</Key><UploadId>i</UploadId></Upload></ListMultipartUploadsResult>");
    });
    s3_bucket const bucket(quick_settings(server.endpoint()));
    error const e = co_await error_of(bucket.uploads());
    CHECK(e.reason() == errc::protocol);
    CHECK(contains(e.info().detail, "circles"));
    CHECK(server.requests().size() == 2);
}

CO_TEST("s3 open uploads: where pages encode keys and do not say so, they are asked for without it (Ceph 16.2)") {
    script_server server([](testing::received_request const& r) {
        bool const encoded = contains(r.target, "encoding-type=url");
        std::string const more = contains(r.target, "key-marker") ? "<IsTruncated>false</IsTruncated>"
                                                                  : "<IsTruncated>true</IsTruncated><NextKeyMarker>a%20b</NextKeyMarker>";
        return scripted_reply::ok("<ListMultipartUploadsResult>" + more + "<Upload><Key>" + (encoded ? "a%2520b" : "a%20b") +
                                  "</Key><UploadId>i</UploadId></Upload></ListMultipartUploadsResult>");
    });
    s3_bucket const bucket(quick_settings(server.endpoint()));
    std::vector<open_upload> const all = co_await bucket.uploads();
    CHECK(keys_of(all) == std::vector<std::string>{"a%20b", "a%20b"});
    CHECK(server.requests().size() == 3);  // the first page twice, then it is known
}

CO_TEST("s3 open uploads: a visitor that has seen enough ends the listing") {
    s3_server_options options;
    options.page_limit = 1;
    s3_server server(options);
    auto const store = quick_store(server.endpoint());
    for (std::string const key : {"a", "b", "c"}) co_await orphan(store, key, {});
    s3_bucket const bucket(quick_settings(server.endpoint()));
    int pages = 0;
    upload_visitor const once = [&pages](std::vector<open_upload>) -> awaitable<bool> {
        ++pages;
        co_return false;
    };
    co_await bucket.for_each_upload("", once);
    CHECK(pages == 1);
}
