// Programs that print keys, when there are no descriptors left and when signals come.
#include "auth/process.hpp"

#include "async/blocking.hpp"

#include "stream/auth/fixture.hpp"
#include "support/drive.hpp"

#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <atomic>
#include <thread>
#include <vector>

using namespace sluice;
using namespace sluice::auth;
using namespace sluice::test;
using namespace std::chrono_literals;

namespace {

constexpr char const* printed = R"('{"Version":1,"AccessKeyId":"AKEY","SecretAccessKey":"SKEY","SessionToken":"TKEY"}')";

/// While it lives only so many descriptors more can be opened.
class few_descriptors {
public:
    explicit few_descriptors(std::size_t const more) {
        ::getrlimit(RLIMIT_NOFILE, &before_);
        std::vector<int> free;  // the kernel gives the lowest number, and the limit is of numbers
        while (free.size() <= more) free.push_back(::dup(STDERR_FILENO));
        rlimit few = before_;
        few.rlim_cur = static_cast<rlim_t>(free.back());
        for (int const fd : free) ::close(fd);
        ::setrlimit(RLIMIT_NOFILE, &few);
    }
    ~few_descriptors() { ::setrlimit(RLIMIT_NOFILE, &before_); }
    few_descriptors(few_descriptors const&) = delete;
    few_descriptors& operator=(few_descriptors const&) = delete;

private:
    rlimit before_{};
};

/// The number that the next descriptor gets: it rises when one is left open.
int next_descriptor() {
    int const fd = ::dup(STDERR_FILENO);
    ::close(fd);
    return fd;
}

/// While it lives there is no standard input, and the next descriptor is number 0.
class no_input {
public:
    no_input() : kept_(::dup(STDIN_FILENO)) { ::close(STDIN_FILENO); }
    ~no_input() {
        if (kept_ < 0) return;
        ::dup2(kept_, STDIN_FILENO);
        ::close(kept_);
    }
    no_input(no_input const&) = delete;
    no_input& operator=(no_input const&) = delete;

private:
    int kept_;
};

/// While it lives the signal interrupts whatever waits, and does nothing else.
class interrupting {
public:
    explicit interrupting(int const signal) : signal_(signal) {
        struct sigaction now {};
        now.sa_handler = [](int) {};
        ::sigaction(signal_, &now, &before_);
    }
    ~interrupting() { ::sigaction(signal_, &before_, nullptr); }
    interrupting(interrupting const&) = delete;
    interrupting& operator=(interrupting const&) = delete;

private:
    int signal_;
    struct sigaction before_ {};
};

}  // namespace

CO_TEST("credentials: a process for which there are no descriptors left is an error that says so, and nothing stays open") {
    auto const source = cached(process_keys(std::string("/bin/echo ") + printed, 5s));
    auto const warm_source = cached(process_keys("/bin/false", 5s));
    std::string const warm = co_await complaint(warm_source);  // the threads that wait are there
    CHECK(warm == "not authenticated: credential_process failed with exit code 1");
    int const before = next_descriptor();
    char const* const wanted[] = {"pipe: ", "pipe: ", "timerfd: "};
    for (std::size_t more = 0; more < std::size(wanted); ++more) {
        std::string said;
        {
            few_descriptors const limit(more);
            said = co_await complaint(source);
        }
        CHECK_MESSAGE(said.starts_with(std::string("input/output error: ") + wanted[more]), said);
        CHECK(next_descriptor() == before);
    }
    co_await check_keys(source);
    CHECK(next_descriptor() == before);
}

CO_TEST("credentials: a process gives its keys, and leaves nothing open, also where there is no standard input") {
    auto const warm_source = cached(process_keys("/bin/false", 5s));
    co_await complaint(warm_source);
    auto const source = cached(process_keys(std::string("/bin/echo ") + printed, 5s));
    int next = -1;
    {
        no_input const here;
        co_await check_keys(source);
        next = next_descriptor();
    }
    CHECK(next == 0);
}

TEST_CASE("credentials: signals that come while a process is waited for end nothing, neither before it prints nor after") {
    interrupting const harmless(SIGUSR1);
    for (char const* line : {"sleep 0.05; echo ", "echo "}) {
        std::thread waiting, disturbing;
        std::atomic<bool> done = false;
        boost::asio::io_context context(1);
        async::blocking::of(context.get_executor()).use([&](std::function<void()> work) {
            waiting = std::thread([&done, work = std::move(work)] {
                work();
                done = true;
            });
            disturbing = std::thread([&done, to = waiting.native_handle()] {
                for (; !done; std::this_thread::sleep_for(1ms)) ::pthread_kill(to, SIGUSR1);
            });
        });
        std::string const script = std::string(line) + "\"$0\"; exec >&-; sleep 0.05";
        auto const source = cached(process_keys("/bin/sh -c '" + script + "' " + printed, 5s));
        started asking(context.get_executor(), [&]() -> awaitable<void> { co_await check_keys(source); });
        context.run();
        disturbing.join();
        waiting.join();
        CHECK(asking.result() == "ok");
    }
}
