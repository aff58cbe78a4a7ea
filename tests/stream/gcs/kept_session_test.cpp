// Resumable uploads that are kept: whatever ends a process, the next one sends only what the service has not got.
#include "stream/gcs/fixture.hpp"
#include "support/plain_store.hpp"
#include "support/temporary_folder.hpp"

#include <sluice/gcs_sessions.hpp>
#include <sluice/memory.hpp>
#include <sluice/operations.hpp>

#include <filesystem>
#include <map>
#include <optional>
#include <vector>

using namespace sluice;
using namespace sluice::test;
using sluice::testing::service_fault;
using sluice::testing::service_request_view;

namespace {

constexpr std::size_t chunk = 256 * 1024;
constexpr std::size_t size = 3 * chunk + 1000;

/// A keeper in memory; what is in it outlives the stores, as a file does.
struct shelf final : gcs_session_keeper {
    struct place final : kept_gcs_session {
        place(shelf* of, std::string by) : all(of), name(std::move(by)) { all->held = true; }
        ~place() override { all->held = false; }
        awaitable<std::string> load() override {
            auto const found = all->texts.find(name);
            co_return found == all->texts.end() ? std::string() : found->second;
        }
        awaitable<void> save(std::string text) override {
            if (all->full) throw_error(failure(errc::io, "the shelf is full"), "save", name);
            all->texts[name] = std::move(text);
            ++all->saved;
            co_return;
        }
        awaitable<void> forget() override {
            all->texts.erase(name);
            co_return;
        }
        shelf* all;
        std::string name;
    };
    awaitable<std::shared_ptr<kept_gcs_session>> claim(std::string name) override {
        std::shared_ptr<kept_gcs_session> given;
        if (!taken) given = std::make_shared<place>(this, std::move(name));
        co_return std::move(given);
    }

    std::map<std::string, std::string> texts;
    unsigned saved = 0;
    bool held = false, taken = false, full = false;
};

struct text_source final : payload_source {
    explicit text_source(std::string all) : text(std::move(all)) {}
    std::uint64_t size() const noexcept override { return text.size(); }
    awaitable<void> read(std::uint64_t const offset, std::span<std::byte> const into) override {
        std::ranges::copy(std::as_bytes(std::span(text)).subspan(static_cast<std::size_t>(offset), into.size()), into.begin());
        co_return;
    }
    std::string text;
};

struct keeping_world : gcs_world {
    std::shared_ptr<object_store> kept_store() const {
        gcs_settings s = settings();
        s.sessions = keeper;
        s.chunk_size = chunk_size;
        return make_gcs_store(std::move(s));
    }
    static put_options named(std::string name = "version 1") {
        put_options options;
        options.resume_as = std::move(name);
        return options;
    }
    errc put(payload data, put_options options = named()) {
        std::shared_ptr<object_store> const store = kept_store();
        return run([&]() -> awaitable<void> { co_await store->put("k", data, options); });
    }
    /// From now on so many requests with chunks are served, and then none.
    void break_after(unsigned puts) {
        auto const left = std::make_shared<unsigned>(puts);
        gcs.on_request([left](service_request_view const& r) -> std::optional<service_fault> {
            if (r.method != "PUT" || (*left)-- > 0) return std::nullopt;
            *left = 0;
            return refusing(403, "forbidden");
        });
    }
    void serve_all() { gcs.on_request({}); }

    std::shared_ptr<shelf> const kept = std::make_shared<shelf>();
    std::shared_ptr<gcs_session_keeper> keeper = kept;
    std::uint64_t chunk_size = chunk;
};

/// Calls `check` with a world whose put is cancelled at each of its steps, and then with one that is not.
template <class Setup, class Check>
void cancel_at_each_step(Setup const& setup, Check const& check) {
    for (std::uint64_t at = 0;; ++at) {
        keeping_world w;
        setup(w);
        std::shared_ptr<object_store> const store = w.kept_store();
        bool cancelled = false, known = false;
        w.gcs.on_request([&](service_request_view const& r) -> std::optional<service_fault> {
            known = known || r.method == "PUT";
            return std::nullopt;
        });
        w.world.on_step([&](testing::world_step const& step) {
            if (cancelled || step.number != at) return testing::mishap::none;
            cancelled = true;
            return testing::mishap::cancel;
        });
        put_options const options = keeping_world::named();
        errc const failed = w.run([&]() -> awaitable<void> { co_await store->put("k", from_source(size), options); });
        CHECK(w.world.settle());
        CHECK((failed == errc{} || failed == errc::cancelled));
        CHECK_MESSAGE((w.gcs.sessions_open() == 0 || !known), at);
        check(w);
        if (!cancelled) break;
    }
}

/// Takes note of the name of its put, and says whether it goes on with puts.
class noting_store final : public plain_store {
public:
    noting_store(std::shared_ptr<object_store> inner, bool const keeps) : plain_store(std::move(inner)), keeps_(keeps) {}
    awaitable<put_result> put(object_key where, payload data, put_options options) override {
        name = options.resume_as;
        return plain_store::put(std::move(where), std::move(data), std::move(options));
    }
    capabilities can() const noexcept override {
        capabilities able = plain_store::can();
        able.resumes_puts = keeps_;
        return able;
    }
    std::string name = "none yet";

private:
    bool keeps_;
};

}  // namespace

