#include "base/http_date.hpp"

#include <array>
#include <cstdint>
#include <cstdio>

namespace sluice::inline v0::base {

namespace {

using std::chrono::system_clock;

// Not std::get_time and strftime: those follow the process's locale.
constexpr std::array<std::string_view, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
constexpr std::array<std::string_view, 7> days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr std::array<std::string_view, 7> long_days{"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"};

/// Eats a date from the left; after the first mismatch everything else fails too.
class scanner {
public:
    explicit scanner(std::string_view text) noexcept : rest_(text) {}

    bool text(std::string_view const wanted) noexcept {
        if (!rest_.starts_with(wanted)) return fail();
        rest_.remove_prefix(wanted.size());
        return true;
    }

    /// Exactly `width` digits; with `padded` the first may be a space.
    int number(std::size_t const width, bool const padded = false) noexcept {
        int value = 0;
        if (rest_.size() < width) return fail();
        for (std::size_t i = 0; i < width; ++i) {
            char const c = padded && i == 0 && rest_[0] == ' ' ? '0' : rest_[i];
            if (c < '0' || c > '9') return fail();
            value = value * 10 + (c - '0');
        }
        rest_.remove_prefix(width);
        return value;
    }

    /// The place of the word in `words`.
    template <std::size_t N>
    int word(std::array<std::string_view, N> const& words) noexcept {
        for (std::size_t i = 0; i < N; ++i)
            if (rest_.starts_with(words[i])) {
                rest_.remove_prefix(words[i].size());
                return static_cast<int>(i);
            }
        return fail();
    }

    bool next_is(char const c) const noexcept { return !rest_.empty() && rest_.front() == c; }
    std::size_t left() const noexcept { return rest_.size(); }
    bool complete() const noexcept { return good_ && rest_.empty(); }

private:
    bool fail() noexcept {
        good_ = false;
        rest_ = {};
        return false;
    }

    std::string_view rest_;
    bool good_ = true;
};

struct broken_down {
    int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0;
    std::int64_t nanoseconds = 0;
    int minutes_east = 0;
};

void scan_time_of_day(scanner& in, broken_down& to) noexcept {
    to.hour = in.number(2);
    in.text(":");
    to.minute = in.number(2);
    in.text(":");
    to.second = in.number(2);
}

std::optional<system_clock::time_point> assemble(broken_down const& t) noexcept {
    using namespace std::chrono;
    year_month_day const date{year(t.year), month(static_cast<unsigned>(t.month)), day(static_cast<unsigned>(t.day))};
    // A leap second is read as the one after it.
    if (!date.ok() || t.hour > 23 || t.minute > 59 || t.second > 60) return std::nullopt;
    // A clock of nanoseconds ends in April 2262 and begins in 1677: what lies outside is no date we could hold.
    if (t.year < 1678 || t.year > 2261) return std::nullopt;
    return sys_days(date) + hours(t.hour) + minutes(t.minute - t.minutes_east) + seconds(t.second) + nanoseconds(t.nanoseconds);
}

std::optional<system_clock::time_point> complete(scanner const& in, broken_down const& t) noexcept {
    if (!in.complete()) return std::nullopt;
    return assemble(t);
}

/// "Sun, 06 Nov 1994 08:49:37 GMT"
std::optional<system_clock::time_point> parse_fixdate(scanner in) noexcept {
    broken_down t;
    in.word(days);
    in.text(", ");
    t.day = in.number(2);
    in.text(" ");
    t.month = in.word(months) + 1;
    in.text(" ");
    t.year = in.number(4);
    in.text(" ");
    scan_time_of_day(in, t);
    in.text(" GMT");
    return complete(in, t);
}

/// "Sunday, 06-Nov-94 08:49:37 GMT"
std::optional<system_clock::time_point> parse_rfc850(scanner in) noexcept {
    broken_down t;
    in.word(long_days);
    in.text(", ");
    t.day = in.number(2);
    in.text("-");
    t.month = in.word(months) + 1;
    in.text("-");
    int const two_digits = in.number(2);
    t.year = two_digits + (two_digits < 70 ? 2000 : 1900);
    in.text(" ");
    scan_time_of_day(in, t);
    in.text(" GMT");
    return complete(in, t);
}

/// "Sun Nov  6 08:49:37 1994"
std::optional<system_clock::time_point> parse_asctime(scanner in) noexcept {
    broken_down t;
    in.word(days);
    in.text(" ");
    t.month = in.word(months) + 1;
    in.text(" ");
    t.day = in.number(2, true);
    in.text(" ");
    scan_time_of_day(in, t);
    in.text(" ");
    t.year = in.number(4);
    return complete(in, t);
}

std::int64_t scan_fraction(scanner& in) noexcept {
    std::int64_t value = 0, unit = 100'000'000;
    bool any = false;
    while (in.left() != 0 && !in.next_is('Z') && !in.next_is('z') && !in.next_is('+') && !in.next_is('-')) {
        value += in.number(1) * unit;
        unit /= 10;
        any = true;
    }
    if (!any) in.text("0");
    return value;
}

int scan_zone(scanner& in) noexcept {
    if (in.next_is('Z') || in.next_is('z')) {
        in.text(in.next_is('Z') ? "Z" : "z");
        return 0;
    }
    bool const west = in.next_is('-');
    in.text(west ? "-" : "+");
    int const hours = in.number(2);
    in.text(":");
    int const minutes = hours * 60 + in.number(2);
    return west ? -minutes : minutes;
}

}  // namespace

std::optional<system_clock::time_point> parse_http_date(std::string_view const text) noexcept {
    if (auto const when = parse_fixdate(scanner(text))) return when;
    if (auto const when = parse_rfc850(scanner(text))) return when;
    return parse_asctime(scanner(text));
}

std::string format_http_date(system_clock::time_point const when) {
    using namespace std::chrono;
    auto const day = floor<std::chrono::days>(when);
    year_month_day const date(day);
    hh_mm_ss const time(floor<seconds>(when - day));
    std::array<char, 64> text;
    int const size = std::snprintf(text.data(), text.size(), "%s, %02u %s %04d %02d:%02d:%02d GMT", days[weekday(day).c_encoding()].data(),
                                   unsigned(date.day()), months[unsigned(date.month()) - 1].data(), int(date.year()),
                                   static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
                                   static_cast<int>(time.seconds().count()));
    return {text.data(), static_cast<std::size_t>(size)};
}

std::optional<system_clock::time_point> parse_iso8601(std::string_view const text) noexcept {
    scanner in(text);
    broken_down t;
    t.year = in.number(4);
    in.text("-");
    t.month = in.number(2);
    in.text("-");
    t.day = in.number(2);
    in.text("T");
    scan_time_of_day(in, t);
    if (in.next_is('.')) {
        in.text(".");
        t.nanoseconds = scan_fraction(in);
    }
    t.minutes_east = scan_zone(in);
    return complete(in, t);
}

std::string format_iso8601(system_clock::time_point const when) {
    using namespace std::chrono;
    auto const day = floor<std::chrono::days>(when);
    year_month_day const date(day);
    hh_mm_ss const time(floor<milliseconds>(when - day));
    std::array<char, 64> text;
    int const size =
        std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ", int(date.year()), unsigned(date.month()),
                      unsigned(date.day()), static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
                      static_cast<int>(time.seconds().count()), static_cast<int>(time.subseconds().count()));
    return {text.data(), static_cast<std::size_t>(size)};
}

}  // namespace sluice::inline v0::base
