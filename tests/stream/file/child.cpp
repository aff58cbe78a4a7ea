#include "child.hpp"

#include <doctest/doctest.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

namespace sluice::test {

namespace {

constexpr int killed = 200;

int status_of_child(std::function<int()> const& body) {
    pid_t const child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) ::_exit(body());
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) return killed;
    REQUIRE(WIFEXITED(status));
    return WEXITSTATUS(status);
}

}  // namespace

bool killed_in_child(child_script const& script, std::string const& which, std::function<awaitable<void>()> body) {
    int const status = status_of_child([&] {
        boost::asio::io_context context(1);
        fault_script calls;
        auto const die = [&](std::uint64_t number) {
            if (number == script.call) ::kill(::getpid(), SIGKILL);
        };
        calls.before = [&](std::uint64_t number, uring::request& what) -> std::int32_t {
            if (!script.behind) die(number);
            return script.instead(what);
        };
        calls.after = [&](std::uint64_t number, uring::request const&, std::int32_t answer) {
            if (script.behind) die(number);
            return answer;
        };
        go_by(context.get_executor(), calls);
        bool failed = true;
        boost::asio::co_spawn(context, body, [&](std::exception_ptr e) { failed = e != nullptr; });
        context.run();
        return failed ? 1 : 0;
    });
    if (status != killed) CHECK_MESSAGE(status == 0, which);
    return status == killed;
}

int exit_of_child(std::function<int()> body) {
    int const status = status_of_child(body);
    REQUIRE(status <= 100);
    return status;
}

}  // namespace sluice::test
