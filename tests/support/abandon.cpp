#include "support/abandon.hpp"

#include "http/pool.hpp"
#include "support/sanitized.hpp"

#include <sluice/error.hpp>

#include <boost/asio/post.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <exception>
#include <set>
#include <span>
#include <stdexcept>
#include <string_view>

namespace asio = boost::asio;

namespace sluice::test {

namespace {

using namespace std::chrono_literals;
using testing::disk_mishap;
using testing::mishap;

constexpr std::string_view secret = "canary/SECRET+that/nobody/may/ever/see";
constexpr std::chrono::seconds time_limit = 60s;

/// What a service may answer instead of what is right.
struct wrong_answer {
    std::string_view name;
    int status = 0;
    std::string_view code;
    enum class how : std::uint8_t { refused, lost, cut, late } is = how::refused;
    std::array<errc, 3> reasons{};  ///< of the error, when all answers are so
    bool overcome = true;           ///< when only one is
};

constexpr std::array<wrong_answer, 8> wrong_answers{{
    {"a busy service", 503, "SlowDown", wrong_answer::how::refused, {errc::throttled}},
    {"a failing service", 500, "InternalError", wrong_answer::how::refused, {errc::server}},
    {"too many requests", 429, "TooManyRequests", wrong_answer::how::refused, {errc::throttled}},
    {"a request that came too slowly", 408, "RequestTimeout", wrong_answer::how::refused, {errc::timed_out, errc::throttled, errc::server}},
    {"a lost answer", 0, "", wrong_answer::how::lost, {errc::connection_lost, errc::unreachable}},
    {"half an answer", 0, "", wrong_answer::how::cut, {errc::truncated, errc::connection_lost}},
    {"an answer that comes too late", 0, "", wrong_answer::how::late, {errc::timed_out}},
    {"no permission", 403, "AccessDenied", wrong_answer::how::refused, {errc::permission_denied}, false},
}};

/// What goes wrong in one run, and where.
struct plan {
    plan() {}
    enum class place : std::uint8_t { nowhere, step, event, request, call } where = place::nowhere;
    std::uint64_t at = 0;
    bool lasting = false;  ///< and all that follows
    mishap what = mishap::none;
    bool at_once = false;  ///< of a cancel: within the call, or before who waits is told; else right behind
    wrong_answer const* answer = nullptr;
    disk_mishap call = disk_mishap::none;
    std::size_t write_limit = SIZE_MAX;

    bool meets(place p, std::uint64_t n) const noexcept { return where == p && (n == at || (lasting && n > at)); }
    std::string text() const {
        if (where == place::nowhere) return "undisturbed";
        std::string s(answer != nullptr ? answer->name : call != disk_mishap::none ? to_string(call) : to_string(what));
        if (at_once) s += " at once";
        constexpr std::array names{"", "step", "event", "request", "call of the disk"};
        s += std::string(" at ") + names.at(static_cast<std::size_t>(where)) + ' ' + std::to_string(at);
        return lasting ? s + " and from there on" : s;
    }
};

struct counted {
    std::uint64_t steps = 0, events = 0, requests = 0, calls = 0;
};

/// Base64 of the secret: keys of Azure are such.
constexpr std::string_view azure_secret = "Y2FuYXJ5L1NFQ1JFVCt0aGF0L25vYm9keS9tYXkvZXZlci9zZWU=";

std::optional<testing::world_azure> azure_of(testing::world& world, cloud at) {
    if (at != cloud::azure) return std::nullopt;
    testing::azure_server_options o;
    o.account_key = azure_secret;
    o.copy_polls = 1;
    return world.serve_azure("azure.test", o);
}

enum class ending : std::uint8_t { finished, failed, destroyed };

/// One run of a story, that meets what is planned.
class telling {
public:
    telling(story const& s, plan p)
        : story_(s),
          plan_(p),
          world_(1, surroundings(s, p)),
          scenery_{world_, world_.serve_s3("s3.test", service(s)), world_.disk(), azure_of(world_, s.at)},
          title_(s.name + ", " + p.text()) {
        world_.expect_failure();
        if (s.before) s.before(scenery_);
        world_.on_step([this](testing::world_step const&) { return at_step(); });
        world_.on_event([this](std::string_view) { at_event(); });
        scenery_.s3.on_request([this](testing::s3_request_view const& r) {
            std::size_t const id = r.query.find("uploadId=");
            if (id != r.query.npos) known_uploads_.insert(r.query.substr(id, r.query.find('&', id) - id));
            return at_request();
        });
        scenery_.disk.on_call([this](testing::disk_call const&) { return at_call(); });
        if (scenery_.azure) scenery_.azure->on_request([this](testing::service_request_view const&) { return at_request(); });
        store_ = open();
    }
    telling(telling const&) = delete;
    telling& operator=(telling const&) = delete;

