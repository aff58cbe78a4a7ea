// The journal of an interrupted upload: what was written is read; cut anywhere it tells what it told by then; spoilt, nothing is believed
// that was not written.
#include "input.hpp"

#include "backend/file/journal_text.hpp"

#include <map>

using namespace sluice;

namespace {

using state = std::map<std::uint32_t, written_part>;

bool same(std::vector<written_part> const& a, state const& b) {
    return std::ranges::equal(a, b, [](written_part const& x, auto const& y) {
        return x.where.number == y.first && x.where.offset == y.second.where.offset && x.size == y.second.size;
    });
}

}  // namespace

void fuzz::run(input in) {
    constexpr std::uint64_t most = std::numeric_limits<std::int64_t>::max();
    file::journal_head head;
    head.upload = std::string(64, 'a');
    head.boot = "boot";
    head.inode = in.number();
    head.permissions = static_cast<unsigned>(in.number(0777));
    std::uint64_t const cut = in.number(), spoil = in.number();
    std::string text = file::head_text(head);
    std::size_t const begin = text.size();
    std::vector<state> told(1);
    while (!in.empty() && told.size() < 40) {
        state next = told.back();
        auto const number = static_cast<std::uint32_t>(in.number(10));
        written_part const part{{number, in.number(most)}, in.number(most)};
        bool const written = part.size % 3 != 0;
        text += written ? file::finished_line(part) : file::undone_line(number);
        if (written)
            next.insert_or_assign(number, part);
        else
            next.erase(number);
        told.push_back(std::move(next));
    }
    must(text.size() == begin + (told.size() - 1) * file::journal_line_size, "lines of one length");
    auto const all = file::read_journal_text(text, head);
    must(all && same(all->finished, told.back()) && all->end == text.size(), "what was written is read");

    std::size_t const length = static_cast<std::size_t>(cut % (text.size() + 1));
    auto const some = file::read_journal_text(std::string_view(text).substr(0, length), head);
    must(some.has_value() == (length >= begin), "nothing without a head");
    if (some) must(same(some->finished, told[(length - begin) / file::journal_line_size]), "cut, it tells what it told by then");

    std::string other = text;
    char& spoilt = other[static_cast<std::size_t>(spoil % text.size())];
    spoilt = static_cast<char>(spoilt ^ 1);
    auto const odd = file::read_journal_text(other, head);
    must(!odd, "a line that was not written so is not believed");
}
