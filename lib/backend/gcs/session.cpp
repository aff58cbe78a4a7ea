#include "backend/gcs/session.hpp"

#include "backend/gcs/operation.hpp"
#include "backend/gcs/session_recipes.hpp"
#include "backend/gcs/session_state.hpp"
#include "backend/gcs/writing.hpp"
#include "retry/classify.hpp"

#include <sluice/async/shield.hpp>

#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <chrono>
#include <exception>
#include <optional>
#include <utility>

namespace sluice::inline v0::gcs {

namespace {

using retry::operation_kind;
using retry::outcome;

constexpr std::size_t drain_limit = 64 * 1024;
constexpr unsigned most_restarts = 3;
constexpr std::chrono::seconds cancel_limit{5};

bool is_gone(failure const& f) noexcept { return f.info().status == 404 || f.info().status == 410; }

/// Whatever comes of it: what is not cancelled ends by itself within a week.
awaitable<void> cancel_session(std::shared_ptr<core const> store, object_key where, std::string target) {
    boost::asio::any_io_executor executor = co_await boost::asio::this_coro::executor;
    call_options options;
    options.time_limit = cancel_limit;
    operation op(std::move(store), std::move(executor), "put", std::move(where), operation_kind::overwrite, options);
    recipe const r = cancel_recipe(target);
    try {
        outcome row = outcome::final_answer;
        result<http::response> const answer = co_await op.send_once(&r, &row);
        static_cast<void>(answer);
    } catch (std::exception const&) {
        // What the caller does besides is what counts.
    }
}

awaitable<result<void>> begin(operation* const op, session_state* const now) {
    recipe const r = begin_session_recipe(op->bucket(), now->described, now->data.size(), now->options, now->condition);
    result<http::response> answer = co_await op->send(&r);
    if (!answer) co_return std::move(answer).error();
    result<std::string> target = parse_session(answer->head().headers.value_or("location"));
    if (!target) co_return std::move(target).error();
    co_await answer->drain(drain_limit);
    now->target = *std::move(target);
    session_note note = now->note();
    co_await keep_session(&now->kept, std::move(note));
    std::string old = std::exchange(now->superseded, std::string());
    if (!old.empty()) co_await cancel_session(now->store, now->key, std::move(old));
    co_return result<void>();
}

recipe next_request(session_state const& now, std::uint64_t const chunk_size) {
    std::uint64_t const total = now.data.size();
    if (now.ask || now.committed == total) return status_recipe(now.target, total);
    std::uint64_t const length = std::min(chunk_size, total - now.committed);
    return chunk_recipe(now.target, now.committed, total, now.data.slice(now.committed, length));
}

/// An answer 308: whether it has come further. Errors: protocol.
result<bool> take_committed(session_state& now, http::response_head const& head) {
    auto const committed = parse_committed(head);
    if (!committed) return committed.error();
    if (*committed > now.sent) return failure(errc::protocol, "the service says that it has more of the upload than was sent");
    bool const asked = std::exchange(now.ask, false);
    bool const further = *committed > now.committed || (asked && *committed < now.data.size());
    now.committed = *committed;
    return further;
}

/// One request and what it tells: the object when that is complete. Of a failure `row` tells what it is in the retry table.
awaitable<result<std::optional<resource>>> step(operation* const op, session_state* const now, outcome* const row) {
    recipe const r = next_request(*now, op->store().settings.chunk_size);
    now->sent = std::max(now->sent, now->committed + r.body.size());
    result<http::response> answer = co_await op->send_once(&r, row);
    if (!answer) co_return std::move(answer).error();
    if (answer->head().status == 308) {
        result<bool> const further = take_committed(*now, answer->head());
        *row = outcome::final_answer;
        if (!further) co_return further.error();
        co_await answer->drain(drain_limit);
        if (now->committed > now->furthest) {
            now->furthest = now->committed;
            op->progressed();
        }
        *row = outcome::server_busy;
        if (!*further) co_return failure(errc::server, "the service takes the bytes of an upload, and keeps none of them");
        co_return std::optional<resource>();
    }
    result<std::string> const text = co_await answer->read_text(resource_limit);
    if (!text) *row = retry::classify(text.error());
    if (!text) co_return text.error();
    result<resource> made = parse_resource(*text);
    *row = outcome::final_answer;
    if (!made) co_return std::move(made).error();
    co_return std::optional<resource>(*std::move(made));
}

/// Until the object is there.
awaitable<result<resource>> write_all(operation* const op, session_state* const now) {
    for (;;) {
        if (now->target.empty()) {
            result<void> const begun = co_await begin(op, now);
            if (!begun) co_return begun.error();
        }
        outcome row = outcome::final_answer;
        result<std::optional<resource>> came = co_await step(op, now, &row);
        if (came) {
            // What another process has sent has not gone by here.
            std::uint64_t const there = *came ? now->data.size() : now->committed;
            co_await now->data.sum_up_to(there);
            if (*came) co_return **std::move(came);
            session_note note = now->note();
            co_await keep_session(&now->kept, std::move(note));
            continue;
        }
        if (is_gone(came.error()) && now->restarts++ < most_restarts) {
            now->begin_anew();
            continue;
        }
        std::optional<failure> final = co_await op->recover(std::move(came).error(), row);
        if (final) co_return std::move(*final);
        now->ask = true;
    }
}

/// What was stored is what has gone by, or it is removed again.
awaitable<result<void>> check_whole(operation* const op, session_state const* const now, resource const* const stored) {
    result<void> good = check_stored(*stored, now->data.crc32c());
    if (good && stored->object.size != now->data.size())
        good = failure(errc::protocol, "the service has stored " + std::to_string(stored->object.size) + " bytes instead of " +
                                           std::to_string(now->data.size()));
    if (good) co_return good;
    recipe const r = delete_recipe(op->bucket(), now->key, stored->object.version);
    result<http::response> const removed = co_await op->send(&r);
    if (removed) co_return good;
    failure both = good.error();
    both.info().detail += "; and it could not be removed: " + removed.error().info().detail;
    co_return both;
}

/// Looks for what another process has left of this upload.
awaitable<void> take_up(operation* const op, session_state* const now) {
    std::string const described = resource_of(now->key, now->options, now->data.known_crc32c(), {});
    recipe const r = begin_session_recipe(op->bucket(), described, now->data.size(), now->options, now->condition);
    now->asked = digest_of(r);
    now->kept = co_await claim_session(&op->store(), now->key, &now->options);
    session_note const& left = now->kept.note;
    if (left.target.empty()) co_return;
    bool same = left.asked == now->asked && left.summed <= now->data.size();
    if (same) co_await now->data.sum_up_to(left.summed);
    same = same && now->data.summed_up() == chunked_payload::front{left.summed, left.crc};
    if (same)
        now->go_on();
    else
        now->superseded = left.target;
    op->store().log.write(log_level::info, "put " + op->uri() +
                                               (same ? ": goes on with the upload of another process"
                                                     : ": the upload that was kept is of other bytes or options; it is replaced"));
}

awaitable<resource> write(operation* const op, session_state* const now) {
    try {
        co_await take_up(op, now);
        now->described = resource_of(now->key, now->options, now->data.known_crc32c(), now->put_id);
        result<resource> made = co_await write_all(op, now);
        if (!made && is_conditional(now->options)) made = co_await settle(op, std::move(made).error(), &now->options, now->put_id);
        resource stored = op->deliver(std::move(made));
        co_await forget_session(&op->store(), &now->kept);
        now->target.clear();
        result<void> const whole = co_await check_whole(op, now, &stored);
        op->deliver(whole);
        op->succeeded(now->data.size());
        co_return std::move(stored);
    } catch (...) {
        op->rethrow();
    }
}

awaitable<target_condition> condition_of(operation* const op, put_options const* const options) {
    try {
        result<target_condition> found = co_await find_condition(op, options);
        co_return op->deliver(std::move(found));
    } catch (...) {
        op->rethrow();
    }
}

}  // namespace

awaitable<resource> write_by_session(std::shared_ptr<core const> store, put_place where, payload data, put_options options) {
    boost::asio::any_io_executor executor = co_await boost::asio::this_coro::executor;
    std::string id = put_id_for(executor, options);
    // How far it has come is asked before anything is sent again: no attempt is blind, nor one in silence on another connection.
    operation op(store, std::move(executor), where.name, std::move(where.shown), operation_kind::overwrite, options);
    op.tell_resends();
    target_condition condition = co_await condition_of(&op, &options);
    session_state now(store, std::move(where.key), std::move(data), options, std::move(condition));
    now.put_id = std::move(id);
    std::exception_ptr failed;
    bool may_pass = true;  // of what a source throws: nothing is wrong with the upload
    try {
        co_return co_await write(&op, &now);
    } catch (boost::system::system_error const& e) {
        failed = std::current_exception();
        may_pass = is_worth_keeping(e.code());
    } catch (...) {
        failed = std::current_exception();
    }
    bool const stays = may_pass && now.kept.has(now.target);
    if (!now.target.empty() && !stays) {
        bool const throwing = co_await boost::asio::this_coro::throw_if_cancelled();
        co_await boost::asio::this_coro::throw_if_cancelled(false);
        auto const cancel = [&]() -> awaitable<void> {
            co_await forget_session(&op.store(), &now.kept);
            co_await cancel_session(store, op.key(), now.target);
        };
        co_await async::shield(cancel);
        co_await boost::asio::this_coro::throw_if_cancelled(throwing);
    }
    std::rethrow_exception(failed);
}

}  // namespace sluice::inline v0::gcs