    ending run() {
        ending const how = tell();
        counted_ = now_;
        CHECK_MESSAGE(foreign_.empty(), title_ << ": " << foreign_);
        if (how == ending::failed && why_) check_reason(*why_);
        if (story_.always) story_.always(scenery_);
        check_secrets();
        if (how == ending::destroyed) {
            store_.reset();
            CHECK_MESSAGE(world_.counts().connections == 0, title_);
            return how;
        }
        if (story_.unless_destroyed) story_.unless_destroyed(scenery_);
        if (must_finish()) CHECK_MESSAGE(how == ending::finished, title_ << ": " << text());
        check_rest();
        tell_again();
        return how;
    }
    counted const& counts() const noexcept { return counted_; }

private:
    static testing::world_options surroundings(story const& s, plan const& p) {
        testing::world_options o;
        if (s.large) o.window = 16u << 20;
        o.strands = p.at % 2 == 1;
        o.write_limit = p.write_limit;
        return o;
    }
    static testing::s3_server_options service(story const& s) {
        testing::s3_server_options o = s.service;
        o.secret_key = secret;
        return o;
    }

    void set(service_settings& settings) {
        settings.retry.max_attempts = 4;
        settings.retry.base = 10ms;
        settings.retry.cap = 100ms;
        settings.timeouts.operation = time_limit;
        settings.timeouts.first_byte = settings.timeouts.stall = settings.timeouts.server_work = 5s;
        settings.timeouts.connect = 2s;
        settings.timeouts.stall_bytes = 1;
        settings.verbosity = log_level::debug;
        settings.log = [this](log_level, std::string_view line) { (log_ += line) += '\n'; };
    }

    std::shared_ptr<object_store> open() {
        if (scenery_.azure) {
            azure_settings settings = scenery_.azure->settings();
            set(settings);
            return make_azure_store(settings);
        }
        s3_settings settings = scenery_.s3.settings();
        set(settings);
        return story_.open ? story_.open(scenery_, settings) : make_s3_store(settings);
    }

    void cancel() {
        if (plan_.at_once)
            world_.cancel();
        else
            asio::post(world_.context(), [this] { world_.cancel(); });
    }
    mishap at_step() {
        if (!plan_.meets(plan::place::step, now_.steps++)) return mishap::none;
        if (plan_.what != mishap::cancel) return plan_.what;
        cancel();
        return mishap::none;
    }
    void at_event() {
        if (plan_.meets(plan::place::event, now_.events++)) cancel();
    }
    std::optional<testing::s3_fault> at_request() {
        if (!plan_.meets(plan::place::request, now_.requests++)) return std::nullopt;
        testing::s3_fault f;
        f.status = plan_.answer->status;
        f.code = plan_.answer->code;
        f.drop_after_apply = plan_.answer->is == wrong_answer::how::lost;
        if (plan_.answer->is == wrong_answer::how::cut) f.cut_body_after = 1;
        if (plan_.answer->is == wrong_answer::how::late) f.delay = 1h;
        return f;
    }
    disk_mishap at_call() { return plan_.meets(plan::place::call, now_.calls++) ? plan_.call : disk_mishap::none; }

    ending tell() {
        now_ = counted();
        why_.reset();
        began_ = world_.elapsed();
        try {
            auto const body = [this] { return story_.tell(store_); };
            if (world_.run(body) == testing::world::ending::destroyed) return ending::destroyed;
            return ending::finished;
        } catch (error const& e) {
            why_ = e;
            log_ += std::string(e.what()) + '\n';
        } catch (boost::system::system_error const& e) {
            bool const between_two = story_.several && plan_.what == mishap::cancel && e.code() == errc::cancelled;
            if (!between_two) foreign_ = e.what();
        } catch (std::exception const& e) {
            foreign_ = e.what();
        }
        return ending::failed;
    }

    bool must_finish() const noexcept {
        if (plan_.where == plan::place::nowhere) return true;
        if (plan_.lasting || plan_.what == mishap::cancel) return false;
        if (plan_.where == plan::place::call) return plan_.call == disk_mishap::short_transfer;
        return !story_.exclusive && (plan_.answer == nullptr || plan_.answer->overcome);
    }

