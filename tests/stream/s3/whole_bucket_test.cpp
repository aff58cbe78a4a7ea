// Buckets themselves: made, seen, listed, removed; and URLs that others may use.
#include "stream/s3/fixture.hpp"

#include <sluice/s3_bucket.hpp>

#include <atomic>

using namespace sluice;
using namespace sluice::test;
using testing::s3_fault, testing::s3_request_view, testing::s3_server, testing::s3_server_options, testing::script_server,
    testing::scripted_reply;

namespace {

s3_bucket bucket_of(s3_server const& server, std::string name) {
    s3_settings settings = quick_settings(server.endpoint());
    settings.bucket = std::move(name);
    return s3_bucket(settings);
}

s3_fault lost_answer() {
    s3_fault fault;
    fault.drop_after_apply = true;
    return fault;
}

}  // namespace

CO_TEST("s3 buckets: made, seen, listed, removed") {
    s3_server server;
    s3_bucket const fresh = bucket_of(server, "fresh");
    error const absent = co_await error_of(fresh.head());
    CHECK(absent.reason() == errc::not_found);
    co_await fresh.create();
    std::string const region = co_await fresh.head();
    CHECK(region == "us-east-1");
    std::string const location = co_await fresh.location();
    CHECK(location == "us-east-1");
    std::vector<listed_bucket> const all = co_await list_buckets(quick_settings(server.endpoint()));
    REQUIRE(all.size() == 2);
    CHECK(all[0].name == "bucket");
    CHECK(all[1].name == "fresh");
    CHECK(all[1].created.has_value());
    co_await fresh.remove();
    error const gone = co_await error_of(fresh.remove());
    CHECK(gone.reason() == errc::not_found);
    CHECK(gone.info().service_code == "NoSuchBucket");
    CHECK(server.counts().refused == 0);
}

CO_TEST("s3 buckets: what is there already, and what is not empty, is told apart") {
    s3_server server;
    s3_bucket const there = bucket_of(server, "bucket");
    error const twice = co_await error_of(there.create());
    CHECK(twice.reason() == errc::already_exists);
    CHECK(twice.info().service_code == "BucketAlreadyOwnedByYou");
    server.put("bucket", "k", "x");
    error const full = co_await error_of(there.remove());
    CHECK(full.reason() == errc::precondition_failed);
    CHECK(full.info().service_code == "BucketNotEmpty");
    CHECK(full.info().uri == "s3://bucket/");
    CHECK(server.object_count() == 1);
}

CO_TEST("s3 buckets: a lost answer is no failure when it was done") {
    s3_server server;
    std::atomic<int> seen = 0;
    s3_bucket const fresh = bucket_of(server, "fresh");
    fault_first(server, "PUT", lost_answer(), seen);
    co_await fresh.create();
    CHECK(seen == 2);
    std::atomic<int> removed = 0;
    fault_first(server, "DELETE", lost_answer(), removed);
    co_await fresh.remove();
    CHECK(removed == 2);
    std::vector<listed_bucket> const all = co_await list_buckets(quick_settings(server.endpoint()));
    CHECK(all.size() == 1);
}

CO_TEST("s3 buckets: a list of buckets whose token repeats ends in an error (robustness 39)") {
    script_server server([](testing::received_request const&) {
        return scripted_reply::ok("<ListAllMyBucketsResult><Buckets/><ContinuationToken>t</ContinuationToken></ListAllMyBucketsResult>");
    });
    error const e = co_await error_of(list_buckets(quick_settings(server.endpoint())));
    CHECK(e.reason() == errc::protocol);
    CHECK(server.requests().size() == 2);
}

CO_TEST("s3 buckets: versioning is read and set") {
    script_server server;
    server.push(scripted_reply::ok("<VersioningConfiguration/>"));
    server.push(scripted_reply::ok(""));
    s3_bucket const bucket(quick_settings(server.endpoint()));
    bucket_versioning const before = co_await bucket.versioning();
    CHECK(before == bucket_versioning::never);
    co_await bucket.set_versioning(bucket_versioning::enabled);
    error const never = co_await error_of(bucket.set_versioning(bucket_versioning::never));
    CHECK(never.reason() == errc::invalid_argument);
    auto const requests = server.requests();
    REQUIRE(requests.size() == 2);
    CHECK(requests[1].method == "PUT");
    CHECK(requests[1].target == "/bucket/?versioning=");
    CHECK(contains(requests[1].body, "<Status>Enabled</Status>"));
}

CO_TEST("s3 presign: without credentials there is nothing to sign with") {
    s3_settings settings = quick_settings("http://127.0.0.1:1");
    settings.credentials = nullptr;
    s3_bucket const bucket(settings);
    error const e = co_await error_of(bucket.presign("k"));
    CHECK(e.reason() == errc::unauthenticated);
    error const no_key = co_await error_of(bucket.presign(""));
    CHECK(no_key.reason() == errc::invalid_argument);
}
