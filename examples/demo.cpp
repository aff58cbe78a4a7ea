// The demo: a file goes up to an S3-shaped server and comes back in four ways, each checked by SHA-256; what that cost, in a table.
//   demo [FILE]      without FILE: 256 MiB made of files found on this machine
#include <sluice/sluice.hpp>
#include <sluice/testing/s3_server.hpp>

#include <openssl/evp.h>

#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <thread>

namespace fs = std::filesystem;
using namespace sluice;

namespace {

constexpr std::uint64_t wanted_size = 256ull << 20;

/// The server in a process of its own, so that the CPU shown is the client's alone.
class server_process {
public:
    explicit server_process(testing::s3_server_options const& options) {
        std::array<int, 2> ports{}, life{};
        if (::pipe(ports.data()) != 0 || ::pipe(life.data()) != 0) throw std::runtime_error("no pipe");
        child_ = ::fork();
        if (child_ == 0) {
            ::prctl(PR_SET_PDEATHSIG, SIGKILL);
            ::setpgid(0, 0);  // Ctrl-C is for the client
            ::close(life[1]);
            testing::s3_server server(options);
            std::uint16_t const port = server.port();
            char end = 0;
            if (::write(ports[1], &port, sizeof port) == sizeof port) (void)!::read(life[0], &end, 1);  // until the client is gone
            ::_exit(0);
        }
        ::close(life[0]);
        life_ = life[1];
        if (child_ < 0 || ::read(ports[0], &port_, sizeof port_) != sizeof port_) throw std::runtime_error("the server did not start");
        ::close(ports[0]);
        ::close(ports[1]);
    }
    ~server_process() {
        ::close(life_);
        ::kill(child_, SIGKILL);
        ::waitpid(child_, nullptr, 0);
    }
    server_process(server_process const&) = delete;
    server_process& operator=(server_process const&) = delete;

    std::string endpoint() const { return "http://127.0.0.1:" + std::to_string(port_); }

private:
    pid_t child_ = -1;
    int life_ = -1;
    std::uint16_t port_ = 0;
};

/// A folder that is gone when the demo ends, however it ends.
class scratch {
public:
    scratch() {
        std::string name = fs::temp_directory_path() / "sluice-demo-XXXXXX";
        if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("cannot make a folder below " + fs::temp_directory_path().string());
        path = name;
    }
    ~scratch() {
        std::error_code ignored;
        fs::remove_all(path, ignored);
    }
    scratch(scratch const&) = delete;
    scratch& operator=(scratch const&) = delete;
    fs::path path;
};

std::atomic<bool> interrupted = false;

sigset_t stop_signals() {
    sigset_t set{};
    ::sigemptyset(&set);
    ::sigaddset(&set, SIGINT);
    ::sigaddset(&set, SIGTERM);
    return set;
}

/// Takes Ctrl-C, which every thread has blocked, and stops what runs.
void watch_signals(std::stop_token stop, async::runtime* runtime) {
    sigset_t const set = stop_signals();
    timespec const moment{0, 50'000'000};
    while (!stop.stop_requested())
        if (::sigtimedwait(&set, nullptr, &moment) > 0) {
            interrupted = true;
            runtime->cancel();
        }
}

void stop_if_interrupted() {
    if (interrupted) throw error(errc::cancelled, error_info());
}

std::string sha256(std::span<std::byte const> data) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> const context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
    EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr);
    for (std::size_t at = 0; at < data.size(); at += std::min<std::size_t>(8 << 20, data.size() - at)) {
        stop_if_interrupted();
        EVP_DigestUpdate(context.get(), data.data() + at, std::min<std::size_t>(8 << 20, data.size() - at));
    }
    EVP_DigestFinal_ex(context.get(), digest.data(), &size);
    std::string hex;
    for (unsigned i = 0; i < size; ++i) {
        std::array<char, 3> two{};
        std::snprintf(two.data(), two.size(), "%02x", digest[i]);
        hex += two.data();
    }
    return hex;
}

std::vector<std::byte> content(fs::path const& path) {
    std::vector<std::byte> data(fs::file_size(path));
    std::ifstream(path, std::ios::binary).read(reinterpret_cast<char*>(data.data()), static_cast<std::streamsize>(data.size()));
    return data;
}

/// At least `wanted_size` bytes of real files, put together in `into`.
void collect_real_bytes(fs::path const& into) {
    std::ofstream out(into, std::ios::binary);
    std::uint64_t have = 0;
    while (have < wanted_size) {
        std::uint64_t const before = have;
        for (char const* const root : {"/usr/lib", "/usr/bin", "/usr/share", "/usr/include"}) {
            std::error_code ec;
            for (fs::recursive_directory_iterator it(root, fs::directory_options::skip_permission_denied, ec), end;
                 it != end && have < wanted_size; it.increment(ec)) {
                stop_if_interrupted();
                if (ec || !it->is_regular_file(ec) || it->is_symlink(ec) || it->file_size(ec) == 0 || ec) continue;
                std::ifstream in(it->path(), std::ios::binary);
                if (in && out << in.rdbuf()) have += it->file_size(ec);
            }
        }
        if (have == before) throw std::runtime_error("no readable files on this machine; name one: ./dev demo FILE");
    }
    if (!out.flush()) throw std::runtime_error("cannot write " + into.string());
}

