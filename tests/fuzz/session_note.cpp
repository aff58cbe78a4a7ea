// What is kept of a resumable upload: what was written is read; what is believed is a note that was written so, and leads to this endpoint.
#include "input.hpp"

#include "backend/gcs/session_note.hpp"

#include <algorithm>

using namespace sluice;

void fuzz::run(input in) {
    gcs::session_note note;
    note.summed = in.number();
    note.crc = in.number(UINT32_MAX);
    std::uint64_t const spoil = in.number();
    note.put_id = std::string(in.line());
    note.target = '/' + std::string(in.line());
    note.asked = std::string(in.line());
    std::string_view const rest = in.rest();

    auto const visible = [](std::string const& text) { return std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7f; }); };
    std::string const text = gcs::write_session_note(note);
    auto const read = gcs::parse_session_note(text);
    must(read.has_value() == (visible(note.put_id) && visible(note.target)), "what may be sent is read");
    if (read)
        must(read->asked == note.asked && read->put_id == note.put_id && read->target == note.target && read->summed == note.summed &&
                 read->crc == note.crc,
             "as it was written");

    std::string other = text;
    char& spoilt = other[static_cast<std::size_t>(spoil % text.size())];
    spoilt = static_cast<char>(spoilt ^ 1);
    must(!gcs::parse_session_note(other), "what was not written so is not believed");

    auto const found = gcs::parse_session_note(rest);
    if (found) must(found->target.starts_with('/') && gcs::write_session_note(*found) == rest, "a note, and a path");
}
