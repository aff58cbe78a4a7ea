// Google Cloud Storage behind a bad network: each phase of each transfer fails, once and for good.
#include "stream/gcs/fixture.hpp"

#include <sluice/upload.hpp>

#include <array>
#include <string>
#include <string_view>

using namespace sluice;
using namespace sluice::test;
using testing::mishap, testing::service_fault, testing::service_request_view, testing::world_step;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t size = 600'000;  // a session of three chunks
constexpr unsigned attempts = 4;

enum class phase : std::uint8_t { lookup, connect, head, body, before_answer, in_answer, applied };
constexpr std::array<std::string_view, 7> names{"lookup",        "connect",          "the head is sent", "in the body", "before the answer",
                                                "in the answer", "when all was done"};

/// A failure at one phase of request number `request`, or of that and all that follow.
struct failing {
    phase at = phase::lookup;
    mishap how = mishap::reset;
    std::uint64_t request = 0;
    bool lasting = false;

    bool meets(phase p, std::uint64_t n) const noexcept { return p == at && (n == request || (lasting && n > request)); }
    std::string text() const {
        std::string const when = " at request " + std::to_string(request) + (lasting ? " and from there on" : "");
        return std::string(to_string(how)) + ": " + std::string(names.at(static_cast<std::size_t>(at))) + when;
    }
};

/// Tells in which phase of which request each step is, and lets it fail. Bodies are written in pieces, answers are read when all is sent.
class line {
public:
    explicit line(failing what) : what_(what) {}

    mishap at(world_step const& step) {
        switch (step.what) {
        case world_step::kind::lookup: return meet(phase::lookup);
        case world_step::kind::dial: begun_ = false; return meet(phase::connect);
        case world_step::kind::write: return meet(std::exchange(begun_, true) ? phase::body : phase::head);
        case world_step::kind::read: return std::exchange(begun_, false) ? meet(phase::before_answer) : mishap::none;
        default: return mishap::none;
        }
    }
    std::optional<service_fault> at(service_request_view const&) {
        std::uint64_t const now = request_++;
        service_fault fault;
        if (what_.meets(phase::in_answer, now)) fault.cut_body_after = 1;
        fault.drop_after_apply = what_.meets(phase::applied, now);
        struck_ += fault.cut_body_after || fault.drop_after_apply;
        return fault;
    }
    unsigned struck() const noexcept { return struck_; }

private:
    /// A request that has not come to the service yet has the number `request_`.
    mishap meet(phase now) {
        bool const again = struck_ > 0 && !what_.lasting;
        if (again || !what_.meets(now, request_)) return mishap::none;
        ++struck_;
        return what_.how;
    }

    failing const what_;
    std::uint64_t request_ = 0;
    bool begun_ = false;
    unsigned struck_ = 0;
};

using store_pointer = std::shared_ptr<object_store>;

