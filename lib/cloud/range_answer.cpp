#include "cloud/range_answer.hpp"

#include <array>
#include <charconv>
#include <utility>

namespace sluice::inline v0::cloud {

namespace {

failure broken(std::string what) { return {errc::protocol, std::move(what)}; }

void append_number(std::string& to, std::uint64_t const value) {
    std::array<char, 20> digits{};
    auto const [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), value);
    to.append(digits.data(), end);
}

std::optional<std::uint64_t> take_number(std::string_view& text) noexcept {
    std::uint64_t value = 0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc()) return {};
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return value;
}

bool take(std::string_view& text, char const c) noexcept {
    if (!text.starts_with(c)) return false;
    text.remove_prefix(1);
    return true;
}

/// The range of one byte that stands for an empty one, or `asked` itself.
byte_range as_sent(byte_range const asked) noexcept {
    bool const empty = asked.length == 0 && (asked.what == byte_range::kind::bounded || asked.what == byte_range::kind::last);
    return empty ? byte_range::bounded(asked.offset, 1) : asked;
}

std::string shown(resolved_range const r) { return std::to_string(r.length) + " bytes from " + std::to_string(r.offset); }

result<opened_range> check_whole(byte_range const asked, http::response_head const& head) {
    if (!head.has_content_length) return broken("an object without a Content-Length");
    opened_range opened;
    opened.size = opened.length = head.content_length;
    opened.range = resolve(asked, opened.size);
    bool const wanted_all = opened.range == resolved_range{0, opened.size};
    bool const inside = opened.range.offset < opened.size || asked.what == byte_range::kind::last;
    bool const wanted_nothing = opened.range.length == 0 && inside;
    if (!wanted_all && !wanted_nothing)
        return broken("the service ignored the Range and answered with all " + std::to_string(opened.size) + " bytes");
    return opened;
}

result<opened_range> check_part(byte_range const asked, http::response_head const& head) {
    if (asked.what == byte_range::kind::whole) return broken("206 Partial Content, though the whole was asked for");
    auto const field = head.headers.find("content-range");
    if (!field) return broken("206 Partial Content without a Content-Range (several ranges at once are not accepted)");
    auto const came = parse_content_range(*field);
    if (!came || !came->satisfied) return broken("a Content-Range that is none: \"" + std::string(field->substr(0, 80)) + '"');
    if (!came->total) return broken("a Content-Range without the object's size");

    opened_range opened;
    opened.size = *came->total;
    opened.length = came->last - came->first + 1;
    resolved_range const expected = resolve(as_sent(asked), opened.size);
    resolved_range const got{came->first, opened.length};
    if (got != expected) return broken("the service sent another range than asked for: " + shown(got) + " instead of " + shown(expected));
    if (head.has_content_length && head.content_length != opened.length)
        return broken("Content-Range and Content-Length disagree: " + std::to_string(opened.length) + " and " +
                      std::to_string(head.content_length));
    opened.range = resolve(asked, opened.size);
    return opened;
}

}  // namespace

std::string range_value(byte_range const range) {
    std::string value;
    if (range.what == byte_range::kind::whole) return value;
    value.reserve(48);
    value = "bytes=";
    bool const last = range.what == byte_range::kind::last;
    if (!last || range.length == 0) append_number(value, last ? 0 : range.offset);
    value += '-';
    if (last && range.length > 0) append_number(value, range.length);
    if (last && range.length == 0) append_number(value, 0);
    if (range.what == byte_range::kind::bounded) {
        std::uint64_t const behind = std::max<std::uint64_t>(range.length, 1) - 1;
        if (behind <= std::numeric_limits<std::uint64_t>::max() - range.offset) append_number(value, range.offset + behind);
    }
    return value;
}

std::optional<content_range> parse_content_range(std::string_view value) noexcept {
    if (value.size() < 6 || !http::equal_ignoring_case(value.substr(0, 6), "bytes ")) return {};
    value.remove_prefix(6);
    content_range parsed;
    if (!take(value, '*')) {
        auto const first = take_number(value);
        if (!first || !take(value, '-')) return {};
        auto const last = take_number(value);
        if (!last || *last < *first) return {};
        parsed.satisfied = true;
        parsed.first = *first;
        parsed.last = *last;
    }
    if (!take(value, '/')) return {};
    if (!take(value, '*')) {
        parsed.total = take_number(value);
        if (!parsed.total || (parsed.satisfied && parsed.last >= *parsed.total)) return {};
    } else if (!parsed.satisfied) {
        return {};
    }
    if (!value.empty()) return {};
    return parsed;
}

result<opened_range> check_read_answer(byte_range const asked, http::response_head const& head) {
    if (head.body == http::framing::until_end) return broken("an object whose end only the end of the connection would tell");
    if (head.status == 200) return check_whole(asked, head);
    if (head.status == 206) return check_part(asked, head);
    return broken("HTTP " + std::to_string(head.status) + " is no answer to a read");
}

result<void> check_resumed(opened_range const& fresh, resolved_range const rest, std::uint64_t const size) {
    if (fresh.size != size)
        return broken("the object changed while it was read: it has " + std::to_string(fresh.size) + " bytes now, not " +
                      std::to_string(size));
    if (fresh.range != rest) return broken("the service resumed at another place: " + shown(fresh.range) + " instead of " + shown(rest));
    return {};
}

}  // namespace sluice::inline v0::cloud
