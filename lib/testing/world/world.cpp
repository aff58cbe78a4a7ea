#include "async/blocking.hpp"
#include "async/entropy.hpp"
#include "net/transport.hpp"
#include "testing/world/core.hpp"
#include "testing/world/disk.hpp"
#include "testing/world/virtual_time.hpp"
#include "testing/world/world_transport.hpp"
#include "uring/files.hpp"

#include <sluice/async/runtime.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>

#include <cstdio>
#include <exception>
#include <stdexcept>
#include <utility>

namespace asio = boost::asio;

namespace sluice::inline v0::testing {

namespace {

/// Asio 1.26 lets the exception of a coroutine that is cancelled, and never waits again, escape from its context (chriskohlhoff/asio
/// 2f9bde6bb): unless cancellation is no exception any more when it ends.
awaitable<void> to_its_end(std::function<awaitable<void>()> body) {
    std::exception_ptr failure;
    try {
        co_await body();
    } catch (...) {
        failure = std::current_exception();
    }
    co_await asio::this_coro::throw_if_cancelled(false);
    if (failure) std::rethrow_exception(failure);
}

}  // namespace

struct world_s3::state {
    std::shared_ptr<s3_desk> desk;
    std::string endpoint;
};

struct world::state {
    state(std::uint64_t s, world_options const& options);
    ~state();
    void begin();
    void end() noexcept;
    void use_disk();

    std::uint64_t const seed;
    std::shared_ptr<world_core> const core;
    std::unique_ptr<asio::io_context> context;
    virtual_time* time = nullptr;
    std::shared_ptr<simulated_disk> disk;  // null: files are the real ones
    asio::cancellation_signal stop;
    bool ended = true, destroyed = false;
    std::chrono::nanoseconds passed{};  // when the last context went
    bool failure_expected = false;

