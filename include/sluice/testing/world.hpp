#pragma once

#include <sluice/awaitable.hpp>
#include <sluice/azure.hpp>
#include <sluice/s3.hpp>
#include <sluice/testing/azure_server.hpp>
#include <sluice/testing/disk.hpp>
#include <sluice/testing/s3_server.hpp>
#include <sluice/testing/script_server.hpp>

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::inline v0::testing {

/// What befalls a step of a program in a simulated world.
enum class mishap : std::uint8_t {
    none,
    reset,    ///< the connection is reset; a dial is refused; a lookup finds nothing
    end,      ///< the peer closes in order
    silence,  ///< nothing comes or goes any more: the program's time limits must end it
    delay,    ///< the same for `world_options::delay`, behind which all goes on
    cancel,   ///< what `world::run` runs is cancelled
    destroy,  ///< the context is stopped, and destroyed under whatever waits on it
};
SLUICE_API std::string_view to_string(mishap) noexcept;

/// One call of the library through a seam.
struct SLUICE_API world_step {
    world_step() {}
    enum class kind : std::uint8_t { lookup, dial, read, write, wait } what = kind::lookup;
    std::string_view host;     ///< "s3.test:80"
    std::uint64_t number = 0;  ///< of all steps of the world, from 0
};

/// How bytes travel, and what the world is like.
struct SLUICE_API world_options {
    world_options() {}
    std::chrono::nanoseconds latency = std::chrono::milliseconds(1);  ///< one way
    std::chrono::nanoseconds jitter =
        std::chrono::microseconds(200);  ///< up to this much more, for each piece; order is kept within a connection
    std::uint64_t bytes_per_second = 0;  ///< of each direction of each connection; 0: no limit
    std::size_t window = 256 * 1024;     ///< bytes on the way in one direction; a sender with more waits
    /// Calls move less than they could, or find nothing ready at first, as the seed will have it.
    bool split = true;
    std::size_t write_limit = SIZE_MAX;                         ///< a call of the library writes no more bytes than that
    std::chrono::nanoseconds delay = std::chrono::seconds(30);  ///< what `mishap::delay` takes
    bool strands = false;                        ///< run the program as on a context of several threads: what runs side by side has strands
    std::chrono::seconds starts{1'700'000'000};  ///< wall clock at the beginning, since 1970
};

struct SLUICE_API world_counts {
    world_counts() {}
    std::uint64_t steps = 0;    ///< calls through the seams
    std::uint64_t mishaps = 0;  ///< of those, how many met one
    std::uint64_t lookups = 0, dials = 0;
    std::uint64_t answered = 0;     ///< bytes that servers have sent
    std::uint64_t connections = 0;  ///< open now, seen from the library's side
    std::uint64_t alarms = 0;       ///< times that are waited for now, but for the world's own: none after the last operation
};

class world;

/// An S3 that lives in a world: as strict as `s3_server`, and with the world's clock.
/// Lifetime: a handle; what it names lives as long as the world.
class SLUICE_API world_s3 {
public:
    /// A store's settings for the first bucket: endpoint, region and keys.
    s3_settings settings() const;
    std::string endpoint() const;
    void on_request(std::function<std::optional<s3_fault>(s3_request_view const&)> decide);
    void rotate_session_token(std::string token);
    std::string put(std::string bucket, std::string key, std::string data);
    std::optional<std::string> get(std::string bucket, std::string key) const;
    /// Likewise without HTTP; no error when it is not there.
    void remove(std::string bucket, std::string key);
    std::uint64_t object_count() const;
    std::uint64_t uploads_open() const;
    s3_server_counts counts() const;

private:
    friend class world;
    struct state;
    explicit world_s3(std::shared_ptr<state> s) noexcept;
    std::shared_ptr<state> state_;
};

/// An Azure account that lives in a world: as strict as `azure_server`, and with the world's clock.
/// Lifetime: a handle; what it names lives as long as the world.
class SLUICE_API world_azure {
public:
    /// A store's settings for the first container: endpoint, account and key.
    azure_settings settings() const;
    void on_request(std::function<std::optional<service_fault>(service_request_view const&)> decide);
    void accept_tokens(std::vector<std::string> tokens);
    std::string put(std::string container, std::string key, std::string data);
    std::optional<std::string> get(std::string container, std::string key) const;
    /// Likewise without HTTP; no error when it is not there.
    void remove(std::string container, std::string key);
    std::uint64_t uncommitted_blocks() const;
    service_counts counts() const;

private:
    friend class world;
    struct state;
    explicit world_azure(std::shared_ptr<state> s) noexcept;
    std::shared_ptr<state> state_;
};

/// A whole world for a program on one thread: a context whose time passes only when nothing else is left to do, whose network and servers
/// exist in memory, and whose chance comes from a seed. Library and program run the code they run in production; the same seed gives the
/// same run, which `trace` tells.
///
/// Not simulated: the time at which certificates are judged, and files until `disk` is called. Blocking work is done in the thread itself.
///
/// Threads: one. Lifetime: stores made from a world's settings may outlive it; what waits on its context may not.
/// Errors: `run` throws what its body throws; std::logic_error when the body can never go on.
class SLUICE_API world {
public:
    explicit world(std::uint64_t seed, world_options options = {});
    ~world();
    world(world const&) = delete;
    world& operator=(world const&) = delete;

    boost::asio::io_context& context() noexcept;

    /// Puts an S3 on "http://<host>", known by that name; on "https://<host>" when it is given a certificate, which is that of the
    /// machine's time. What TLS draws is not of the seed: with an RSA key a run is the same but for its sealed bytes, which are not in the
    /// trace; with others their lengths differ as well.
    world_s3 serve_s3(std::string host = "s3.test", s3_server_options options = {});
    /// Puts an Azure account on "http://<host>". No TLS.
    world_azure serve_azure(std::string host = "azure.test", azure_server_options options = {});
    /// Puts a server there that answers as told, with whatever bytes; pauses are in the world's time.
    void serve(std::string host, std::function<scripted_reply(received_request const&)> responder);
    /// The disk of this world, made by the first call, before the first use of files: from then on they are in memory. Without it they
    /// are the real ones.
    world_disk disk(disk_options options = {});
    /// The host's name leads nowhere any more, or to `count` addresses of which all but the last refuse.
    void forget(std::string host);
    void readdress(std::string host, unsigned count);

    /// Called at every step, on the world's thread; says what befalls it.
    void on_step(std::function<mishap(world_step const&)> decide);
    /// Of all bytes that servers send, those from number `at` on do not come with the ones before: they come a moment later or, when `then`
    /// is `end` or `reset`, their connection is over instead. A run cut at each byte shows that nothing depends on how answers are split.
    void cut(std::uint64_t at, mishap then = mishap::none);
    /// Called for what happens, a line each, with the time: for reading a run that failed.
    void on_event(std::function<void(std::string_view)> hear);

    enum class ending : std::uint8_t { finished, destroyed };
    /// Runs `body` to its end. When it fails, says so on stderr with the seed, unless `expect_failure` was called.
    ending run(std::function<awaitable<void>()> body);
    void expect_failure(bool expected = true) noexcept;
    /// Cancels what `run` runs, at once: also from within `on_step` and `on_event`. Nothing when nothing runs.
    void cancel();
    /// A new context, as of a program that is started again: what was on the old one is gone. Time, network, servers and disk go on.
    void restart();
    /// Lets `span` pass, with whatever happens in it.
    void pass(std::chrono::nanoseconds span);
    /// Does what is ready and what time brings until nothing is left that could ever happen. False: some of it goes on for more than a
    /// day of the world's time.
    bool settle();

    /// A number in [0, below), of the seed; none of the library's.
    std::uint64_t pick(std::uint64_t below) noexcept;
    std::uint64_t seed() const noexcept;
    /// A digest of all steps, and of all bytes that came, with their times.
    std::uint64_t trace() const noexcept;
    std::chrono::nanoseconds elapsed() const noexcept;
    world_counts counts() const;

private:
    std::function<std::chrono::sys_seconds()> clock() const;

    struct state;
    std::unique_ptr<state> state_;
};

}  // namespace sluice::inline v0::testing