    bool fits(errc const r) const noexcept {
        constexpr std::array of_network{errc::unreachable, errc::connection_lost, errc::truncated, errc::timed_out};
        if (plan_.what == mishap::cancel) return r == errc::cancelled;
        bool const in_doubt = story_.exclusive || (story_.completes && plan_.lasting);
        if (in_doubt && r == errc::ambiguous) return true;
        if (plan_.where == plan::place::call) return r == errc::io || r == errc::no_space || r == errc::ambiguous;
        if (plan_.answer != nullptr) return std::ranges::find(plan_.answer->reasons, r) != plan_.answer->reasons.end();
        return std::ranges::find(of_network, r) != of_network.end();
    }

    void check_reason(error const& e) {
        CHECK_MESSAGE(fits(e.reason()), title_ << ": " << text());
        std::string const& uri = e.info().uri;
        bool const tells_which =
            uri.starts_with("s3://") || uri.starts_with("az://") || uri.starts_with("file:///") || uri.starts_with("http://s3.test/");
        bool const of_own_group = story_.several && e.info().operation == "task group";  // the story's
        CHECK_MESSAGE((of_own_group || (!e.info().operation.empty() && tells_which)), title_ << ": " << text());
    }

    void check_secrets() {
        for (std::string_view const said :
             {secret.substr(0, 13), azure_secret.substr(0, 16), std::string_view("Signature="), std::string_view("SharedKey ")})
            CHECK_MESSAGE(log_.find(said) == log_.npos, title_ << ": " << log_.substr(log_.find(said), 200));
        log_.clear();
    }

    /// What a run leaves behind.
    void check_rest() {
        CHECK_MESSAGE(world_.elapsed() - began_ <= 2 * story_.operations * time_limit, title_);
        http::pool_core::counts const pool = http::pool::of(world_.context().get_executor()).count();
        CHECK_MESSAGE(pool.open == pool.idle, title_);
        CHECK_MESSAGE(pool.waiting == 0, title_);
        testing::world_counts const left = world_.counts();
        CHECK_MESSAGE(left.connections == pool.idle, title_);
        CHECK_MESSAGE(left.alarms == 0, title_);
        CHECK_MESSAGE(world_.settle(), title_);
        CHECK_MESSAGE(scenery_.disk.counts().open <= 1, title_);  // the folder that the last store keeps open
        CHECK_MESSAGE(scenery_.s3.counts().refused == 0, title_ << ": " << scenery_.s3.counts().last_refusal);
        if (scenery_.azure) CHECK_MESSAGE(scenery_.azure->counts().refused == 0, title_ << ": " << scenery_.azure->counts().last_refusal);
        check_uploads();
    }

    /// Those that the client knows of are over; one whose answer was lost nobody can end.
    void check_uploads() {
        std::uint64_t const over = scenery_.s3.counts().uploads - scenery_.s3.uploads_open();
        bool const could_be_told = !plan_.lasting && plan_.answer == nullptr;
        if (could_be_told) CHECK_MESSAGE(over + left_ == known_uploads_.size(), title_);
        if (plan_.where != plan::place::nowhere) left_ = known_uploads_.size() - over;
    }

    void tell_again() {
        bool const dead_connection_kept = plan_.what == mishap::silence && story_.exclusive;  // which nobody can tell before it is used
        plan_ = plan();
        if (story_.before) story_.before(scenery_);
        if (dead_connection_kept && tell() != ending::finished && why_)
            CHECK_MESSAGE(why_->reason() == errc::ambiguous, title_ << ": " << text());
        if (story_.before) story_.before(scenery_);
        CHECK_MESSAGE(tell() == ending::finished, title_ << ", told again: " << text());
        check_rest();
        check_secrets();
    }

    std::string text() const { return why_ ? std::string(why_->what()) : foreign_; }

    story const& story_;
    plan plan_;
    testing::world world_;
    scenery scenery_;
    std::string title_;
    std::shared_ptr<object_store> store_;
    counted now_, counted_;
    std::set<std::string> known_uploads_;
    std::uint64_t left_ = 0;  // of these, since the service could not be told
    std::chrono::nanoseconds began_{};
    std::string log_;
    std::optional<error> why_;
    std::string foreign_;
};

/// All runs of one story.
class campaign {
public:
    explicit campaign(story const& s) : story_(s), every_(s.thinned * (sanitized ? 5 : 1)) {}

