// The head of an answer: the same however it is cut; and where its body ends is what a naive reading of the fields says.
#include "input.hpp"

#include "http/response_head.hpp"

using namespace sluice;

namespace {

struct outcome {
    bool refused = false;
    std::size_t size = 0;
    http::response_head head;
};

/// Fed as it grows, as from a connection.
outcome parse(std::string_view const text, bool const to_head, fuzz::pieces by) {
    outcome o;
    http::head_parser parser;
    parser.reset(to_head);
    for (std::size_t have = 0; have < text.size() && o.size == 0;) {
        have += by.next(text.size() - have);
        auto const used = parser.feed(fuzz::bytes_of(text.substr(0, have)), o.head);
        o.refused = !used;
        if (o.refused) {
            fuzz::must(used.error().reason() == errc::protocol, "what is no head is a protocol error");
            fuzz::must(used.error().info().detail.size() < 1000 && fuzz::is_one_line(used.error().info().detail),
                       "a short error of one line");
            return o;
        }
        o.size = *used;
    }
    return o;
}

std::size_t count(http::response_head const& head, std::string_view const name) {
    std::size_t n = 0;
    for (std::size_t i = 0; i < head.headers.size(); ++i) n += http::equal_ignoring_case(head.headers[i].name, name);
    return n;
}

void check_framing(http::response_head const& head, bool const to_head) {
    bool const coded = count(head, "transfer-encoding") > 0, sized = count(head, "content-length") > 0;
    bool const bare = to_head || head.status / 100 == 1 || head.status == 204 || head.status == 304;
    fuzz::must(!(coded && sized), "a length and a coding at once");
    fuzz::must(head.has_content_length == sized, "a length that no field gives");
    http::framing const expected = bare || (sized && head.content_length == 0) ? http::framing::none
                                   : coded                                     ? http::framing::chunked
                                   : sized                                     ? http::framing::length
                                                                               : http::framing::until_end;
    fuzz::must(head.body == expected, "the end of the body");
}

}  // namespace

void fuzz::run(input in) {
    bool const to_head = in.number(1) == 1;
    pieces const by(in);
    std::string_view const text = in.rest();
    input nothing("");
    outcome const whole = parse(text, to_head, pieces(nothing)), cut = parse(text, to_head, by);
    must(whole.size == cut.size, "the same head however it is cut");  // a bad one is noticed sooner or later
    if (whole.size == 0) return;
    must(text.substr(0, whole.size).ends_with("\r\n\r\n"), "exactly the head is taken");
    must(whole.head.status >= 100 && whole.head.status <= 999, "a status of three digits");
    must(whole.head.headers.size() == cut.head.headers.size(), "the same fields");
    for (std::size_t i = 0; i < whole.head.headers.size(); ++i) {
        auto const a = whole.head.headers[i], b = cut.head.headers[i];
        must(a.name == b.name && a.value == b.value && a.value.find_first_of(std::string_view("\r\n\0", 3)) == a.value.npos,
             "sound fields");
    }
    must(whole.head.keep_alive == cut.head.keep_alive && whole.head.body == cut.head.body, "the same framing");
    check_framing(whole.head, to_head);
}