TEST_CASE("gcs kept sessions: after a failure at each chunk another process sends only the rest") {
    for (bool const by_source : {false, true})
        for (unsigned at = 0; at < 4; ++at) {
            keeping_world w;
            payload const data = by_source ? from_source(size) : payload(pattern(size));
            w.break_after(at);
            CHECK(w.put(data) == errc::permission_denied);
            CHECK(w.gcs.sessions_open() == 1);
            CHECK(w.kept->texts.size() == 1);
            CHECK_FALSE(w.kept->held);
            w.serve_all();
            std::uint64_t const before = w.gcs.counts().body_bytes;
            CHECK_MESSAGE(w.put(data) == errc{}, w.what);
            CHECK_MESSAGE(w.gcs.counts().body_bytes - before == size - at * chunk, at);
            CHECK((w.gcs.get("bucket", "k") == pattern(size)));
            CHECK(w.gcs.sessions_open() == 0);
            CHECK(w.kept->texts.empty());
        }
}

TEST_CASE("gcs kept sessions: what the last answer would have told is asked for") {
    keeping_world w;
    w.faults("PUT", {std::nullopt, std::nullopt, std::nullopt, losing_answer(), refusing(403, "forbidden")});
    CHECK(w.put(from_source(size)) == errc::permission_denied);
    CHECK((w.gcs.get("bucket", "k") == pattern(size)));
    w.serve_all();
    std::uint64_t const before = w.gcs.counts().requests;
    CHECK(w.put(from_source(size)) == errc{});
    CHECK(w.gcs.counts().requests - before == 1);
    CHECK(w.kept->texts.empty());
}

TEST_CASE("gcs kept sessions: of a chunk that came in part another process sends the rest") {
    keeping_world w;
    w.chunk_size = 2 * chunk;
    w.faults("PUT", {half_kept(chunk), refusing(403, "forbidden")});
    CHECK(w.put(from_source(size)) == errc::permission_denied);
    w.serve_all();
    std::uint64_t const before = w.gcs.counts().body_bytes;
    CHECK_MESSAGE(w.put(from_source(size)) == errc{}, w.what);
    CHECK(w.gcs.counts().body_bytes - before == size - chunk);
    CHECK((w.gcs.get("bucket", "k") == pattern(size)));
}

TEST_CASE("gcs kept sessions: one that has expired begins anew") {
    keeping_world w;
    w.break_after(2);
    CHECK(w.put(from_source(size)) == errc::permission_denied);
    w.gcs.expire_sessions();
    w.serve_all();
    CHECK_MESSAGE(w.put(from_source(size)) == errc{}, w.what);
    CHECK((w.gcs.get("bucket", "k") == pattern(size)));
    CHECK(w.kept->texts.empty());
}

TEST_CASE("gcs kept sessions: a cancel ends the session and what was kept of it") {
    cancel_at_each_step([](keeping_world&) {},
                        [](keeping_world& w) {
                            CHECK(w.kept->texts.empty());
                            CHECK_FALSE(w.kept->held);
                        });
}

TEST_CASE("gcs kept sessions: a cancel leaves no file in the folder, the claim of one included") {
    temporary_folder const at(in_memory());
    cancel_at_each_step([&](keeping_world& w) { w.keeper = keep_gcs_sessions(at.path()); },
                        [&](keeping_world&) { CHECK(std::filesystem::is_empty(at.path())); });
}

TEST_CASE("gcs kept sessions: a place that takes nothing fails the upload, and leaves no session") {
    keeping_world w;
    w.kept->full = true;
    CHECK(w.put(from_source(size)) == errc::io);
    CHECK(w.gcs.sessions_open() == 0);
    CHECK(w.gcs.object_count() == 0);
    CHECK_FALSE(w.kept->held);
}

TEST_CASE("gcs kept sessions: another version, other attributes and a name that is empty are other uploads") {
    put_options typed = keeping_world::named();
    typed.attributes.content_type = "text/x";
    for (put_options const& other : {keeping_world::named("version 2"), typed, put_options()}) {
        bool const replaces = other.resume_as == keeping_world::named().resume_as;
        keeping_world w;
        w.break_after(2);
        CHECK(w.put(from_source(size)) == errc::permission_denied);
        w.serve_all();
        std::uint64_t const before = w.gcs.counts().body_bytes;
        CHECK(w.put(from_source(size), other) == errc{});
        CHECK(w.gcs.counts().body_bytes - before > size);
        CHECK((w.gcs.get("bucket", "k") == pattern(size)));
        CHECK(w.gcs.sessions_open() == (replaces ? 0 : 1));
        CHECK(w.kept->texts.size() == (replaces ? 0 : 1));
    }
}