    void run() {
        counted const all = undisturbed(plan());
        REQUIRE_MESSAGE(all.steps > 5, story_.name);
        disturb_steps(all.steps);
        cancel_at_events(all.events);
        answer_wrongly(all.requests);
        if (story_.files) fail_calls(all.calls);
        if (!story_.large) write_in_bytes();
        prove(all.steps / 2);
        MESSAGE(story_.name << ": " << runs_ << " runs of " << all.steps << " steps, " << all.events << " events, " << all.requests
                            << " requests, " << all.calls << " calls of the disk");
    }

private:
    counted undisturbed(plan const& p) {
        telling one(story_, p);
        ++runs_;
        CHECK_MESSAGE(one.run() == ending::finished, story_.name);
        return one.counts();
    }

    ending once(plan const& p) {
        telling one(story_, p);
        ++runs_;
        return one.run();
    }

    void disturb_steps(std::uint64_t const steps) {
        plan p;
        p.where = plan::place::step;
        for (p.at = 0; p.at < steps; p.at += every_) {
            for (mishap const what : {mishap::reset, mishap::end, mishap::silence, mishap::cancel, mishap::destroy}) {
                p.what = what;
                once(p);
                p.lasting = true;
                bool const of_network = what == mishap::reset || what == mishap::end || what == mishap::silence;
                if (of_network) once(p);
                p.lasting = false;
            }
            p.what = mishap::cancel;
            p.at_once = true;
            once(p);
            p.at_once = false;
        }
    }

    void cancel_at_events(std::uint64_t const events) {
        plan p;
        p.where = plan::place::event;
        p.what = mishap::cancel;
        for (p.at = 0; p.at < events; p.at += every_)
            for (bool const at_once : {false, true}) {
                p.at_once = at_once;
                once(p);
            }
    }

    void answer_wrongly(std::uint64_t const requests) {
        plan p;
        p.where = plan::place::request;
        std::uint64_t seen = 0;  // of large stories every third answer is enough
        for (p.at = 0; p.at < requests; p.at += sanitized ? 4 : 1)
            for (wrong_answer const& answer : wrong_answers) {
                if (story_.large && seen++ % 3 != 0) continue;
                p.answer = &answer;
                for (bool const lasting : {false, true}) {
                    p.lasting = lasting;
                    once(p);
                }
            }
    }

    void fail_calls(std::uint64_t const calls) {
        plan p;
        p.where = plan::place::call;
        for (p.at = 0; p.at < calls; p.at += every_)
            for (disk_mishap const what : {disk_mishap::io_error, disk_mishap::no_space, disk_mishap::short_transfer}) {
                p.call = what;
                once(p);
            }
    }

    /// The library's writes move a byte at a time.
    void write_in_bytes() {
        plan p;
        p.write_limit = 1;
        counted const all = undisturbed(p);
        p.where = plan::place::step;
        p.what = mishap::reset;
        std::uint64_t const some = std::max<std::uint64_t>(all.steps / (sanitized ? 10 : 40), 1);
        for (p.at = 0; p.at < all.steps; p.at += some) once(p);
    }

    /// What has seen no failure proves nothing.
    void prove(std::uint64_t const middle) {
        plan p;
        p.where = plan::place::step;
        p.lasting = true;
        for (mishap const what : {mishap::reset, mishap::end, mishap::silence}) {
            p.what = what;
            CHECK_MESSAGE(once(p) == ending::failed, story_.name);
        }
        p.lasting = false;
        p.at = middle;
        p.what = mishap::cancel;
        CHECK_MESSAGE(once(p) == ending::failed, story_.name);
        p.what = mishap::destroy;
        CHECK_MESSAGE(once(p) == ending::destroyed, story_.name);
    }

    story const& story_;
    std::uint64_t const every_;
    std::uint64_t runs_ = 0;
};

}  // namespace

std::string scenery::put(std::string key, std::string data) {
    if (azure) return azure->put("container", std::move(key), std::move(data));
    return s3.put("bucket", std::move(key), std::move(data));
}

std::optional<std::string> scenery::get(std::string key) const {
    if (azure) return azure->get("container", std::move(key));
    return s3.get("bucket", std::move(key));
}

void scenery::remove(std::string key) {
    if (azure) return azure->remove("container", std::move(key));
    s3.remove("bucket", std::move(key));
}

void abandon(story const& s) { campaign(s).run(); }

void throw_refusals(remove_report const& report) {
    if (report.failed.empty()) return;
    error_info info;
    info.operation = "remove";
    info.uri = "s3://bucket/" + report.failed.front().key;
    info.detail = report.failed.front().message;
    throw error(report.failed.front().code == "AccessDenied" ? errc::permission_denied : errc::server, info);
}

}  // namespace sluice::test
