#include "child.hpp"
#include "stories.hpp"
#include "support/sanitized.hpp"

using namespace sluice;
using namespace sluice::test;

namespace {

/// One way of telling a story.
struct variant {
    bool unnamed = true;
    bool behind = false;  // the call, not before it
    durability keep = durability::file_and_directory;
    access_pattern pattern = access_pattern::automatic;
    file_access access = file_access::buffered;

    file_settings settings() const {
        file_settings all;
        all.keep = keep;
        all.pattern = pattern;
        all.access = access;
        return all;
    }
};

/// Few of them under a sanitizer, where each of the thousands of processes takes long to begin.
std::vector<variant> variants_of(file_story const& story) {
    std::vector<variant> all;
    for (bool const unnamed : {true, false}) {
        if (story.resumes && !unnamed) continue;  // it is named anyway
        for (bool const behind : {false, true}) {
            if (test::sanitized) {
                all.push_back({unnamed, behind});
                continue;
            }
            for (durability const keep : {durability::none, durability::file, durability::file_and_directory})
                all.push_back({unnamed, behind, keep, access_pattern::automatic});
            all.push_back({unnamed, behind, durability::none, access_pattern::dont_need});
            variant direct{unnamed, behind};
            direct.access = file_access::direct;
            all.push_back(direct);
        }
    }
    return all;
}

bool killed_at(file_story const& story, std::string const& path, variant how, std::uint64_t n) {
    child_script script;
    script.call = n;
    script.behind = how.behind;
    if (!how.unnamed) script.instead = without_unnamed;
    file_settings settings = how.settings();
    settings.root = path;
    return killed_in_child(script, story.name, [&] { return story.tell(folder_store(path, make_file_store(settings))); });
}

/// Removes what was left half-written; how much it was.
std::uint64_t swept(std::string const& path) {
    sweep_report report;
    run([&]() -> awaitable<void> { report = co_await sweep_stale(path); });
    CHECK(report.in_use == 0);
    CHECK(report.failed.empty());
    return report.removed;
}

struct tally {
    std::uint64_t crashes = 0;
    std::uint64_t left = 0;  ///< half-written files
};

/// Kills it at each of its calls; `afterwards` sees what that has left.
template <class Afterwards>
std::uint64_t kill_at_every_call(file_story const& story, variant how, Afterwards afterwards) {
    for (std::uint64_t n = 0;; ++n) {
        temporary_folder const folder(how.access == file_access::direct ? on_disk() : in_memory());
        prepare(story, folder.path());
        bool const killed = killed_at(story, folder.path(), how, n);
        story_end end;
        end.succeeded = !killed;
        afterwards(folder.path(), end, story.name + (how.behind ? ", behind call " : ", before call ") + std::to_string(n));
        if (!killed) return n;
    }
}

/// Nobody goes on with it: the sweep takes away what is left, and only that.
tally killed_and_swept(file_story const& told) {
    file_story story = told;
    story.resumes = false;  // that is, nothing may be left
    tally all;
    for (variant const& how : variants_of(told)) {
        auto const afterwards = [&](std::string const& path, story_end const& end, std::string const& which) {
            all.left += swept(path);
            check_outcome(story, path, end, which);
        };
        all.crashes += kill_at_every_call(story, how, afterwards);
    }
    return all;
}

/// Another process goes on with it, to its end.
tally killed_and_told_again(file_story const& story) {
    tally all;
    for (variant const& how : variants_of(story)) {
        auto const afterwards = [&](std::string const& path, story_end const& end, std::string const& which) {
            check_outcome(story, path, end, which);
            all.left += !partials_in(path).empty();
            story_end const again = run_story(story, path, how.unnamed, incident(), how.settings());
            CHECK_MESSAGE(again.succeeded, which);
            check_outcome(story, path, again, which + ", told again");
        };
        all.crashes += kill_at_every_call(story, how, afterwards);
    }
    return all;
}

}  // namespace

TEST_CASE("file crash: a process that is killed at any step of a write leaves the old object or the new one, whole") {
    tally all;
    for (file_story const& story : write_stories()) {
        tally const one = killed_and_swept(story);
        all.crashes += one.crashes;
        all.left += one.left;
    }
    CHECK(all.crashes > (sanitized ? 300 : 1000));
    CHECK(all.left > 100);  // else the sweep had nothing to show
    MESSAGE(all.crashes << " crashes, " << all.left << " half-written files");
}

TEST_CASE("file crash: an upload that is killed at any step is gone on with, or swept away, and the object is whole") {
    std::uint64_t const before = parts_taken_up();
    std::vector<file_story> stories = resumable_stories();
    stories.push_back(story_of_many_parts());
    tally all;
    for (file_story const& story : stories) {
        for (tally const& one : {killed_and_told_again(story), killed_and_swept(story)}) {
            all.crashes += one.crashes;
            all.left += one.left;
        }
    }
    std::uint64_t const found = parts_taken_up() - before;
    CHECK(all.crashes > (sanitized ? 500 : 2000));
    CHECK(all.left > (sanitized ? 300 : 1000));
    CHECK(found > (sanitized ? 300 : 1000));
    MESSAGE(all.crashes << " crashes, " << all.left << " half-written files, " << found << " parts gone on with");
}
