// The chunked coding: the same however it is cut, and what a naive reader of the whole text makes of it.
#include "input.hpp"

#include "http/chunked.hpp"

#include <optional>

using namespace sluice;

namespace {

struct outcome {
    bool refused = false, done = false;
    std::string data;
    std::size_t used = 0;
};

outcome decode(std::string text, fuzz::pieces by) {
    outcome o;
    http::chunked_decoder decoder;
    while (o.used < text.size() && !decoder.done()) {
        std::span<char> const piece(text.data() + o.used, by.next(text.size() - o.used));
        auto const step = decoder.feed(std::as_writable_bytes(piece));
        o.refused = !step;
        if (o.refused) return o;
        fuzz::must(step->data <= step->used && step->used <= piece.size(), "not more than what came");
        fuzz::must(step->used == piece.size() || decoder.done(), "all is taken up to the end");
        o.data.append(piece.data(), step->data);
        o.used += step->used;
    }
    o.done = decoder.done();
    return o;
}

/// Line by line, for whole bodies only: nothing where it is not one.
std::optional<outcome> naive(std::string_view const text) {
    outcome o;
    auto const line = [&]() -> std::optional<std::string_view> {
        std::size_t const end = text.find("\r\n", o.used);
        if (end == text.npos) return std::nullopt;
        std::string_view const found = text.substr(o.used, end - o.used);
        o.used = end + 2;
        return found;
    };
    for (;;) {
        auto const head = line();
        if (!head) return std::nullopt;
        std::uint64_t const size = std::strtoull(std::string(*head).c_str(), nullptr, 16);
        if (size == 0) break;
        if (text.size() - o.used < size || text.substr(o.used + size, 2) != "\r\n") return std::nullopt;
        o.data += text.substr(o.used, size);
        o.used += size + 2;
    }
    for (auto trailer = line(); !trailer || !trailer->empty(); trailer = line())
        if (!trailer) return std::nullopt;
    o.done = true;
    return o;
}

}  // namespace

void fuzz::run(input in) {
    pieces const by(in);
    std::string const text(in.rest());
    input nothing(""), one("1");
    outcome const whole = decode(text, pieces(nothing)), cut = decode(text, by), bytes = decode(text, pieces(one));
    for (outcome const& other : {cut, bytes}) {
        must(whole.refused == other.refused && whole.done == other.done, "the same outcome however it is cut");
        must(whole.refused || (whole.data == other.data && whole.used == other.used), "the same data however it is cut");
    }
    if (!whole.done) return;
    auto const expected = naive(text);
    must(expected && expected->data == whole.data && expected->used == whole.used, "what a naive reader reads");
}
