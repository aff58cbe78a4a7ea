#include "text/exit_code.hpp"
#include "text/percentile.hpp"
#include "text/printable.hpp"
#include "text/progress_text.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <string>
#include <vector>

using namespace sluice;
using namespace sluice::cli;
using namespace std::chrono_literals;

TEST_CASE("printable: a key never breaks the line or drives the terminal") {
    CHECK(printable("plain caf\xc3\xa9") == "plain caf\xc3\xa9");
    CHECK(printable("a\nb\tc\r\x1b[31m\x7f") == "a\\nb\\tc\\x0d\\x1b[31m\\x7f");
    CHECK(printable("\xff\xc2\x9b") == "\\xff\\u009b");
}

TEST_CASE("a password typed into a URI is not repeated") {
    CHECK(without_secrets("s3://AKIA:SECRET@bucket/a@b") == "s3://...@bucket/a@b");
    CHECK(without_secrets("ftp://me:p@ss@host") == "ftp://...@host");
    CHECK(without_secrets("s3://bucket/user@host") == "s3://bucket/user@host");
    CHECK(without_secrets("s3://") == "s3://");
    CHECK(without_secrets("folder/a@b://c") == "folder/a@b://c");
    CHECK(without_secrets("") == "");
}

TEST_CASE("the query of a presigned URL is not repeated") {
    CHECK(without_secrets("https://host/a%3Fb?X-Amz-Signature=1?") == "https://host/a%3Fb");
    CHECK(without_secrets("HTTP://me:p@host/k?x") == "HTTP://...@host/k");
    CHECK(without_secrets("s3://bucket/k?x#y") == "s3://bucket/k?x#y");
}

TEST_CASE("iso8601") {
    wall_time const epoch{};
    CHECK(iso8601(epoch) == "1970-01-01T00:00:00Z");
    CHECK(iso8601(epoch + 951782400s + 123ms, true) == "2000-02-29T00:00:00.123Z");
    CHECK(iso8601(epoch - 1ms, true) == "1969-12-31T23:59:59.999Z");
}

TEST_CASE("percentile: nearest rank") {
    std::vector<double> ten;
    for (int i = 1; i <= 10; ++i) ten.push_back(i);
    CHECK(percentile(ten, 0.5) == 5);
    CHECK(percentile(ten, 0.9) == 9);
    CHECK(percentile(ten, 0.91) == 10);
    CHECK(percentile(ten, 0.99) == 10);
    CHECK(percentile(ten, 1) == 10);
    CHECK(percentile(ten, 0) == 1);
    CHECK(percentile(std::vector<double>{7}, 0.5) == 7);
    CHECK(percentile({}, 0.5) == 0);
}

TEST_CASE("exit codes") {
    struct row {
        errc reason;
        int code;
    };
    static constexpr row rows[] = {
        {errc::not_found, 3},
        {errc::permission_denied, 4},
        {errc::unauthenticated, 4},
        {errc::timed_out, 5},
        {errc::throttled, 5},
        {errc::unreachable, 5},
        {errc::connection_lost, 5},
        {errc::truncated, 5},
        {errc::server, 5},
        {errc::ambiguous, 5},
        {errc::already_exists, 6},
        {errc::precondition_failed, 6},
        {errc::not_modified, 6},
        {errc::checksum_mismatch, 7},
        {errc::invalid_argument, 2},
        {errc::untrusted_peer, 1},
        {errc::protocol, 1},
        {errc::unsupported, 1},
        {errc::io, 1},
        {errc::no_space, 1},
        {errc::buffer_too_small, 1},
        {errc::cancelled, 1},
        {errc::range_not_satisfiable, 1},
    };
    for (row const& r : rows) CHECK(static_cast<int>(exit_code_of(r.reason)) == r.code);
}

TEST_CASE("progress: a bar is redrawn on its line, ten times a second at most") {
    progress_text::time const start{};
    progress_text bar(progress_mode::bar, start);
    CHECK(bar.update(1, 100, start + 50ms).empty());
    CHECK(bar.update(50u << 20, 100u << 20, start + 1s) == "\r\x1b[K[############............]  50%  50.0 MiB of 100.0 MiB  52.4 MB/s");
    CHECK(bar.update(51u << 20, 100u << 20, start + 1050ms).empty());
    CHECK(bar.summary(100u << 20, start + 2s) == "\r\x1b[Ksluice: 104857600 bytes in 2.00 s, 52.4 MB/s\n");
    CHECK(bar.clear().empty());
}

TEST_CASE("progress: plain lines every three seconds") {
    progress_text::time const start{};
    progress_text plain(progress_mode::plain, start);
    CHECK(plain.update(1, 100, start + 2999ms).empty());
    CHECK(plain.update(3'000'000, 0, start + 3s) == "sluice: 2.9 MiB  1.0 MB/s\n");
    CHECK(plain.update(4, 100, start + 4s).empty());
    CHECK_FALSE(plain.update(4, 100, start + 6s).empty());
    CHECK(plain.clear().empty());
    CHECK(plain.summary(0, start) == "sluice: 0 bytes in 0.00 s, 0.0 MB/s\n");
    CHECK(plain.summary(5'000'000, start + 5s, 1) == "sluice: 1 object, 5000000 bytes in 5.00 s, 1.0 MB/s\n");
    CHECK(plain.summary(0, start, 0) == "sluice: 0 objects, 0 bytes in 0.00 s, 0.0 MB/s\n");
}

TEST_CASE("progress: none is silent") {
    progress_text none(progress_mode::none, {});
    CHECK(none.update(1, 2, progress_text::time() + 1h).empty());
    CHECK(none.summary(1, progress_text::time() + 1h).empty());
}
