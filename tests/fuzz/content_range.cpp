// Content-Range, against a naive reader; and an answer to a read is taken only when it is exactly what was asked for.
#include "input.hpp"

#include "cloud/range_answer.hpp"

#include <optional>
#include <regex>

using namespace sluice;

namespace {

std::regex const form("[bB][yY][tT][eE][sS] (?:([0-9]+)-([0-9]+)|\\*)/(?:([0-9]+)|\\*)");

std::optional<std::uint64_t> number(std::string const& digits) {
    __uint128_t value = 0;
    for (char const c : digits) {
        value = value * 10 + static_cast<unsigned>(c - '0');
        if (value > std::numeric_limits<std::uint64_t>::max()) return std::nullopt;
    }
    return static_cast<std::uint64_t>(value);
}

std::optional<cloud::content_range> naive(std::string const& value) {
    std::smatch found;
    if (value.size() > 200 || !std::regex_match(value, found, form)) return std::nullopt;
    cloud::content_range r;
    r.satisfied = found[1].matched;
    if (found[3].matched && !(r.total = number(found[3]))) return std::nullopt;
    if (!r.satisfied) return r.total ? std::optional(r) : std::nullopt;
    auto const first = number(found[1]), last = number(found[2]);
    if (!first || !last || *first > *last || (r.total && *last >= *r.total)) return std::nullopt;
    r.first = *first;
    r.last = *last;
    return r;
}

void compare(std::string const& value) {
    auto const ours = cloud::parse_content_range(value), theirs = naive(value);
    if (value.size() > 200) return;
    fuzz::must(ours.has_value() == theirs.has_value(), "a Content-Range");
    if (!ours) return;
    bool const same = ours->satisfied == theirs->satisfied && ours->first == theirs->first && ours->last == theirs->last;
    fuzz::must(same && ours->total == theirs->total, "its numbers");
}

}  // namespace

void fuzz::run(input in) {
    byte_range asked;
    asked.what = static_cast<byte_range::kind>(in.number(3));
    asked.offset = in.number();
    asked.length = in.number();
    http::response_head head;
    head.status = in.number(1) == 1 ? 206 : 200;
    head.content_length = in.number();
    head.has_content_length = head.content_length != 0;
    head.body = head.has_content_length ? http::framing::length : http::framing::chunked;
    std::string const value(in.line());
    compare(value);
    if (!value.empty()) head.headers.add("Content-Range", value);
    auto const opened = cloud::check_read_answer(asked, head);
    if (!opened) return must(opened.error().reason() == errc::protocol, "a protocol error");
    must(opened->range == resolve(asked, opened->size), "exactly what was asked for");
    must(opened->range.offset <= opened->size && opened->range.length <= opened->size - opened->range.offset, "inside of the object");
    must(!head.has_content_length || opened->length == head.content_length, "a body of that length");
    must(opened->length >= opened->range.length, "a body that has it all");
}
