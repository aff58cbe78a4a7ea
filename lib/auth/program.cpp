#include "auth/program.hpp"

#include "async/blocking.hpp"
#include "auth/key_documents.hpp"
#include "base/descriptor.hpp"

#include <boost/asio/this_coro.hpp>

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <functional>
#include <memory>
#include <optional>

extern "C" char** environ;

namespace sluice::inline v0::auth {

namespace {

using base::descriptor;

failure system_failure(std::string what, int const error) { return {errc::io, std::move(what) + ": " + std::strerror(error)}; }

/// Our environment, but for what `more` has.
std::vector<std::string> environment_with(std::vector<std::pair<std::string, std::string>> const& more) {
    std::vector<std::string> all;
    for (auto const& [name, value] : more) all.push_back(name + '=' + value);
    for (char** one = environ; *one != nullptr; ++one) {
        std::string_view const ours(*one);
        bool const replaced = std::ranges::any_of(more, [&](auto const& v) { return ours.starts_with(v.first + '='); });
        if (!replaced) all.emplace_back(ours);
    }
    return all;
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
    std::vector<char*> all;
    for (std::string& text : texts) all.push_back(text.data());
    all.push_back(nullptr);
    return all;
}

result<pid_t> start(program const& what, int const output) {
    std::vector<std::string> words = what.words, variables = environment_with(what.variables);
    std::vector<char*> const arguments = pointers_to(words), environment = pointers_to(variables);
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    ::posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
    pid_t child = 0;
    int const error = ::posix_spawnp(&child, arguments.front(), &actions, nullptr, arguments.data(), environment.data());
    ::posix_spawn_file_actions_destroy(&actions);
    if (error != 0) return system_failure(what.name + " cannot be started", error);
    return child;
}

/// Readable once `limit` is over: the program runs outside of any simulated time.
result<int> alarm_after(std::chrono::milliseconds const limit) {
    int const fd = ::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
    itimerspec when{};
    when.it_value.tv_sec = static_cast<time_t>(limit.count() / 1000);
    when.it_value.tv_nsec = static_cast<long>(limit.count() % 1000) * 1'000'000;
    if (fd < 0 || ::timerfd_settime(fd, 0, &when, nullptr) != 0) return system_failure("timerfd", errno);
    return fd;
}

/// Everything until the end; nothing when that does not come in time or is too long.
std::optional<std::string> read_all(int const fd, int const alarm) {
    std::string text;
    std::array<char, 4096> piece{};
    while (text.size() <= key_document_limit) {
        std::array<pollfd, 2> waiting{pollfd{fd, POLLIN, 0}, pollfd{alarm, POLLIN, 0}};
        if (::poll(waiting.data(), waiting.size(), -1) < 0) continue;  // interrupted
        if (waiting[1].revents != 0) return std::nullopt;
        ssize_t const n = ::read(fd, piece.data(), piece.size());
        if (n == 0) return text;
        if (n > 0) text.append(piece.data(), static_cast<std::size_t>(n));
        if (n < 0 && errno != EINTR) return std::nullopt;
    }
    return std::nullopt;
}

int wait_for(pid_t const child) noexcept {
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    return status;
}

}  // namespace

result<std::string> run_program(program const& what) {
    std::array<int, 2> ends{-1, -1};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) return system_failure("pipe", errno);
    descriptor const from(ends[0]);
    descriptor to(ends[1]);
    auto const timer = alarm_after(what.limit);
    if (!timer) return timer.error();
    descriptor const alarm(*timer);
    auto const child = start(what, to.number());
    if (!child) return child.error();
    to.close();
    std::optional<std::string> text = read_all(from.number(), alarm.number());
    if (!text) ::kill(*child, SIGKILL);
    int const status = wait_for(*child);
    if (!text) return failure(errc::timed_out, what.name + " did not end within its time, or printed too much");
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        return failure(
            errc::unauthenticated,
            what.name + " failed" + (WIFEXITED(status) ? " with exit code " + std::to_string(WEXITSTATUS(status)) : std::string()));
    return *std::move(text);
}

awaitable<result<std::string>> output_of(surroundings const* const around, program what) {
    boost::asio::any_io_executor const executor = co_await boost::asio::this_coro::executor;
    auto const printed = std::make_shared<result<std::string>>(std::string());
    std::function<void()> work = [printed, run = around->output, what = std::move(what)] {
        *printed = run ? run(what) : run_program(what);
    };
    co_await async::blocking::of(executor).run(work);
    co_return std::move(*printed);
}

}  // namespace sluice::inline v0::auth
