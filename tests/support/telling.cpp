#include "support/telling.hpp"

#include "http/pool.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <exception>

namespace asio = boost::asio;

namespace sluice::test {

namespace {

using namespace std::chrono_literals;
using testing::disk_mishap;
using testing::mishap;

constexpr std::string_view secret = "canary/SECRET+that/nobody/may/ever/see";
/// Base64 of the secret: keys of Azure are such.
constexpr std::string_view azure_secret = "Y2FuYXJ5L1NFQ1JFVCt0aGF0L25vYm9keS9tYXkvZXZlci9zZWU=";
constexpr std::string_view google_secret = "ya29.canary-that-nobody-may-ever-see";
constexpr std::chrono::seconds time_limit = 60s;

std::optional<testing::world_azure> azure_of(testing::world& world, cloud at) {
    if (at != cloud::azure) return std::nullopt;
    testing::azure_server_options o;
    o.account_key = azure_secret;
    o.copy_polls = 1;
    return world.serve_azure("azure.test", o);
}

std::optional<testing::world_gcs> gcs_of(testing::world& world, cloud at) {
    if (at != cloud::gcs) return std::nullopt;
    testing::gcs_server_options o;
    o.token = google_secret;
    o.rewrite_limit = 200;
    return testing::serve_gcs(world, "gcs.test", o);
}

testing::world_options surroundings(story const& s, plan const& p) {
    testing::world_options o;
    if (s.large) o.window = 16u << 20;
    o.strands = p.at % 2 == 1;
    o.write_limit = p.write_limit;
    return o;
}

testing::s3_server_options service(story const& s) {
    testing::s3_server_options o = s.service;
    o.secret_key = secret;
    return o;
}

/// What an upload is named by in requests; empty for all else.
std::string upload_in(std::string const& query) {
    for (std::string_view const name : {"uploadId=", "upload_id="}) {
        std::size_t const id = query.find(name);
        if (id != query.npos) return query.substr(id, query.find('&', id) - id);
    }
    return {};
}

}  // namespace

std::string plan::text() const {
    if (where == place::nowhere) return "undisturbed";
    std::string s(answer != nullptr ? answer->name : call != disk_mishap::none ? to_string(call) : to_string(what));
    if (at_once) s += " at once";
    constexpr std::array names{"", "step", "event", "request", "call of the disk"};
    s += std::string(" at ") + names.at(static_cast<std::size_t>(where)) + ' ' + std::to_string(at);
    return lasting ? s + " and from there on" : s;
}

telling::telling(story const& s, plan p)
    : story_(s),
      plan_(p),
      world_(1, surroundings(s, p)),
      scenery_{world_, world_.serve_s3("s3.test", service(s)), world_.disk(), azure_of(world_, s.at), gcs_of(world_, s.at)},
      title_(s.name + ", " + p.text()) {
    world_.expect_failure();
    if (s.before) s.before(scenery_);
    world_.on_step([this](testing::world_step const&) { return at_step(); });
    world_.on_event([this](std::string_view) { at_event(); });
    auto const decide = [this](testing::service_request_view const& r) { return at_request(r); };
    scenery_.s3.on_request(decide);
    if (scenery_.azure) scenery_.azure->on_request(decide);
    if (scenery_.gcs) scenery_.gcs->on_request(decide);
    scenery_.disk.on_call([this](testing::disk_call const&) { return at_call(); });
    store_ = open();
}

ending telling::run() {
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
    bool const denied = plan_.answer != nullptr && !plan_.answer->overcome;
    if (how == ending::finished && !plan_.lasting && !denied) check_parts();
    check_rest();
    tell_again();
    return how;
}

void telling::set(service_settings& settings) {
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

std::shared_ptr<object_store> telling::open() {
    if (scenery_.azure) {
        azure_settings settings = scenery_.azure->settings();
        set(settings);
        return make_azure_store(settings);
    }
    if (scenery_.gcs) {
        gcs_settings settings = scenery_.gcs->settings();
        set(settings);
        settings.resumable_above = 2000;
        settings.chunk_size = 256 * 1024;
        return make_gcs_store(settings);
    }
    s3_settings settings = scenery_.s3.settings();
    set(settings);
    return story_.open ? story_.open(scenery_, settings) : make_s3_store(settings);
}

void telling::cancel() {
    if (plan_.at_once)
        world_.cancel();
    else
        asio::post(world_.context(), [this] { world_.cancel(); });
}

mishap telling::at_step() {
    if (!plan_.meets(plan::place::step, now_.steps++)) return mishap::none;
    if (plan_.what != mishap::cancel) return plan_.what;
    cancel();
    return mishap::none;
}

void telling::at_event() {
    if (plan_.meets(plan::place::event, now_.events++)) cancel();
}

std::optional<testing::service_fault> telling::at_request(testing::service_request_view const& r) {
    std::string const named = upload_in(r.query);
    if (!named.empty()) known_uploads_.insert(named);
    bool const begins = r.query.find("uploadType=resumable") != r.query.npos && named.empty();
    if (!plan_.meets(plan::place::request, now_.requests++)) {
        sessions_ += begins;
        return std::nullopt;
    }
    testing::service_fault f;
    f.status = plan_.answer->status;
    f.code = plan_.answer->code;
    f.drop_after_apply = plan_.answer->is == wrong_answer::how::lost;
    if (plan_.answer->is == wrong_answer::how::cut) f.cut_body_after = 1;
    if (plan_.answer->is == wrong_answer::how::late) f.delay = 1h;
    sessions_ += begins && f.status == 0;
    return f;
}

disk_mishap telling::at_call() { return plan_.meets(plan::place::call, now_.calls++) ? plan_.call : disk_mishap::none; }

ending telling::tell() {
    now_ = counted();
    why_.reset();
    began_ = world_.elapsed();
    try {
        auto const body = [this] { return tell_and_keep(); };
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

awaitable<void> telling::tell_and_keep() {
    bool const throwing = plan_.at % 4 < 2;
    co_await asio::this_coro::throw_if_cancelled(throwing);
    std::exception_ptr failed;
    try {
        co_await story_.tell(store_);
    } catch (...) {
        failed = std::current_exception();
    }
    bool const throws_now = co_await asio::this_coro::throw_if_cancelled();
    if (throws_now && !throwing) foreign_ = "a cancel throws again";
    if (failed) std::rethrow_exception(failed);
}

bool telling::must_finish() const noexcept {
    if (plan_.where == plan::place::nowhere) return true;
    if (plan_.lasting || plan_.what == mishap::cancel) return false;
    if (plan_.where == plan::place::call) return plan_.call == disk_mishap::short_transfer || plan_.call == disk_mishap::delay;
    return !story_.exclusive && (plan_.answer == nullptr || plan_.answer->overcome);
}

bool telling::fits(errc const r) const noexcept {
    constexpr std::array of_network{errc::unreachable, errc::connection_lost, errc::truncated, errc::timed_out};
    if (plan_.what == mishap::cancel) return r == errc::cancelled;
    bool const in_doubt = story_.exclusive || (story_.completes && plan_.lasting);
    if (in_doubt && r == errc::ambiguous) return true;
    if (plan_.where == plan::place::call) return r == errc::io || r == errc::no_space || r == errc::ambiguous;
    if (plan_.answer != nullptr) return std::ranges::find(plan_.answer->reasons, r) != plan_.answer->reasons.end();
    return std::ranges::find(of_network, r) != of_network.end();
}

void telling::check_reason(error const& e) {
    CHECK_MESSAGE(fits(e.reason()), title_ << ": " << text());
    std::string const& uri = e.info().uri;
    constexpr std::array kinds{"s3://", "az://", "gs://", "file:///", "http://s3.test/"};
    bool const tells_which = std::ranges::any_of(kinds, [&](std::string_view kind) { return uri.starts_with(kind); });
    bool const of_own_group = story_.several && e.info().operation == "task group";  // the story's
    CHECK_MESSAGE((of_own_group || (!e.info().operation.empty() && tells_which)), title_ << ": " << text());
}

void telling::check_secrets() {
    constexpr std::array<std::string_view, 5> secrets{secret.substr(0, 13), azure_secret.substr(0, 16), google_secret.substr(0, 11),
                                                      "Signature=", "SharedKey "};
    for (std::string_view const said : secrets)
        CHECK_MESSAGE(log_.find(said) == log_.npos, title_ << ": " << log_.substr(log_.find(said), 200));
    log_.clear();
}

/// What a run leaves behind.
void telling::check_rest() {
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
    if (scenery_.gcs) CHECK_MESSAGE(scenery_.gcs->counts().refused == 0, title_ << ": " << scenery_.gcs->counts().last_refusal);
    check_uploads();
}

/// Known ones that are not over.
std::uint64_t telling::uploads_left() const {
    std::uint64_t const begun = scenery_.gcs ? sessions_ : scenery_.s3.counts().uploads;
    std::uint64_t const open = scenery_.gcs ? scenery_.gcs->sessions_open() : scenery_.s3.uploads_open();
    return known_uploads_.size() - (begun - open);
}

/// Those that the client knows of are over; one whose answer was lost nobody can end.
void telling::check_uploads() {
    bool const could_be_told = !plan_.lasting && plan_.answer == nullptr;
    if (could_be_told) CHECK_MESSAGE(uploads_left() == left_, title_);
    if (plan_.where != plan::place::nowhere) left_ = uploads_left();
}

/// Uploads of Google's are made of objects; who has ended one well has removed them.
void telling::check_parts() const {
    if (!scenery_.gcs) return;
    for (std::string const& key : scenery_.gcs->keys("bucket"))
        CHECK_MESSAGE(!key.starts_with(".sluice-parts/"), title_ << ": " << key << " is left");
}

void telling::tell_again() {
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

}  // namespace sluice::test
