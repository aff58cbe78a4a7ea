#include "backend/file/journal_text.hpp"

#include <doctest/doctest.h>

#include <limits>

using namespace sluice;
using namespace sluice::file;

namespace {

journal_head head_of(std::string const& resume_as = "source") {
    journal_head head;
    head.upload = upload_digest("k", resume_as);
    head.boot = "0f0e0d0c-0b0a-0908-0706-050403020100";
    head.inode = 4711;
    head.permissions = 0644;
    return head;
}

written_part part(std::uint32_t number, std::uint64_t offset, std::uint64_t size) { return {{number, offset}, size}; }

std::string told(std::optional<journal_content> const& content) {
    if (!content) return "none";
    std::string all;
    for (written_part const& p : content->finished)
        all += std::to_string(p.where.number) + '@' + std::to_string(p.where.offset) + '+' + std::to_string(p.size) + ' ';
    return all;
}

}  // namespace

TEST_CASE("journal: what it says of the parts is what happened last") {
    std::string const head = head_text(head_of());
    std::string const one = finished_line(part(1, 0, 10)), two = finished_line(part(2, 10, 7)), again = finished_line(part(2, 10, 9));
    std::string const no_one = undone_line(1), hole(journal_line_size, '\0');
    std::uint64_t const most = std::numeric_limits<std::int64_t>::max();
    std::string const largest = finished_line(part(std::numeric_limits<std::uint32_t>::max(), most, most));
    std::string flipped = one;
    flipped[9] ^= 1;
    struct row {
        char const* what;
        std::string text;
        std::string parts;
        std::size_t lines;
    };
    row const rows[] = {
        {"nothing yet", head, "", 0},
        {"one", head + one, "1@0+10 ", 1},
        {"out of order", head + two + one, "1@0+10 2@10+7 ", 2},
        {"written again", head + two + again, "2@10+9 ", 2},
        {"undone", head + one + two + no_one, "2@10+7 ", 3},
        {"undone and done", head + one + no_one + one, "1@0+10 ", 3},
        {"never done and undone", head + no_one, "", 1},
        {"the largest numbers", head + largest, "4294967295@9223372036854775807+9223372036854775807 ", 1},
        {"a hole where a line was not written", head + one + hole + two, "1@0+10 2@10+7 ", 3},
        {"a line that was begun, before others", head + one.substr(0, 20) + hole.substr(20) + two, "2@10+7 ", 2},
        {"nothing at all", "", "none", 0},
        {"half a head", head.substr(0, head.size() - 1), "none", 0},
        {"a line without its head", one, "none", 0},
        {"a line whose check is wrong", head + flipped, "none", 0},
        {"a line of another shape", head + std::string(journal_line_size - 1, 'x') + '\n', "none", 0},
        {"a line whose end is damaged", head + one.substr(0, journal_line_size - 1) + 'x' + two, "none", 0},
    };
    for (row const& r : rows) {
        std::optional<journal_content> const content = read_journal_text(r.text, head_of());
        CHECK_MESSAGE(told(content) == r.parts, r.what);
        if (content) CHECK_MESSAGE(content->end == head.size() + r.lines * journal_line_size, r.what);
    }
}

TEST_CASE("journal: wherever its last line is torn, the lines before it hold and the next goes behind it") {
    std::string const before = head_text(head_of()) + finished_line(part(1, 0, 10));
    std::string const last = finished_line(part(2, 10, 7));
    REQUIRE(last.size() == journal_line_size);
    for (std::size_t kept = 1; kept < last.size(); ++kept) {
        std::optional<journal_content> const content = read_journal_text(before + last.substr(0, kept), head_of());
        CHECK_MESSAGE(told(content) == "1@0+10 ", kept);
        if (content) CHECK_MESSAGE(content->end == before.size() + journal_line_size, kept);
    }
}

TEST_CASE("journal: no byte of its head may be another") {
    std::string const text = head_text(head_of()) + finished_line(part(1, 0, 10));
    for (std::size_t i = 0; i < head_text(head_of()).size(); ++i) {
        std::string damaged = text;
        damaged[i] ^= 1;
        CHECK_MESSAGE(!read_journal_text(damaged, head_of()), i);
    }
}

TEST_CASE("journal: one of another upload, boot, file or of other permissions is not believed") {
    std::string const text = head_text(head_of()) + finished_line(part(1, 0, 10));
    CHECK(read_journal_text(text, head_of()).has_value());
    journal_head other = head_of("source, another version");
    CHECK_FALSE(read_journal_text(text, other));
    other = head_of();
    other.boot[0] = '1';
    CHECK_FALSE(read_journal_text(text, other));
    other = head_of();
    ++other.inode;
    CHECK_FALSE(read_journal_text(text, other));
    other = head_of();
    other.permissions = 0600;
    CHECK_FALSE(read_journal_text(text, other));
}

TEST_CASE("journal: the name of an object and of what is written cannot be taken for others") {
    CHECK(upload_digest("a", "b").size() == 64);
    CHECK(upload_digest("a", "b") != upload_digest("ab", ""));
    CHECK(upload_digest("", "ab") != upload_digest("ab", ""));
    CHECK(upload_digest("a", std::string("b\0c", 3)) != upload_digest("a", "b"));
}
