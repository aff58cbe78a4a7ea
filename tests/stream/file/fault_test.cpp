#include "stories.hpp"

#include "support/sanitized.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <set>

using namespace sluice;
using namespace sluice::test;

namespace {

unsigned mode_of(int fd) {
    struct ::stat about {};
    REQUIRE(::fstat(fd, &about) == 0);
    return about.st_mode;
}

std::vector<file_story> all_writes() {
    std::vector<file_story> all = write_stories();
    for (file_story& story : resumable_stories()) all.push_back(std::move(story));
    return all;
}

std::vector<file_story> all_stories() {
    std::vector<file_story> all = all_writes();
    for (file_story& story : other_stories()) all.push_back(std::move(story));
    return all;
}

/// Where the stories take place.
struct scene {
    scene() {}
    explicit scene(file_access access) : below(access == file_access::direct ? on_disk() : in_memory()) { settings.access = access; }
    std::string below = in_memory();
    file_settings settings;
};

std::uint64_t undisturbed(file_story const& story, bool unnamed, scene const& where) {
    temporary_folder const folder(where.below);
    prepare(story, folder.path());
    story_end const end = run_story(story, folder.path(), unnamed, incident(), where.settings);
    CHECK_MESSAGE(end.succeeded, story.name);
    check_outcome(story, folder.path(), end, story.name);
    return end.calls;
}

/// What was left is gone on with, or is swept away.
void tell_again(file_story const& story, std::string const& path, bool unnamed, scene const& where, std::string const& which) {
    story_end const end = run_story(story, path, unnamed, incident(), where.settings);
    CHECK_MESSAGE(end.succeeded, which);
    check_outcome(story, path, end, which + ", told again");
    run([&]() -> awaitable<void> { co_await sweep_stale(path); });
    file_story clean = story;
    clean.may_leave = false;
    check_outcome(clean, path, end, which + ", swept");
}

/// Tells every story once for each of its calls, with this incident there. Returns the reasons it ended with.
std::set<errc> at_every_call(std::vector<file_story> const& stories, incident happens, scene const& where = scene()) {
    std::set<errc> reasons;
    for (file_story story : stories) {
        story.may_leave = story.resumes && happens.what == incident::kind::error;
        for (bool const unnamed : {true, false}) {
            if (story.resumes && !unnamed) continue;  // it is named anyway
            std::uint64_t calls = undisturbed(story, unnamed, where);
            for (happens.at = 0; happens.at < calls; happens.at += std::min(every_nth, 4u)) {
                temporary_folder const folder(where.below);
                prepare(story, folder.path());
                std::size_t const before = open_descriptors();
                story_end const end = run_story(story, folder.path(), unnamed, happens, where.settings);
                std::string const which = story.name + (unnamed ? ", call " : ", named, call ") + std::to_string(happens.at);
                check_outcome(story, folder.path(), end, which);
                CHECK_MESSAGE(open_descriptors() == before, which);
                if (end.why) reasons.insert(end.why->reason());
                if (story.resumes) tell_again(story, folder.path(), unnamed, where, which);
                calls = std::max(calls, end.calls);
            }
        }
    }
    return reasons;
}

}  // namespace

TEST_CASE("file faults: a full disk at any call leaves the old object, and no half-written file") {
    for (int const error : {ENOSPC, EDQUOT}) {
        std::set<errc> const reasons = at_every_call(all_writes(), {0, incident::kind::error, error});
        CHECK(reasons.contains(errc::no_space));
        CHECK_FALSE(reasons.contains(errc::io));
    }
}

TEST_CASE("file faults: a disk that fails at any call is told, and nothing is half done") {
    std::set<errc> const reasons = at_every_call(all_stories(), {0, incident::kind::error, EIO});
    CHECK(reasons.contains(errc::io));
    CHECK(reasons.contains(errc::ambiguous));  // the folder could not be flushed
}

TEST_CASE("file faults: what is forbidden, or is gone at any call, is told") {
    CHECK(at_every_call(all_stories(), {0, incident::kind::error, EACCES}).contains(errc::permission_denied));
    CHECK(at_every_call(all_stories(), {0, incident::kind::error, EROFS}).contains(errc::permission_denied));
    CHECK(at_every_call(all_writes(), {0, incident::kind::error, ENOENT}).contains(errc::not_found));
}

TEST_CASE("file faults: reads and writes that move less than asked for are gone on with") {
    CHECK(at_every_call(all_stories(), {0, incident::kind::short_transfer}).empty());
}