TEST_CASE("gcs kept sessions: a source that is not what its name says begins anew, and the old session is cancelled") {
    keeping_world w;
    std::string other = pattern(size);
    other[5] ^= 1;
    w.break_after(2);
    CHECK(w.put(payload(std::make_shared<text_source>(other))) == errc::permission_denied);
    w.serve_all();
    CHECK(w.put(from_source(size)) == errc{});
    CHECK((w.gcs.get("bucket", "k") == pattern(size)));
    CHECK(w.gcs.sessions_open() == 0);
    CHECK(w.kept->texts.empty());
}

TEST_CASE("gcs kept sessions: another source behind what was summed up is found out at the end, and nothing is left") {
    keeping_world w;
    std::string other = pattern(size);
    other[5] ^= 1;
    w.faults("PUT", {losing_answer(), refusing(403, "forbidden")});
    CHECK(w.put(payload(std::make_shared<text_source>(other))) == errc::permission_denied);
    w.serve_all();
    CHECK(w.put(from_source(size)) == errc::checksum_mismatch);
    CHECK(w.gcs.object_count() == 0);
    CHECK(w.kept->texts.empty());
    CHECK(w.put(from_source(size)) == errc{});
}

TEST_CASE("gcs kept sessions: one that somebody else holds is left alone") {
    keeping_world w;
    w.break_after(2);
    CHECK(w.put(from_source(size)) == errc::permission_denied);
    w.serve_all();
    w.kept->taken = true;
    CHECK(w.put(from_source(size)) == errc{});
    CHECK((w.gcs.get("bucket", "k") == pattern(size)));
    CHECK(w.gcs.sessions_open() == 1);
    CHECK(w.kept->texts.size() == 1);
}

TEST_CASE("gcs kept sessions: a note that is damaged is not believed") {
    keeping_world w;
    w.break_after(2);
    CHECK(w.put(from_source(size)) == errc::permission_denied);
    w.serve_all();
    w.kept->texts.begin()->second.pop_back();
    CHECK(w.put(from_source(size)) == errc{});
    CHECK((w.gcs.get("bucket", "k") == pattern(size)));
    CHECK(w.kept->texts.empty());
}

TEST_CASE("gcs kept sessions: a create-only put that another process had completed finds its own object") {
    keeping_world w;
    put_options create = keeping_world::named();
    create.create_only = true;
    w.faults("PUT", {std::nullopt, std::nullopt, std::nullopt, losing_answer(), refusing(403, "forbidden")});
    CHECK(w.put(from_source(size), create) == errc::permission_denied);
    w.faults("PUT", {refusing(410, "gone")});
    CHECK_MESSAGE(w.put(from_source(size), create) == errc{}, w.what);
    CHECK(w.put(from_source(size), create) == errc::already_exists);
}

TEST_CASE("gcs kept sessions: of a copy in one request another process sends only the rest") {
    keeping_world w;
    std::shared_ptr<object_store> const from = make_memory_store("from");
    w.run([&]() -> awaitable<void> { co_await from->put("source", payload(pattern(size))); });
    auto const copy = [&]() -> awaitable<void> {
        std::shared_ptr<object_store> const to = w.kept_store();
        copy_options how;
        how.read.strategy = read_strategy::single;
        how.read.threshold = 1000;
        co_await copy_object(from, "source", to, "k", how);
    };
    w.break_after(2);
    CHECK(w.run(copy) == errc::permission_denied);
    CHECK(w.kept->texts.size() == 1);
    w.serve_all();
    std::uint64_t const before = w.gcs.counts().body_bytes;
    CHECK_MESSAGE(w.run(copy) == errc{}, w.what);
    CHECK(w.gcs.counts().body_bytes - before == size - 2 * chunk);
    CHECK((w.gcs.get("bucket", "k") == pattern(size)));
    CHECK(w.kept->texts.empty());
}

TEST_CASE("copies in one request name their puts for stores that go on with puts, and for no others") {
    for (bool const keeps : {false, true}) {
        keeping_world w;
        auto const to = std::make_shared<noting_store>(keeps ? w.kept_store() : w.store(), keeps);
        auto const copy = [&]() -> awaitable<void> {
            std::shared_ptr<object_store> const from = make_memory_store("from");
            co_await from->put("source", payload(pattern(size)));
            copy_options how;
            how.read.threshold = 1000;
            co_await copy_object(from, "source", to, "k", how);
        };
        CHECK_MESSAGE(w.run(copy) == errc{}, w.what);
        CHECK(to->name.empty() == !keeps);
    }
}
