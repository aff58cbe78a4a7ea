#pragma once

#include "faulty_files.hpp"
#include "world.hpp"

#include <optional>
#include <string>
#include <vector>

namespace sluice::test {

inline constexpr std::size_t story_size = 40'000;

/// One operation on the folder that `prepare` leaves, and what must be true however it ended.
struct file_story {
    std::string name;
    std::function<awaitable<void>(folder_store)> tell;
    std::optional<std::string> old_content;  ///< of "k" before it
    std::string new_content;                 ///< and after it, when it succeeds; empty: it changes nothing
    bool removes = false;
    bool resumes = false;    ///< what is left when it does not succeed is gone on with when it is told again
    bool may_leave = false;  ///< also when it succeeds: it could not do away with what another had left
    int parts_left = 0;      ///< how many of its parts another has left
};

/// Writes of every kind.
std::vector<file_story> write_stories();
/// Uploads that may be taken up again.
std::vector<file_story> resumable_stories();
file_story story_of_many_parts();
/// How many parts they have found finished so far.
std::uint64_t parts_taken_up();
/// Everything else.
std::vector<file_story> other_stories();

/// A folder as the story begins: "k" with its old content, or not there, and "other".
void prepare(file_story const& story, std::string const& path);

/// Makes O_TMPFILE unknown, as some file systems do.
std::int32_t without_unnamed(uring::request const& what);

struct story_end {
    bool succeeded = false;
    bool destroyed = false;
    std::optional<error> why;
    std::string foreign;  ///< an exception that is no `error`
    std::uint64_t calls = 0;
};

/// What happens at one call.
struct incident {
    std::uint64_t at = ~std::uint64_t{0};
    enum class kind { none, error, short_transfer, cancel, destroy } what = kind::none;
    int error = 0;
};

story_end run_story(file_story const& story, std::string const& path, bool unnamed_files, incident happens, file_settings settings = {});

/// That "k" is what it may be, "other" as it was, and nothing else is there but what may be left.
void check_outcome(file_story const& story, std::string const& path, story_end const& end, std::string const& which);

}  // namespace sluice::test
