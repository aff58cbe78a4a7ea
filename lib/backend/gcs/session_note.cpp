#include "backend/gcs/session_note.hpp"

#include "backend/gcs/response.hpp"
#include "base/hash.hpp"

#include <algorithm>
#include <array>

namespace sluice::inline v0::gcs {

namespace {

constexpr std::string_view first_line = "sluice gcs session 1";

std::string digest(std::string_view const text) { return base::hex(base::sha256(text)); }

void add_line(std::string& to, std::string_view const text) {
    to += text;
    to += '\n';
}

/// The next line, without its end. Nothing when none ends.
std::optional<std::string_view> take_line(std::string_view& text) noexcept {
    std::size_t const end = text.find('\n');
    if (end == std::string_view::npos) return std::nullopt;
    std::string_view const line = text.substr(0, end);
    text.remove_prefix(end + 1);
    return line;
}

bool is_visible(std::string_view const text) noexcept {
    return std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7f; });
}

}  // namespace

std::string session_name(std::string_view const endpoint, std::string_view const bucket, std::string_view const key,
                         std::string_view const resume_as) {
    std::string text;
    for (std::string_view const part : {endpoint, bucket, key, resume_as}) {
        text += part;
        text += '\0';
    }
    return digest(text).substr(0, 32);
}

std::string digest_of(recipe const& begin) {
    std::string text;
    add_line(text, begin.path);
    add_line(text, begin.query);
    for (std::size_t i = 0; i < begin.headers.size(); ++i) {
        text += begin.headers[i].name;
        text += ':';
        add_line(text, begin.headers[i].value);
    }
    for (bytes const& piece : begin.body.pieces()) text += piece.text();
    return digest(text);
}

std::string write_session_note(session_note const& note) {
    std::string text;
    add_line(text, first_line);
    add_line(text, note.asked);
    add_line(text, note.put_id);
    add_line(text, note.target);
    add_line(text, std::to_string(note.summed));
    add_line(text, std::to_string(note.crc));
    return text + digest(text) + '\n';
}

std::optional<session_note> parse_session_note(std::string_view const text) {
    std::string_view rest = text;
    std::array<std::string_view, 6> lines;
    for (std::string_view& line : lines) {
        auto const taken = take_line(rest);
        if (!taken) return std::nullopt;
        line = *taken;
    }
    auto const summed = parse_number(lines[4]), crc = parse_number(lines[5]);
    bool const good = lines[3].starts_with('/') && is_visible(lines[3]) && is_visible(lines[2]) && summed && crc && *crc <= UINT32_MAX;
    if (!good) return std::nullopt;
    session_note note;
    note.asked = lines[1];
    note.put_id = lines[2];
    note.target = lines[3];
    note.summed = *summed;
    note.crc = *crc;
    if (write_session_note(note) != text) return std::nullopt;  // torn, or another's
    return note;
}

}  // namespace sluice::inline v0::gcs
