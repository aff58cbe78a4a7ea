#include <sluice/error.hpp>

#include <doctest/doctest.h>
#include <boost/asio/error.hpp>

using namespace sluice;

TEST_CASE("an error compares equal to its reason, and a cancelled one also to Asio's code") {
    error const lost(errc::not_found, error_info{});
    CHECK(lost.code() == errc::not_found);
    CHECK(lost.code() != errc::truncated);
    CHECK(lost.code() == boost::system::errc::no_such_file_or_directory);

    error const stopped(errc::cancelled, error_info{});
    CHECK(stopped.code() == errc::cancelled);
    CHECK(stopped.code() == boost::asio::error::operation_aborted);
    CHECK(make_error_code(errc::timed_out) != errc::cancelled);
}

TEST_CASE("the text of an error says what, to what, why and how often, in one line") {
    error_info info;
    info.operation = "read";
    info.uri = "s3://bucket/key";
    info.status = 503;
    info.service_code = "SlowDown";
    info.service_message = "Please\r\nreduce";
    info.attempts = 3;
    info.elapsed = std::chrono::milliseconds(1500);
    CHECK(std::string(error(errc::throttled, info).what()) ==
          "read s3://bucket/key: throttled (HTTP 503, SlowDown, service says \"Please  reduce\", 3 attempts in 1.5 s)");
}

TEST_CASE("a failed result throws the public error") {
    result<int> const r = failure(errc::truncated, "8 of 9 bytes");
    try {
        (void)r.value();
        FAIL("no exception");
    } catch (error const& e) {
        CHECK(e.reason() == errc::truncated);
        CHECK(e.info().detail == "8 of 9 bytes");
    }
}
