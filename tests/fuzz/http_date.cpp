// Dates: what is read and written again is the same time; and what the other reader of the tree and timegm make of it.
#include "input.hpp"

#include "base/http_date.hpp"
#include "retry/classify.hpp"
#include "testing/s3_text.hpp"

#include <chrono>
#include <ctime>
#include <optional>

using namespace sluice;
using std::chrono::system_clock;

namespace {

/// Of the date alone as timegm counts it.
void compare_with_libc(std::string const& iso, system_clock::time_point const when) {
    std::tm t{};
    fuzz::must(std::sscanf(iso.c_str(), "%d-%d-%dT%d:%d:%d", &t.tm_year, &t.tm_mon, &t.tm_mday, &t.tm_hour, &t.tm_min, &t.tm_sec) == 6,
               "ISO 8601");
    t.tm_year -= 1900;
    t.tm_mon -= 1;
    auto const second = std::chrono::floor<std::chrono::seconds>(when).time_since_epoch().count();
    fuzz::must(timegm(&t) == second, "the second that libc counts");
}

/// A zone may lead beyond the first and the last year that are read.
bool readable(std::chrono::sys_seconds const when) {
    auto const year = int(std::chrono::year_month_day(std::chrono::floor<std::chrono::days>(when)).year());
    return year >= 1678 && year <= 2261;
}

void check(std::optional<system_clock::time_point> const& when) {
    if (!when || !readable(std::chrono::floor<std::chrono::seconds>(*when))) return;
    std::string const iso = base::format_iso8601(*when), http = base::format_http_date(*when);
    auto const again = base::parse_iso8601(iso), from_http = base::parse_http_date(http);
    fuzz::must(again && *again == std::chrono::floor<std::chrono::milliseconds>(*when), "to the millisecond");
    fuzz::must(from_http && *from_http == std::chrono::floor<std::chrono::seconds>(*when), "to the second");
    compare_with_libc(iso, *when);
    auto const theirs = testing::parse_http_date(http);
    fuzz::must(when->time_since_epoch().count() < 0 || (theirs && *theirs == std::chrono::floor<std::chrono::seconds>(*when)),
               "the time that the test server reads, who knows none before 1970");
}

}  // namespace

void fuzz::run(input in) {
    system_clock::time_point const now(std::chrono::seconds(in.number(4'000'000'000)));
    std::string const text(in.line());
    check(base::parse_http_date(text));
    check(base::parse_iso8601(text));
    if (auto const theirs = testing::parse_http_date(text)) {
        auto const ours = base::parse_http_date(text);
        must(!readable(*theirs) || (ours && std::chrono::floor<std::chrono::seconds>(*ours) == *theirs),
             "what the test server reads, we read, too");
    }
    auto const wait = retry::parse_retry_after(text, now);
    must(!wait || wait->count() >= 0, "nobody waits for less than nothing");
}