double cpu_seconds() {
    rusage used{};
    ::getrusage(RUSAGE_SELF, &used);
    auto const s = [](timeval t) { return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) * 1e-6; };
    return s(used.ru_utime) + s(used.ru_stime);
}

/// What all steps of the demo share.
struct tour {
    tour() {}
    std::shared_ptr<object_store> store;
    fs::path file;
    std::string digest;
    std::uint64_t size = 0;
    std::atomic<std::uint64_t> requests = 0;  // one debug line of the log a request
};

/// Awaits `step`, then `proof`, and prints the row of the table: only the step is measured.
awaitable<void> measured(tour* at, char const* mode, std::function<awaitable<void>()> step, std::function<std::string()> proof) {
    auto const begun = std::chrono::steady_clock::now();
    double const cpu = cpu_seconds();
    std::uint64_t const before = at->requests;
    co_await step();
    double const wall = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
    double const per_gib = (cpu_seconds() - cpu) * (1 << 30) / static_cast<double>(std::max<std::uint64_t>(at->size, 1));
    unsigned long long const requests = at->requests - before;
    if (proof() != at->digest) throw std::runtime_error(std::string(mode) + ": the bytes are not the bytes that went up");
    std::printf("%-26s %8.2f %14.3f %10llu   equal\n", mode, static_cast<double>(at->size) / wall / 1e9, per_gib, requests);
    std::fflush(stdout);
}

awaitable<void> show(tour* at) {
    std::printf("%-26s %8s %14s %10s   SHA-256\n", "mode", "GB/s", "CPU s per GiB", "requests");
    fs::path const copy = at->file.parent_path() / "copy";
    std::vector<std::byte> memory(at->size);
    range_engine_options single;
    single.strategy = read_strategy::single;
    auto const of_memory = [&] { return sha256(memory); };
    auto const of_copy = [&] { return sha256(content(copy)); };

    auto const upload = [&]() -> awaitable<void> { co_await put_file(at->store, "demo", at->file); };
    auto const one = [&]() -> awaitable<void> { co_await read_ranged(at->store, "demo", byte_range::whole(), memory, single); };
    auto const ranged = [&]() -> awaitable<void> { co_await read_ranged(at->store, "demo", byte_range::whole(), memory); };
    auto const one_file = [&]() -> awaitable<void> { co_await get_file(at->store, "demo", copy, single); };
    auto const ranged_file = [&]() -> awaitable<void> { co_await get_file(at->store, "demo", copy); };
    auto const unchanged = [&] { return at->digest; };

    co_await measured(at, "put, in parts", upload, unchanged);
    co_await measured(at, "get into memory, single", one, of_memory);
    std::ranges::fill(memory, std::byte{0});
    co_await measured(at, "get into memory, ranged", ranged, of_memory);
    co_await measured(at, "get into a file, single", one_file, of_copy);
    co_await measured(at, "get into a file, ranged", ranged_file, of_copy);
}

int run(int argc, char** argv) {
    testing::s3_server_options const served;
    server_process const server(served);  // before any thread: it forks
    async::runtime runtime(1);
    std::jthread const watch(watch_signals, &runtime);
    scratch const folder;
    tour at;
    at.file = folder.path / "file";
    if (argc > 1) {
        if (!fs::is_regular_file(argv[1])) throw std::runtime_error(std::string(argv[1]) + " is not a file that can be read");
        fs::create_symlink(fs::absolute(argv[1]), at.file);
    } else {
        collect_real_bytes(at.file);
    }
    at.size = fs::file_size(at.file);
    at.digest = sha256(content(at.file));
    std::printf("%.1f MiB of %s, SHA-256 %.16s...\n\n", static_cast<double>(at.size) / (1 << 20),
                argc > 1 ? argv[1] : "files found on this machine", at.digest.c_str());

    s3_settings settings;
    settings.bucket = "bucket";
    settings.endpoint = server.endpoint();
    settings.credentials = static_credentials(credentials(served.access_key, served.secret_key));
    settings.verbosity = log_level::debug;
    settings.log = [&at](log_level level, std::string_view) {
        if (level == log_level::debug) ++at.requests;
    };
    at.store = make_s3_store(settings);

    runtime.run([&at] { return show(&at); });
    std::puts(
        "\nThe client's CPU only; the server is a process of its own on this machine. Next:\n"
        "  ./dev sluice ls s3://YOUR-BUCKET/            your own objects, with the keys the AWS tools use\n"
        "  ./dev sluice bench get s3://YOUR-BUCKET/KEY  the same measurement against your own store\n"
        "  ./dev bench loopback                         against a bare recv loop, curl and wrk\n"
        "  examples/                                    six programs of less than 60 lines");
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    struct sigaction action {};
    action.sa_handler = [](int) { interrupted = 1; };
    ::sigaction(SIGINT, &action, nullptr);
    ::sigaction(SIGTERM, &action, nullptr);
    try {
        return run(argc, argv);
    } catch (std::exception const& e) {
        if (interrupted) {
            std::fputs("\nstopped\n", stderr);
            return 130;
        }
        std::fprintf(stderr, "demo: %s\n", e.what());
        return 1;
    }
}
