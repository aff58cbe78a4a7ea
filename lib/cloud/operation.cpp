#include "cloud/operation.hpp"

#include "retry/classify.hpp"

#include <array>
#include <chrono>
#include <cstdio>
#include <utility>

namespace sluice::inline v0::cloud {

namespace {

std::string milliseconds(std::chrono::nanoseconds const span) {
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.1f ms", std::chrono::duration<double, std::milli>(span).count());
    return text.data();
}

}  // namespace

operation::operation(core const& store, boost::asio::any_io_executor executor, std::string_view const name, object_key key,
                     retry::operation_kind const kind, call_options const& options)
    : shared_(store),
      name_(name),
      key_(std::move(key)),
      tries_(std::move(executor), store.policy, kind, store.tokens(), options.time_limit.value_or(store.limits.operation)),
      on_attempt_(options.on_attempt) {
    how_.limits = store.limits;
    how_.pool = store.pool;
    how_.deadline = tries_.deadline();
    how_.replayable = kind != retry::operation_kind::exclusive;
}

awaitable<result<http::response>> operation::send_request(retry::outcome* const once) {
    for (;;) {
        std::optional<failure> f;
        retry::outcome row = retry::outcome::final_answer;
        {
            result<void> const ready = co_await prepare(&out_);
            if (!ready) co_return ready.error();
            how_.ask_first = out_.ask_first;
            ++attempts_;
            if (on_attempt_ || shared_.log.at(log_level::debug)) sent_at_ = tries_.clock().now();
            result<http::response> answer = co_await http::send(out_.to, &out_.request, &how_);
            if (shared_.log.at(log_level::debug)) log_attempt(answer);
            if (answer) note_question(*answer);
            if (answer && is_good(answer->head().status)) {
                tell_attempt(answer->head().status, std::nullopt);
                result<void> const good = check(answer->head());
                if (!good) co_return good.error();
                co_return std::move(answer);
            }
            if (answer) {
                co_await take_refusal(&*answer);
                f = judge(&row);
                tell_attempt(answer->head().status, f->reason());
            } else {
                f = unanswered(std::move(answer).error());
                row = retry::classify(*f);
                tell_attempt(0, f->reason());
            }
        }  // an answer that was not read to its end holds a place in the pool: not while we pause
        if (once != nullptr) {
            *once = row;
            co_return std::move(*f);
        }
        std::optional<failure> final = co_await recover(std::move(*f), row);
        if (final) co_return std::move(*final);
    }
}

awaitable<result<std::string>> operation::send_request_for_text(std::size_t const limit) {
    for (;;) {
        std::optional<failure> f;
        {
            result<http::response> answer = co_await send_request();
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
    retry::retry_action const next = tries_.decide(row, retry::parse_retry_after(retry_after_, tries_.clock().wall()));
    retry_after_.clear();
    bool again = false, ambiguous = false;
    switch (next.what) {
    case retry::verdict::retry:
        log_retry(f, next.pause);
        co_await tries_.pause(next);
        again = true;
        break;
    case retry::verdict::fix_clock:
    case retry::verdict::follow_region:
    case retry::verdict::refresh_credentials: again = co_await mend(next.what); break;
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

awaitable<void> operation::take_refusal(http::response* const answer) {
    std::string body;
    bool cut = false;
    if (answer->head().body != http::framing::none) {
        result<std::string> text = co_await answer->read_text(error_body_limit);
        cut = !text && text.error().reason() != errc::protocol;
        if (text) body = std::move(*text);  // else the status has to do
    }
    refusal& said = read_refusal(answer->head(), std::move(body));
    said.cut = cut;
    retry_after_ = said.retry_after;
}

failure operation::refused_inside(http::response_head const& head, std::string document, retry::outcome* const row) {
    retry_after_ = read_refusal(head, std::move(document)).retry_after;
    return judge(row);
}

void operation::note_question(http::response const& answer) const {
    if (!answer.asked_in_vain() || !shared_.learn_asked_in_vain() || !logs_info()) return;
    std::string line(out_.host);
    log_info(line + " does not say whether it wants a body (Expect: 100-continue); it is not asked again");
}

std::string operation::shown(http::request const& request) const { return base::redacted(request.target); }

bool operation::learn_clock(refusal const& said) const {
    if (!said.date) return false;
    shared_.learn_clock(*said.date - tries_.clock().wall());
    if (!logs_info()) return true;
    std::string line("the clock of ");
    line += out_.host;
    log_info(line + " is " + milliseconds(shared_.clock_offset()) + " ahead of ours");
    return true;
}

void operation::succeeded(std::uint64_t const bytes) {
    tries_.succeeded();
    if (!shared_.log.at(log_level::info)) return;
    std::string line(name_);
    line += ' ' + uri() + ": " + std::to_string(bytes) + " bytes in " + milliseconds(tries_.elapsed());
    if (attempts_ > 1) line += ", " + std::to_string(attempts_) + " attempts";
    shared_.log.write(log_level::info, line);
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
    std::string line(out_.request.method);
    line.append(" ").append(out_.host).append(shown(out_.request));
    if (answer) {
        line += ": " + std::to_string(answer->head().status);
        if (answer->head().has_content_length) line += ", " + std::to_string(answer->head().content_length) + " bytes";
    } else {
        line += ": " + std::string(to_string(answer.error().reason())) + ": " + answer.error().info().detail;
    }
    shared_.log.write(log_level::debug, line + ", " + milliseconds(tries_.clock().now() - sent_at_));
}

void operation::log_retry(failure const& f, std::chrono::nanoseconds const pause) const {
    if (!shared_.log.at(log_level::info)) return;
    std::string line(name_);
    line += ' ' + uri() + ": attempt " + std::to_string(attempts_) + " failed: " + std::string(to_string(f.reason()));
    if (f.info().status != 0) line += " (HTTP " + std::to_string(f.info().status) + ' ' + f.info().service_code + ')';
    shared_.log.write(log_level::info, line + "; again in " + milliseconds(pause));
}

}  // namespace sluice::inline v0::cloud
