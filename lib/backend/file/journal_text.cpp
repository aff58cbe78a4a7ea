#include "backend/file/journal_text.hpp"

#include "base/hash.hpp"

#include <array>
#include <charconv>
#include <cstdio>
#include <map>
#include <span>

namespace sluice::inline v0::file {

namespace {

constexpr std::size_t number_width = 10, size_width = 19, check_width = 8;
constexpr std::size_t body_size = 1 + 1 + number_width + 1 + size_width + 1 + size_width;
static_assert(body_size + 1 + check_width + 1 == journal_line_size);

std::string check_of(std::string_view const body) {
    base::sha256_digest const digest = base::sha256(body);
    return base::hex(std::span(digest).first(check_width / 2));
}

std::string line(char const kind, written_part const& part) {
    std::array<char, body_size + 1> body{};
    std::snprintf(body.data(), body.size(), "%c %010u %019llu %019llu", kind, part.where.number,
                  static_cast<unsigned long long>(part.where.offset), static_cast<unsigned long long>(part.size));
    std::string text(body.data(), body_size);
    return text + ' ' + check_of(text) + '\n';
}

template <class Number>
bool read_number(std::string_view const text, Number& into) noexcept {
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), into);
    return error == std::errc() && end == text.data() + text.size();
}

/// A whole line. False: it is none.
bool read_line(std::string_view const text, char& kind, written_part& part) {
    std::string_view const body = text.substr(0, body_size);
    kind = body.front();
    bool const read = read_number(body.substr(2, number_width), part.where.number) &&
                      read_number(body.substr(2 + number_width + 1, size_width), part.where.offset) &&
                      read_number(body.substr(body_size - size_width), part.size);
    return read && (kind == '+' || kind == '-') && text == line(kind, part);
}

}  // namespace

std::string upload_digest(std::string_view const name, std::string_view const resume_as) {
    std::string text(name);
    text += '\0';  // no name has one
    text += resume_as;
    return base::hex(base::sha256(text));
}

std::string head_text(journal_head const& head) {
    std::array<char, 64> numbers{};
    std::snprintf(numbers.data(), numbers.size(), " %llu %04o ", static_cast<unsigned long long>(head.inode), head.permissions);
    std::string text = "sluice-journal 1 " + head.upload + ' ' + head.boot + numbers.data();
    return text + check_of(text) + '\n';
}

std::string finished_line(written_part const& part) { return line('+', part); }

std::string undone_line(std::uint32_t const number) { return line('-', {{number, 0}, 0}); }

std::optional<journal_content> read_journal_text(std::string_view text, journal_head const& expected) {
    std::string const head = head_text(expected);
    if (!text.starts_with(head)) return std::nullopt;
    text.remove_prefix(head.size());
    std::map<std::uint32_t, written_part> finished;
    journal_content content;
    content.end = head.size();
    for (; !text.empty(); content.end += journal_line_size) {
        std::string_view const next = text.substr(0, journal_line_size);
        text.remove_prefix(next.size());
        bool const cut = next.size() < journal_line_size || next.back() == '\0';
        if (cut) continue;
        char kind = 0;
        written_part part;
        if (!read_line(next, kind, part)) return std::nullopt;
        if (kind == '+') finished.insert_or_assign(part.where.number, part);
        if (kind == '-') finished.erase(part.where.number);
    }
    for (auto const& [number, part] : finished) content.finished.push_back(part);
    return content;
}

}  // namespace sluice::inline v0::file
