#pragma once

#include <sluice/upload.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::inline v0::file {

/// What a journal must be of before a word of it is believed.
struct journal_head {
    journal_head() {}
    std::string upload;        ///< what is being written, as 64 hexadecimal digits: see `upload_digest`
    std::string boot;          ///< of the machine: another one did not see what the page cache of this one holds
    std::uint64_t inode = 0;   ///< of the file the parts are in
    unsigned permissions = 0;  ///< a new file would be asked for with, less the umask
};

/// `name`: that of the object within its folder.
std::string upload_digest(std::string_view name, std::string_view resume_as);

/// A journal is its head, and then lines of this length in the order of what happened. A line that was not written, or not to its end,
/// ends in a NUL or behind the end of the file: it is as if it were not there.
inline constexpr std::size_t journal_line_size = 62;

std::string head_text(journal_head const& head);
std::string finished_line(written_part const& part);
/// The part is about to be written over.
std::string undone_line(std::uint32_t number);

struct journal_content {
    journal_content() {}
    std::vector<written_part> finished;  ///< by number
    std::uint64_t end = 0;               ///< where the next line goes
};

/// Nothing, when it is not of `expected` or says what no journal says.
std::optional<journal_content> read_journal_text(std::string_view text, journal_head const& expected);

}  // namespace sluice::inline v0::file