TEST_CASE("file faults: a cancel at any call leaves the old or the new object, and no half-written file") {
    CHECK(at_every_call(all_stories(), {0, incident::kind::cancel}) == std::set<errc>{errc::cancelled});
}

TEST_CASE("file faults: a context that goes at any call leaves the old or the new object, and no half-written file") {
    CHECK(at_every_call(all_stories(), {0, incident::kind::destroy}).empty());
}

TEST_CASE("file faults: past the page cache, whatever happens at any call is told, and nothing is half done") {
    scene const direct(file_access::direct);
    std::set<errc> const full = at_every_call(write_stories(), {0, incident::kind::error, ENOSPC}, direct);
    CHECK(full.contains(errc::no_space));
    CHECK_FALSE(full.contains(errc::io));
    std::set<errc> const failing = at_every_call(all_stories(), {0, incident::kind::error, EIO}, direct);
    CHECK(failing.contains(errc::io));
    CHECK(at_every_call(all_stories(), {0, incident::kind::short_transfer}, direct).empty());
    CHECK(at_every_call(all_stories(), {0, incident::kind::cancel}, direct) == std::set<errc>{errc::cancelled});
    CHECK(at_every_call(all_stories(), {0, incident::kind::destroy}, direct).empty());
}

TEST_CASE("file faults: a name that cannot be given in the end (another device, a stale mount) is told, and the old object stays") {
    CHECK(at_every_call(write_stories(), {0, incident::kind::error, EXDEV}).contains(errc::unsupported));
    CHECK(at_every_call(write_stories(), {0, incident::kind::error, ESTALE}).contains(errc::io));
}

TEST_CASE("file faults: a copy that the kernel does not make by itself (another device) passes through us, whole; one that fails is told") {
    std::string const data = tale((2u << 20) + 7);
    for (int const error : {EXDEV, EOPNOTSUPP, ENOSYS, EINVAL, EIO}) {
        temporary_folder const folder(in_memory());
        write_file(folder.path() + "/k", data);
        fault_script script;
        script.before = [error](std::uint64_t, uring::request& what) { return what.what == uring::opcode::copy_range ? -error : 0; };
        boost::asio::io_context context(1);
        go_by(context.get_executor(), script);
        file_settings settings;
        settings.root = folder.path();
        auto const store = make_file_store(settings);
        std::exception_ptr failed;
        boost::asio::co_spawn(
            context, [&]() -> awaitable<void> { co_await store->copy("k", "l"); }, [&](std::exception_ptr e) { failed = e; });
        context.run();
        CHECK((failed != nullptr) == (error == EIO));
        if (!failed) CHECK(read_file(folder.path() + "/l") == data);
        CHECK(tree_of(folder.path()).size() == (failed ? 1 : 2));
    }
}

namespace {

/// The calls of one put that decide what a power cut leaves, in order.
std::string order_of_put(durability keep) {
    temporary_folder const folder(in_memory());
    fault_script script;
    std::string calls;
    script.after = [&](std::uint64_t, uring::request const& what, std::int32_t answer) {
        bool const flushes = what.what == uring::opcode::sync || what.what == uring::opcode::sync_data;
        if (what.what == uring::opcode::write || what.what == uring::opcode::write_vector)
            calls += calls.ends_with("write ") ? "" : "write ";
        if (flushes) calls += S_ISDIR(mode_of(what.fd)) ? "flush-folder " : "flush-file ";
        if (what.what == uring::opcode::link || what.what == uring::opcode::rename) calls += answer == 0 ? "name " : "";
        return answer;
    };
    boost::asio::io_context context(1);
    go_by(context.get_executor(), script);
    file_settings settings;
    settings.root = folder.path();
    settings.keep = keep;
    auto const store = make_file_store(settings);
    boost::asio::co_spawn(
        context, [&]() -> awaitable<void> { co_await store->put("k", payload(tale(story_size))); },
        [](std::exception_ptr e) { CHECK(e == nullptr); });
    context.run();
    return calls;
}

}  // namespace

TEST_CASE("files: what is kept is flushed before it gets its name, and the folder after, as the settings say") {
    CHECK(order_of_put(durability::file_and_directory) == "write flush-file name flush-folder ");
    CHECK(order_of_put(durability::file) == "write flush-file name ");
    CHECK(order_of_put(durability::none) == "write name ");
}