    enum class turned : std::uint8_t { worked, waits, idle };
    /// Does what is ready. `waits`: something will be, at `time->next()`.
    turned turn();
    bool step(async::time_point limit);
    void befall(mishap what);
    void cancel();
    [[noreturn]] void fail(std::string const& why) const;
    void complain(std::string const& what) const;
};

world::state::state(std::uint64_t const s, world_options const& options) : seed(s), core(std::make_shared<world_core>(s, options)) {
    core->befall_run = [this](mishap const what) { befall(what); };
    begin();
}

/// A context. Time goes on where the last one ended.
void world::state::begin() {
    context = std::make_unique<asio::io_context>(1);
    if (!core->options.strands) async::assume_single_threaded(*context);
    asio::any_io_executor const executor = context->get_executor();
    async::clock& clock = async::clock::of(executor);
    auto source = std::make_unique<virtual_time>(clock, core->options.starts, passed);
    time = source.get();
    clock.use(std::move(source));
    core->executor = executor;
    core->events = std::make_unique<agenda>(clock, executor);
    async::entropy::of(executor).seed(core->luck.next());
    async::blocking::of(executor).use([executor](std::function<void()> work) { asio::post(executor, std::move(work)); });
    net::transport::of(executor).replace(std::make_unique<world_transport>(core));
    if (disk) use_disk();
}

void world::state::use_disk() {
    disk->world = core.get();
    uring::files::of(core->executor).replace(std::make_unique<disk_provider>(disk));
}

void world::state::end() noexcept {
    if (!context) return;
    passed = time->passed();
    core->events->clear();
    context.reset();
    time = nullptr;
    if (disk) disk->world = nullptr;  // whose time has gone
}

world::state::~state() {
    end();
    core->hosts.clear();  // whose services know the world's time, and so the core
}

world::state::turned world::state::turn() {
    context->restart();
    if (context->poll() != 0) return turned::worked;
    return time->next() == async::never ? turned::idle : turned::waits;
}

/// One round; false: nothing happens any more before `limit`.
bool world::state::step(async::time_point const limit) {
    turned const did = turn();
    if (did == turned::idle || (did == turned::waits && time->next() > limit)) return false;
    if (did == turned::waits) time->advance_to(time->next());
    return true;
}

void world::state::befall(mishap const what) {
    if (what == mishap::cancel) {
        asio::post(*context, [this] { cancel(); });
    } else {
        destroyed = true;
        context->stop();
    }
}

void world::state::cancel() {
    if (!ended) stop.emit(asio::cancellation_type::terminal);
}

void world::state::complain(std::string const& what) const {
    if (failure_expected) return;
    std::fprintf(stderr, "world of seed %llu, after %.6f s of its time and %llu steps: %s\n", static_cast<unsigned long long>(seed),
                 std::chrono::duration<double>(time->passed()).count(), static_cast<unsigned long long>(core->counts.steps), what.c_str());
}

void world::state::fail(std::string const& why) const {
    complain(why);
    throw std::logic_error("world of seed " + std::to_string(seed) + ": " + why);
}

world::world(std::uint64_t const seed, world_options options) : state_(std::make_unique<state>(seed, options)) {}
world::~world() = default;

asio::io_context& world::context() noexcept { return *state_->context; }

std::function<std::chrono::sys_seconds()> world::clock() const {
    return [core = state_->core] {
        return unix_seconds(core->options.starts + std::chrono::floor<std::chrono::seconds>(core->events->now().time_since_epoch()));
    };
}

world_s3 world::serve_s3(std::string host, s3_server_options options) {
    auto made = std::make_shared<world_s3::state>();
    std::string const certificate = options.certificate_pem, key = options.key_pem;
    made->endpoint = (certificate.empty() ? "http://" : "https://") + host;
    std::chrono::seconds const offset = options.clock_offset;
    made->desk = std::make_shared<s3_desk>(std::move(options), [time = clock(), offset] { return time() + offset; });
    service behind = s3_service_of(made->desk);
    if (!certificate.empty()) {
        behind = with_tls(std::move(behind), state_->core, certificate, key);
        if (host.find(':') == host.npos) host += ":443";
    }
    state_->core->place(host) = std::move(behind);
    return world_s3(std::move(made));
}

void world::serve(std::string host, std::function<scripted_reply(received_request const&)> responder) {
    state_->core->place(host) = script_service_of(std::move(responder));
}

void world::forget(std::string host) { state_->core->named(host).addresses = 0; }
void world::readdress(std::string host, unsigned const count) { state_->core->named(host).addresses = count; }

void world::on_step(std::function<mishap(world_step const&)> decide) { state_->core->decide = std::move(decide); }
void world::on_event(std::function<void(std::string_view)> hear) { state_->core->hear = std::move(hear); }
void world::expect_failure(bool const expected) noexcept { state_->failure_expected = expected; }

world::ending world::run(std::function<awaitable<void>()> body) {
    state& s = *state_;
    if (s.destroyed) throw std::logic_error("the context of this world has been destroyed");
    std::exception_ptr failure;
    s.ended = false;
    auto const whole = [&body] { return to_its_end(body); };
    asio::co_spawn(*s.context, whole, asio::bind_cancellation_slot(s.stop.slot(), [&](std::exception_ptr e) {
        failure = e;
        s.ended = true;
    }));
    while (!s.ended && !s.destroyed && s.step(async::never)) {
    }
    if (s.destroyed) {
        s.end();
        return ending::destroyed;
    }
    if (!s.ended) s.fail("nothing is left that could ever go on, and the program has not ended");
    if (!failure) return ending::finished;
    try {
        std::rethrow_exception(failure);
    } catch (std::exception const& e) {
        s.complain(e.what());
        throw;
    }
}

void world::cancel() { state_->cancel(); }

void world::restart() {
    state& s = *state_;
    s.end();
    if (s.disk) s.disk->end_program(false);
    s.destroyed = false;
    s.begin();
}

world_disk world::disk(disk_options options) {
    if (!state_->disk) {
        state_->disk = std::make_shared<simulated_disk>(*state_->core, options);
        state_->use_disk();
    }
    return world_disk(state_->disk);
}

void world::pass(std::chrono::nanoseconds const span) {
    async::time_point const until = async::time_point(state_->time->passed()) + span;
    while (state_->step(until)) {
    }
    state_->time->advance_to(until);
    state_->turn();
}

bool world::settle() {
    async::time_point const limit = async::time_point(state_->time->passed()) + std::chrono::hours(24);
    while (state_->step(limit)) {
    }
    return state_->time->next() == async::never;
}

std::uint64_t world::pick(std::uint64_t const below) noexcept { return state_->core->luck.below(below); }
std::uint64_t world::seed() const noexcept { return state_->seed; }
std::uint64_t world::trace() const noexcept { return state_->core->trace.value(); }
std::chrono::nanoseconds world::elapsed() const noexcept { return state_->time ? state_->time->passed() : state_->passed; }

void world::cut(std::uint64_t const at, mishap const then) {
    state_->core->cut_at = at;
    state_->core->then = then;
}

world_counts world::counts() const {
    world_counts now = state_->core->counts;
    if (state_->context) now.alarms = state_->core->events->other_alarms();
    return now;
}

world_s3::world_s3(std::shared_ptr<state> s) noexcept : state_(std::move(s)) {}

std::string world_s3::endpoint() const { return state_->endpoint; }

s3_settings world_s3::settings() const {
    s3_server_options const& serves = state_->desk->options;
    s3_settings settings;
    settings.bucket = serves.buckets.front();
    settings.region = serves.region;
    settings.endpoint = endpoint();
    settings.credentials = static_credentials(credentials(serves.access_key, serves.secret_key, serves.session_token));
    return settings;
}

void world_s3::on_request(std::function<std::optional<s3_fault>(s3_request_view const&)> decide) {
    state_->desk->on_request(std::move(decide));
}
void world_s3::rotate_session_token(std::string token) { state_->desk->rotate_session_token(std::move(token)); }
std::string world_s3::put(std::string bucket, std::string key, std::string data) { return state_->desk->put(bucket, key, std::move(data)); }

std::optional<std::string> world_s3::get(std::string bucket, std::string key) const {
    auto const object = state_->desk->objects.find(bucket, key);
    if (!object) return std::nullopt;
    return *object->data;
}

void world_s3::remove(std::string bucket, std::string key) { state_->desk->objects.erase(bucket, key); }
std::uint64_t world_s3::object_count() const { return state_->desk->objects.count(); }
std::uint64_t world_s3::uploads_open() const { return state_->desk->uploads.count(); }
s3_server_counts world_s3::counts() const { return state_->desk->counts(); }

}  // namespace sluice::inline v0::testing
