// The head of a request: what is written is read by a strict server as it was meant, or it is not written at all.
#include "input.hpp"

#include "http/request_head.hpp"
#include "testing/http_reader.hpp"

using namespace sluice;

namespace {

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    return text;
}

}  // namespace

void fuzz::run(input in) {
    constexpr std::string_view methods[] = {"GET", "HEAD", "PUT", "POST", "DELETE"};
    http::request r;
    r.method = methods[in.number(4)];
    r.body = payload(std::string(static_cast<std::size_t>(in.number(3)), 'x'));
    r.target = in.line();
    r.headers.add("Host", "host");
    std::size_t count = 1;
    for (; !in.empty(); ++count) {
        std::string_view const name = in.line();
        r.headers.add(name, in.line());
    }
    std::string head;
    auto const wrong = http::format_head(r, head);
    if (wrong)
        return must(wrong->reason() == errc::invalid_argument && wrong->info().detail.size() < 400 && is_one_line(wrong->info().detail),
                    "a short error");
    bool const with_length = r.body.size() > 0 || r.method == "PUT" || r.method == "POST";
    testing::received_request read;
    testing::request_framing framing;
    std::string const complaint = testing::parse_head(head, read, framing);
    // Of the values we refuse only what changes the meaning; and a second Host is the caller's own fault.
    if (!complaint.empty())
        return must(
            complaint.starts_with("control byte") || complaint.starts_with("bad or second Host") || complaint.starts_with("request target"),
            "a head a server reads");
    must(read.method == r.method && read.target == r.target, "the request line as it was meant");
    must(framing.length.value_or(0) == r.body.size() && framing.length.has_value() == with_length && !framing.chunked,
         "the length of the body");
    must(read.headers.size() == count + with_length, "no field more, none less");
    for (std::size_t i = 0; i < count; ++i)
        must(read.headers[i].first == r.headers[i].name && read.headers[i].second == trimmed(r.headers[i].value),
             "fields as they were meant");
}
