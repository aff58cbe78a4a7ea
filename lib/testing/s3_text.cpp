#include "testing/s3_text.hpp"

#include <array>
#include <cstdint>
#include <cstdio>

namespace sluice::inline v0::testing {
namespace {

constexpr std::string_view upper_hex = "0123456789ABCDEF";
constexpr std::array<std::string_view, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
constexpr std::array<std::string_view, 7> days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};

bool is_unreserved(char const c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || c == '~';
}

void append_escaped(std::string& to, char const c) {
    auto const value = static_cast<unsigned char>(c);
    to += '%';
    to += upper_hex[value >> 4];
    to += upper_hex[value & 15];
}

int hex_value(char const c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/// The digits at `from`, or -1.
int number(std::string_view const text, std::size_t const from, std::size_t const count) {
    int value = 0;
    for (char const c : text.substr(from, count)) {
        if (c < '0' || c > '9') return -1;
        value = value * 10 + (c - '0');
    }
    return value;
}

std::optional<unix_seconds> make_time(int const y, int const mo, int const d, int const h, int const mi, int const s) {
    if (y < 1970 || h < 0 || h > 23 || mi < 0 || mi > 59 || s < 0 || s > 60 || mo < 1 || d < 1) return std::nullopt;
    std::chrono::year_month_day const day{std::chrono::year(y), std::chrono::month(static_cast<unsigned>(mo)),
                                          std::chrono::day(static_cast<unsigned>(d))};
    if (!day.ok()) return std::nullopt;
    return std::chrono::sys_days(day) + std::chrono::hours(h) + std::chrono::minutes(mi) + std::chrono::seconds(s);
}

struct fields {
    explicit fields(unix_seconds const t) {
        auto const midnight = std::chrono::floor<std::chrono::days>(t);
        std::chrono::year_month_day const date(midnight);
        std::chrono::hh_mm_ss const time(t - midnight);
        year = static_cast<int>(date.year());
        month = static_cast<unsigned>(date.month());
        day = static_cast<unsigned>(date.day());
        weekday = std::chrono::weekday(midnight).c_encoding();
        hour = static_cast<int>(time.hours().count());
        minute = static_cast<int>(time.minutes().count());
        second = static_cast<int>(time.seconds().count());
    }
    int year, hour, minute, second;
    unsigned month, day, weekday;
};

}  // namespace

std::string percent_encode(std::string_view const text, std::string_view const keep) {
    std::string out;
    for (char const c : text) {
        if (is_unreserved(c) || keep.find(c) != keep.npos) {
            out += c;
        } else {
            append_escaped(out, c);
        }
    }
    return out;
}

std::optional<std::string> percent_decode(std::string_view const text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            out += text[i];
            continue;
        }
        if (i + 2 >= text.size()) return std::nullopt;
        int const high = hex_value(text[i + 1]), low = hex_value(text[i + 2]);
        if (high < 0 || low < 0) return std::nullopt;
        out += static_cast<char>(high * 16 + low);
        i += 2;
    }
    return out;
}

std::string listing_encode(std::string_view const text) {
    std::string out;
    for (char const c : text) {
        if (c == ' ') {
            out += '+';
        } else if ((is_unreserved(c) && c != '~') || c == '*' || c == '/') {
            out += c;
        } else {
            append_escaped(out, c);
        }
    }
    return out;
}

std::string xml_escape(std::string_view const text) {
    std::string out;
    for (char const c : text) {
        switch (c) {
        case '<': out += "&lt;"; break;
        case '>': out += "&gt;"; break;
        case '&': out += "&amp;"; break;
        case '"': out += "&quot;"; break;
        default:
            if ((c >= 0 && c < ' ') || c == 0x7f) {
                char reference[8];
                std::snprintf(reference, sizeof reference, "&#x%X;", static_cast<unsigned>(c));
                out += reference;
            } else {
                out += c;
            }
        }
    }
    return out;
}

bool is_utf8(std::string_view const text) {
    for (std::size_t i = 0; i < text.size();) {
        auto const at = [&](std::size_t n) { return n < text.size() ? static_cast<unsigned char>(text[n]) : 0u; };
        unsigned const lead = at(i);
        std::size_t const size = lead < 0x80 ? 1 : (lead >> 5) == 6 ? 2 : (lead >> 4) == 14 ? 3 : (lead >> 3) == 30 ? 4 : 0;
        if (size == 0) return false;
        std::uint32_t point = size == 1 ? lead : lead & (0xffu >> (size + 1));
        for (std::size_t k = 1; k < size; ++k) {
            if ((at(i + k) >> 6) != 2) return false;
            point = point << 6 | (at(i + k) & 0x3f);
        }
        constexpr std::array<std::uint32_t, 5> smallest{0, 0, 0x80, 0x800, 0x10000};
        if (point < smallest[size] || point > 0x10ffff || (point >= 0xd800 && point < 0xe000)) return false;
        i += size;
    }
    return true;
}

std::string http_date(unix_seconds const time) {
    fields const f(time);
    char text[40];
    std::snprintf(text, sizeof text, "%.3s, %02u %.3s %04d %02d:%02d:%02d GMT", days[f.weekday].data(), f.day, months[f.month - 1].data(),
                  f.year, f.hour, f.minute, f.second);
    return text;
}

std::optional<unix_seconds> parse_http_date(std::string_view const text) {
    if (text.size() != 29) return std::nullopt;
    int month = 0;
    for (int i = 0; i < 12; ++i)
        if (months[static_cast<std::size_t>(i)] == text.substr(8, 3)) month = i + 1;
    auto const time =
        make_time(number(text, 12, 4), month, number(text, 5, 2), number(text, 17, 2), number(text, 20, 2), number(text, 23, 2));
    // Writing it again checks the week day and every byte between the numbers.
    if (!time || http_date(*time) != text) return std::nullopt;
    return time;
}

std::string iso_date(unix_seconds const time) {
    fields const f(time);
    char text[40];
    std::snprintf(text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02d.000Z", f.year, f.month, f.day, f.hour, f.minute, f.second);
    return text;
}

std::optional<unix_seconds> parse_amz_date(std::string_view const text) {
    if (text.size() != 16 || text[8] != 'T' || text[15] != 'Z') return std::nullopt;
    return make_time(number(text, 0, 4), number(text, 4, 2), number(text, 6, 2), number(text, 9, 2), number(text, 11, 2),
                     number(text, 13, 2));
}

}  // namespace sluice::inline v0::testing