awaitable<void> put_small(store_pointer store) { co_await store->put("k", payload(pattern(20'000))); }
awaitable<void> put_by_session(store_pointer store) { co_await store->put("k", from_source(size)); }
awaitable<void> get_whole(store_pointer store) {
    std::string const got = co_await content_of(store, "there");
    CHECK((got == pattern(size)));
}
awaitable<void> read_range(store_pointer store) {
    std::string into(1000, '\0');
    byte_range const some = byte_range::bounded(5000, 1000);
    co_await store->read("there", some, std::as_writable_bytes(std::span(into)));
    CHECK((into == pattern(size).substr(5000, 1000)));
}
awaitable<void> put_in_parts(store_pointer store) {
    upload to = co_await store->create_upload("k");
    std::string const data = pattern(20'000);
    part_place const first{1, 0}, second{2, 10'000};
    co_await to.write(first, payload(data.substr(0, 10'000)));
    co_await to.write(second, payload(data.substr(10'000)));
    co_await to.complete();
}

struct transfer {
    char const* name;
    awaitable<void> (*run)(store_pointer);
    char const* operation;             // of the first request, in errors
    std::size_t size;                  // of what it writes; 0: it reads
    std::uint64_t first_body, bodies;  // its requests that take several writes
};
constexpr transfer transfers[] = {{"put", put_small, "put", 20'000, 0, 1},
                                  {"session", put_by_session, "put", size, 1, 3},
                                  {"parts", put_in_parts, "write part", 20'000, 0, 2},
                                  {"get", get_whole, "get", 0, 0, 0},
                                  {"range", read_range, "read", 0, 0, 0}};

testing::world_options plain_line() {
    testing::world_options options;
    options.split = false;
    options.window = 4u << 20;
    options.write_limit = 6'000;
    return options;
}

/// One run; what it came to is checked by `judge`.
struct run {
    run(transfer const& what, failing const& trouble) : w({}, plain_line()), way(trouble) {
        w.gcs.put("bucket", "there", pattern(size));
        w.world.on_step([this](world_step const& step) { return way.at(step); });
        w.gcs.on_request([this](service_request_view const& r) { return way.at(r); });
        gcs_settings settings = w.settings();
        settings.retry.max_attempts = attempts;
        settings.timeouts.connect = 2s;
        settings.timeouts.first_byte = settings.timeouts.stall = 5s;
        settings.timeouts.stall_bytes = 1;
        store_pointer const store = make_gcs_store(settings);
        reason = w.run([&] { return what.run(store); });
        w.world.on_step({});
        requests = w.gcs.counts().requests;
    }

    gcs_world w;
    line way;
    errc reason{};
    std::uint64_t requests = 0;
};

/// Nothing but the old state or the whole object.
void check_left(transfer const& what, run& done, std::string const& name) {
    std::optional<std::string> const there = done.w.gcs.get("bucket", "k");
    bool const whole = there && *there == pattern(what.size);
    CHECK_MESSAGE((what.size == 0 ? !there : whole || (done.reason != errc{} && !there)), name);
    CHECK_MESSAGE(done.w.world.counts().alarms == 0, name);
}

bool fits(failing const& trouble, errc const reason) {
    if (trouble.how == mishap::silence) return reason == errc::timed_out || reason == errc::unreachable;
    if (trouble.at == phase::lookup || trouble.at == phase::connect) return reason == errc::unreachable;
    return reason == errc::connection_lost || reason == errc::truncated;
}

void check_once(transfer const& what, failing const& trouble) {
    std::string const name = std::string(what.name) + ", " + trouble.text();
    run done(what, trouble);
    CHECK_MESSAGE(done.way.struck() == 1, name);
    CHECK_MESSAGE(done.reason == errc{}, name << ": " << done.w.what);
    check_left(what, done, name);
    // With the answer that begins a session it is lost where that session is.
    bool const unknown = what.run == put_by_session && trouble.request == 0 && trouble.at == phase::applied;
    CHECK_MESSAGE(done.w.gcs.sessions_open() == (unknown ? 1 : 0), name);
    CHECK_MESSAGE(done.w.gcs.object_count() == (what.size == 0 ? 1 : 2), name);
}

void check_lasting(transfer const& what, failing trouble) {
    trouble.lasting = true;
    std::string const name = std::string(what.name) + ", " + trouble.text();
    run done(what, trouble);
    check_left(what, done, name);
    bool const tidies = done.reason == errc{} && trouble.request > 2;  // what breaks off when the object is there
    if (tidies) return;
    CHECK_MESSAGE(fits(trouble, done.reason), name << ": " << done.w.what);
    CHECK_MESSAGE(done.w.failed.attempts >= attempts, name << ": " << done.w.what);
    CHECK_MESSAGE(done.w.failed.uri.starts_with("gs://bucket/"), name << ": " << done.w.what);
    CHECK_MESSAGE(!done.w.failed.detail.empty(), name);
    if (trouble.request == 0) CHECK_MESSAGE(done.w.failed.operation == what.operation, name);
    CHECK_MESSAGE(done.w.world.elapsed() < 5min, name);
}

/// Every way the phase can fail in.
std::vector<mishap> ways_of(phase const at) {
    if (at == phase::lookup || at == phase::connect) return {mishap::reset, mishap::silence};
    if (at == phase::in_answer || at == phase::applied) return {mishap::reset};
    return {mishap::reset, mishap::end, mishap::silence};
}

/// All that can fail in a transfer.
std::vector<failing> all_failures(transfer const& what) {
    run const undisturbed(what, failing{phase::lookup, mishap::none, 0, false});
    REQUIRE(undisturbed.reason == errc{});
    std::vector<failing> all;
    for (std::uint64_t request = 0; request < undisturbed.requests; ++request)
        for (std::size_t n = 0; n < names.size(); ++n) {
            phase const at = static_cast<phase>(n);
            bool const dials = at == phase::lookup || at == phase::connect;
            bool const has_body = request >= what.first_body && request < what.first_body + what.bodies;
            if ((dials && request > 0) || (at == phase::body && !has_body)) continue;  // there is one connection
            for (mishap const how : ways_of(at)) all.push_back({at, how, request, false});
        }
    return all;
}

}  // namespace

TEST_CASE("gcs network: what fails once, at any phase of any request of a transfer, is overcome and leaves nothing") {
    unsigned runs = 0;
    for (transfer const& what : transfers)
        for (failing const& trouble : all_failures(what)) {
            check_once(what, trouble);
            ++runs;
        }
    MESSAGE(runs << " runs");
}

TEST_CASE("gcs network: what fails for good, at any phase, is a typed error in time, and never half an object") {
    unsigned runs = 0;
    for (transfer const& what : transfers)
        for (failing const& trouble : all_failures(what)) {
            check_lasting(what, trouble);
            ++runs;
        }
    MESSAGE(runs << " runs");
}
