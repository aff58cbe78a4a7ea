#include "stories.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>

using namespace sluice;
using namespace sluice::test;
namespace fs = std::filesystem;

namespace {

/// Tells the story in a process of its own, which is killed before or behind its n-th call. Returns whether it was.
bool killed_at(file_story const& story, std::string const& path, bool unnamed, std::uint64_t n, bool behind, file_access access) {
    pid_t const child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        boost::asio::io_context context(1);
        fault_script script;
        auto const die = [&](std::uint64_t number) {
            if (number == n) ::kill(::getpid(), SIGKILL);
        };
        script.before = [&](std::uint64_t number, uring::request& what) -> std::int32_t {
            if (!behind) die(number);
            return unnamed ? 0 : without_unnamed(what);
        };
        script.after = [&](std::uint64_t number, uring::request const&, std::int32_t answer) {
            if (behind) die(number);
            return answer;
        };
        go_by(context.get_executor(), script);
        file_settings settings;
        settings.root = path;
        settings.access = access;
        folder_store const at(path, make_file_store(settings));
        std::function<awaitable<void>()> const body = [&] { return story.tell(at); };
        bool failed = true;
        boost::asio::co_spawn(context, body, [&](std::exception_ptr e) { failed = e != nullptr; });
        context.run();
        ::_exit(failed ? 1 : 0);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    bool const killed = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
    if (!killed) CHECK_MESSAGE((WIFEXITED(status) && WEXITSTATUS(status) == 0), story.name);
    return killed;
}

/// Removes what was left half-written; how much it was.
std::uint64_t swept(std::string const& path) {
    sweep_report report;
    run([&]() -> awaitable<void> { report = co_await sweep_stale(path); });
    CHECK(report.in_use == 0);
    CHECK(report.failed.empty());
    return report.removed;
}

/// How often a process was killed, and what that left.
struct toll {
    std::uint64_t crashes = 0, left = 0;
};

/// Tells every write once for each of its calls, in a process that dies there.
toll killed_everywhere(file_access access, std::string const& below) {
    toll all;
    for (file_story const& story : write_stories()) {
        for (bool const unnamed : {true, false}) {
            for (bool const behind : {false, true}) {
                for (std::uint64_t n = 0;; ++n) {
                    temporary_folder const folder(below);
                    prepare(story, folder.path());
                    bool const killed = killed_at(story, folder.path(), unnamed, n, behind, access);
                    story_end end;
                    end.succeeded = !killed;
                    all.left += swept(folder.path());
                    std::string const which = story.name + (behind ? ", behind call " : ", before call ") + std::to_string(n);
                    check_outcome(story, folder.path(), end, which);
                    if (!killed) break;
                    ++all.crashes;
                }
            }
        }
    }
    return all;
}

}  // namespace

TEST_CASE("file crash: a process that is killed at any step of a write leaves the old object or the new one, whole") {
    toll const buffered = killed_everywhere(file_access::buffered, in_memory());
    CHECK(buffered.crashes > 300);
    CHECK(buffered.left > 30);  // else the sweep had nothing to show
    toll const direct = killed_everywhere(file_access::direct, on_disk());
    CHECK(direct.crashes > 300);
    CHECK(direct.left > 30);
    MESSAGE((buffered.crashes + direct.crashes) << " crashes, " << (buffered.left + direct.left) << " half-written files");
}
