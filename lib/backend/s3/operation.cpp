#include "backend/s3/operation.hpp"

#include "backend/s3/aws_chunked.hpp"
#include "backend/s3/response.hpp"
#include "base/log.hpp"
#include "retry/classify.hpp"

#include <array>
#include <chrono>
#include <cstdio>
#include <utility>

namespace sluice::inline v0::s3 {

namespace {

bool is_success(int const status) noexcept { return status >= 200 && status < 300; }

std::string milliseconds(std::chrono::nanoseconds const span) {
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.1f ms", std::chrono::duration<double, std::milli>(span).count());
    return text.data();
}

std::chrono::nanoseconds limit_of(s3_settings const& settings, call_options const& options) {
    return options.time_limit.value_or(settings.timeouts.operation);
}

}  // namespace

operation::operation(std::shared_ptr<core const> store, boost::asio::any_io_executor executor, std::string_view const name, object_key key,
                     retry::operation_kind const kind, call_options const& options)
    : store_(std::move(store)),
      name_(name),
      key_(std::move(key)),
      tries_(std::move(executor), store_->settings.retry, kind, store_->tokens(), limit_of(store_->settings, options)),
      on_attempt_(options.on_attempt) {
    how_.limits = store_->settings.timeouts;
    how_.pool = store_->settings.pool;
    how_.deadline = tries_.deadline();
    how_.replayable = kind != retry::operation_kind::exclusive;
}

awaitable<checksum_rules> operation::rules_for_source() {
    checksum_rules rules = store_->checksums;
    if (!rules.behind && !rules.sign) co_return rules;
    if (store_->settings.credentials) keys_ = co_await store_->settings.credentials->get();
    bool const anonymous = !keys_ || keys_->access_key.empty();
    if (anonymous) rules.behind = rules.sign = false;  // what says how such a body is to be read belongs to the signature
    co_return rules;
}

awaitable<result<http::response>> operation::send(recipe const* const what) {
    for (;;) {
        std::optional<failure> f;
        retry::outcome row = retry::outcome::final_answer;
        {
            if (store_->settings.credentials) keys_ = co_await store_->settings.credentials->get();
            prepare(*what);
            result<http::response> answer = co_await http::send(&where_->origin, &request_, &how_);
            if (store_->log.at(log_level::debug)) log_attempt(answer);
            if (answer && answer->asked_in_vain()) learn_not_to_ask();
            if (answer && is_success(answer->head().status)) {
                tell_attempt(answer->head().status, std::nullopt);
                result<void> const used = what->method == "POST" ? result<void>() : check_key_used(what->headers, answer->head());
                if (!used) co_return used.error();
                co_return std::move(answer);
            }
            if (answer) {
                co_await take_refusal(&*answer);
                f = failure_of(refusal_, as_);
                row = outcome_of(refusal_, as_);
                tell_attempt(refusal_.status, f->reason());
            } else {
                refusal_ = refusal();
                f = about_place(std::move(answer).error(), *where_);
                row = retry::classify(*f);
                tell_attempt(0, f->reason());
            }
        }  // an answer that was not read to its end holds a place in the pool: not while we pause
        std::optional<failure> final = co_await recover(std::move(*f), row);
        if (final) co_return std::move(*final);
    }
}

awaitable<result<std::string>> operation::send_for_text(recipe const* const what, std::size_t const limit) {
    for (;;) {
        std::optional<failure> f;
        {
            result<http::response> answer = co_await send(what);
            if (!answer) co_return std::move(answer).error();
            result<std::string> text = co_await answer->read_text(limit);
            if (text) co_return std::move(text);
            f = std::move(text).error();
        }
        retry::outcome const row = retry::classify(*f);
        std::optional<failure> final = co_await recover(std::move(*f), row);
        if (final) co_return std::move(*final);
    }
}

awaitable<std::optional<failure>> operation::recover(failure f, retry::outcome const row) {
    retry::retry_action const next = tries_.decide(row, retry::parse_retry_after(refusal_.retry_after, tries_.clock().wall()));
    refusal_.retry_after.clear();
    bool again = false, ambiguous = false;
    switch (next.what) {
    case retry::verdict::retry:
        log_retry(f, next.pause);
        co_await tries_.pause(next);
        again = true;
        break;
    case retry::verdict::fix_clock:
    case retry::verdict::follow_region: again = learn(next.what); break;
    case retry::verdict::refresh_credentials: again = co_await refresh_credentials(); break;
    case retry::verdict::give_up: break;
    case retry::verdict::give_up_ambiguous: ambiguous = true; break;
    }
    if (again) co_return std::nullopt;
    if (ambiguous) {
        f.reason(errc::ambiguous);
        f.info().detail = "the write may or may not have been applied: look before it is repeated; " + f.info().detail;
    }
    co_return std::optional<failure>(std::move(f));
}

void operation::prepare(recipe const& what) {
    where_ = &store_->where();
    render(what, *where_, request_);
    if (store_->settings.requester_pays) request_.headers.add("x-amz-request-payer", "requester");
    if (store_->presigned) request_.target = store_->presigned->target;
    as_.presigned = store_->presigned.has_value();
    if (store_->presigned) as_.good_until = store_->presigned->good_until;
    bool const anonymous = !keys_ || keys_->access_key.empty();
    as_.anonymous = anonymous;
    as_.temporary = !anonymous && !keys_->session_token.empty();
    as_.region = where_->region;
    as_.signed_at = tries_.clock().wall() + std::chrono::duration_cast<wall_time::duration>(store_->clock_offset());
    if (!anonymous) {
        std::string_view hash = what.payload_hash;
        // An empty body need not be left out of the signature, but by default writes are signed as they ever were.
        bool const has_body = what.body.size() > 0 || (!store_->checksums.sign && (what.method == "PUT" || what.method == "POST"));
        if (hash.empty()) hash = has_body ? auth::unsigned_payload : auth::empty_payload_hash;
        if (what.signed_chunks)
            what.signed_chunks->sign_by(store_->signer.sign_chunked(request_, *keys_, where_->region, as_.signed_at));
        else
            store_->signer.sign(request_, *keys_, where_->region, as_.signed_at, hash);
    }
    how_.ask_first = what.ask_first && store_->asks_before(what.body.size());
    ++attempts_;
    if (on_attempt_ || store_->log.at(log_level::debug)) sent_at_ = tries_.clock().now();
}

awaitable<void> operation::take_refusal(http::response* const answer) {
    std::string body;
    bool cut = false;
    if (answer->head().body != http::framing::none) {
        result<std::string> text = co_await answer->read_text(error_body_limit);
        cut = !text && text.error().reason() != errc::protocol;
        if (text) body = std::move(*text);  // else the status has to do
    }
    refusal_ = read_refusal(answer->head(), std::move(body));
    refusal_.cut = cut;
    if (!store_->presigned) co_return;
    refusal_.message = without_query(*store_->presigned, std::move(refusal_.message));
    refusal_.code = without_query(*store_->presigned, std::move(refusal_.code));
}

failure operation::refused_inside(http::response_head const& head, std::string document, retry::outcome* const row) {
    refusal_ = read_refusal(head, std::move(document));
    *row = outcome_of(refusal_, as_);
    return failure_of(refusal_, as_);
}

bool operation::learn(retry::verdict const fix) {
    if (fix == retry::verdict::follow_region) {
        bool const followed = store_->learn_region(refusal_.region);
        if (followed && store_->log.at(log_level::info))
            store_->log.write(log_level::info, store_->uri + " is in region " + refusal_.region + ", not " + as_.region);
        return followed;
    }
    if (!refusal_.date) return false;
    store_->learn_clock(*refusal_.date - tries_.clock().wall());
    if (store_->log.at(log_level::info))
        store_->log.write(log_level::info,
                          "the clock of " + where_->host + " is " + milliseconds(store_->clock_offset()) + " ahead of ours");
    return true;
}

void operation::learn_not_to_ask() const {
    if (store_->learn_asked_in_vain() && store_->log.at(log_level::info))
        store_->log.write(log_level::info,
                          where_->host + " does not say whether it wants a body (Expect: 100-continue); it is not asked again");
}

awaitable<bool> operation::refresh_credentials() {
    if (!store_->settings.credentials) co_return false;
    std::shared_ptr<credentials const> const old = keys_;
    store_->settings.credentials->rejected(old);
    keys_ = co_await store_->settings.credentials->get();
    co_return keys_ != old;
}

void operation::succeeded(std::uint64_t const bytes) {
    tries_.succeeded();
    if (!store_->log.at(log_level::info)) return;
    std::string line(name_);
    line += ' ' + uri() + ": " + std::to_string(bytes) + " bytes in " + milliseconds(tries_.elapsed());
    if (attempts_ > 1) line += ", " + std::to_string(attempts_) + " attempts";
    store_->log.write(log_level::info, line);
}

void operation::describe(error_info& info) const {
    info.attempts = attempts_;
    info.elapsed = tries_.elapsed();
}

void operation::tell_attempt(int const status, std::optional<errc> const failed) const {
    if (!on_attempt_) return;
    attempt one;
    one.number = attempts_;
    one.status = status;
    one.failed = failed;
    one.elapsed = tries_.clock().now() - sent_at_;
    on_attempt_(one);
}

void operation::log_attempt(result<http::response> const& answer) const {
    std::string line(request_.method);
    std::string const target = base::redacted(request_.target);
    line.append(" ").append(where_->host).append(store_->presigned ? store_->presigned->path() : target);
    if (answer) {
        line += ": " + std::to_string(answer->head().status);
        if (answer->head().has_content_length) line += ", " + std::to_string(answer->head().content_length) + " bytes";
    } else {
        line += ": " + std::string(to_string(answer.error().reason())) + ": " + answer.error().info().detail;
    }
    store_->log.write(log_level::debug, line + ", " + milliseconds(tries_.clock().now() - sent_at_));
}

void operation::log_retry(failure const& f, std::chrono::nanoseconds const pause) const {
    if (!store_->log.at(log_level::info)) return;
    std::string line(name_);
    line += ' ' + uri() + ": attempt " + std::to_string(attempts_) + " failed: " + std::string(to_string(f.reason()));
    if (f.info().status != 0) line += " (HTTP " + std::to_string(f.info().status) + ' ' + f.info().service_code + ')';
    store_->log.write(log_level::info, line + "; again in " + milliseconds(pause));
}

}  // namespace sluice::inline v0::s3
