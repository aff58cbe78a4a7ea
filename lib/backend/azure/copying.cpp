#include "backend/azure/copying.hpp"

#include "async/clock.hpp"
#include "backend/azure/operation.hpp"
#include "backend/azure/request.hpp"
#include "backend/azure/response.hpp"
#include "backend/azure/writing.hpp"
#include "base/percent.hpp"

#include <sluice/async/shield.hpp>

#include <algorithm>
#include <chrono>
#include <exception>
#include <optional>
#include <string>
#include <utility>

namespace sluice::inline v0::azure {

namespace {

using store_pointer = std::shared_ptr<core const>;
using retry::operation_kind;

constexpr std::chrono::milliseconds first_pause{100}, longest_pause{5000};

std::string url_of(core const& store, std::string_view const key, std::string_view const version) {
    std::string url = store.where.origin.tls ? "https://" : "http://";
    url += store.where.host + store.blobs_path();
    base::percent_encode(url, key, true);
    recipe versioned;
    head_options asked;
    asked.version = version;
    versioned = head_recipe({}, asked);
    if (!versioned.query.empty()) url.append("?").append(versioned.query);
    if (store.key || store.settings.tokens || store.sas.empty()) return url;
    return url.append(versioned.query.empty() ? "?" : "&").append(store.sas);
}

/// What is to be copied, and the copy that it was made by, if any.
struct seen_source {
    seen_source() {}
    object_meta object;
    std::string copy_id;
};

awaitable<seen_source> look(store_pointer store, object_key what, head_options options) {
    boost::asio::any_io_executor executor = co_await boost::asio::this_coro::executor;
    operation op(store, std::move(executor), "copy", std::move(what), operation_kind::read, options);
    try {
        op.deliver(check_key(op.key()));
        recipe const r = head_recipe(op.key(), options);
        result<http::response> sent = co_await op.send(&r);
        http::response const answer = op.deliver(std::move(sent));
        seen_source found;
        found.object = meta_of(op.key(), answer.head());
        found.object.size = op.deliver(size_of_head(answer.head()));
        found.copy_id = copy_state_of(answer.head()).id;
        co_return std::move(found);
    } catch (...) {
        op.rethrow();
    }
}

/// Sends what changes the new object, which is still the version `etag`.
awaitable<put_result> change(store_pointer store, object_key as, recipe what, call_options options) {
    boost::asio::any_io_executor executor = co_await boost::asio::this_coro::executor;
    operation op(store, std::move(executor), "copy", std::move(as), operation_kind::overwrite, options);
    try {
        result<http::response> sent = co_await op.send(&what);
        http::response const answer = op.deliver(std::move(sent));
        op.succeeded(0);
        co_return put_result_of(answer.head());
    } catch (...) {
        op.rethrow();
    }
}

/// The attributes of the new object are these and no others; the service's copy takes along the source's.
awaitable<put_result> set_attributes(store_pointer store, object_key as, attributes wanted, put_result put, call_options options) {
    recipe headers = properties_recipe(as, wanted, put.etag);
    put_result done = co_await change(store, as, std::move(headers), options);
    if (!wanted.metadata.empty()) co_return std::move(done);
    recipe none = no_metadata_recipe(as, done.etag);
    co_return co_await change(store, as, std::move(none), options);
}

/// A copy that the service goes on with after its answer.
struct begun_copy {
    begun_copy() {}
    put_result put;
    copy_state state;
};

/// Whether the object is by now what a copy of `source` made of it that is not the one of before.
awaitable<std::optional<begun_copy>> find_own(operation* const op, std::string source, std::string id_before) {
    recipe const r = head_recipe(op->key(), head_options());
    result<http::response> const sent = co_await op->send(&r);
    if (!sent) co_return std::nullopt;
    begun_copy found;
    found.put = put_result_of(sent->head());
    found.state = copy_state_of(sent->head());
    bool const ours = found.state.id != id_before && found.state.source == source.substr(0, source.find('?'));
    if (!ours || found.state.status == copy_state::what::failed) co_return std::nullopt;
    co_return std::move(found);
}

/// `id_before`: of a copy of the object onto itself, whose source is another version as soon as it is applied.
awaitable<begun_copy> begin(store_pointer store, object_key as, std::string source, std::string etag, std::optional<std::string> id_before,
                            put_options options) {
    boost::asio::any_io_executor executor = co_await boost::asio::this_coro::executor;
    operation_kind const kind = is_conditional(options) ? operation_kind::exclusive : operation_kind::overwrite;
    operation op(store, std::move(executor), "copy", std::move(as), kind, options);
    try {
        op.deliver(check_key(op.key()));
        recipe const r = op.deliver(copy_recipe(op.key(), source, etag, options));
        op.expect_long_work();
        if (id_before) op.tell_resends();
        result<http::response> sent = co_await op.send(&r);
        if (!sent && options.create_only && sent.error().info().service_code == "BlobAlreadyExists")
            sent.error().reason(errc::already_exists);
        if (!sent && id_before && op.attempts() > 1 && sent.error().reason() == errc::precondition_failed) {
            std::optional<begun_copy> own = co_await find_own(&op, source, *id_before);
            if (own) co_return *std::move(own);
        }
        http::response const answer = op.deliver(std::move(sent));
        begun_copy done;
        done.put = put_result_of(answer.head());
        done.state = copy_state_of(answer.head());
        bool const told = done.state.status == copy_state::what::pending || done.state.status == copy_state::what::success;
        if (!told) op.raise({errc::protocol, "the answer to the copy does not say how it stands"});
        op.succeeded(0);
        co_return std::move(done);
    } catch (...) {
        op.rethrow();
    }
}

awaitable<void> stop(store_pointer store, object_key as, std::string id) {
    boost::asio::any_io_executor executor = co_await boost::asio::this_coro::executor;
    operation op(store, std::move(executor), "abort copy", std::move(as), operation_kind::overwrite, call_options());
    recipe const r = abort_copy_recipe(op.key(), id);
    co_await op.send(&r);  // what could be stopped is; nobody is told of what could not
}

/// Waits until the copy has ended. Another's write over it, or copy, is not ours.
awaitable<put_result> finish(store_pointer store, object_key as, std::string id, call_options options) {
    boost::asio::any_io_executor executor = co_await boost::asio::this_coro::executor;
    async::clock& clock = async::clock::of(executor);
    operation op(store, executor, "copy", std::move(as), operation_kind::read, options);
    try {
        recipe const r = head_recipe(op.key(), head_options());
        for (std::chrono::milliseconds pause = first_pause;; pause = std::min(pause * 2, longest_pause)) {
            co_await clock.sleep_until(clock.now() + pause);
            result<http::response> sent = co_await op.send(&r);
            http::response const answer = op.deliver(std::move(sent));
            copy_state const state = copy_state_of(answer.head());
            if (state.id != id) op.raise({errc::precondition_failed, "the object was written by another while it was copied"});
            if (state.status == copy_state::what::failed) op.raise({errc::server, "the service could not copy: " + state.description});
            op.progressed();
            if (state.status != copy_state::what::success) continue;
            op.succeeded(0);
            co_return put_result_of(answer.head());
        }
    } catch (...) {
        op.rethrow();
    }
}

awaitable<put_result> finish_or_stop(store_pointer store, object_key as, std::string id, call_options options) {
    std::exception_ptr failed;
    try {
        co_return co_await finish(store, as, id, options);
    } catch (...) {
        failed = std::current_exception();
    }
    bool const throwing = co_await boost::asio::this_coro::throw_if_cancelled();
    co_await boost::asio::this_coro::throw_if_cancelled(false);
    auto const halt = [&]() -> awaitable<void> {
        try {
            co_await stop(store, as, id);
        } catch (error const&) {  // the first failure is the one to tell
        }
    };
    co_await async::shield(halt);
    co_await boost::asio::this_coro::throw_if_cancelled(throwing);
    std::rethrow_exception(failed);
}

}  // namespace

awaitable<copied> copy(store_pointer store, object_key what, object_key as, store_copy_options options) {
    if (!options.source.time_limit) options.source.time_limit = options.time_limit;
    if (!options.source.on_attempt) options.source.on_attempt = options.on_attempt;
    options.resume_as.clear();  // that is for uploads
    if (!options.source.key.secret.empty())
        throw_error({errc::unsupported, "Azure copies nothing that is kept under a customer's key"}, "copy", store->uri + what);
    copied done;
    seen_source seen = co_await look(store, what, options.source);
    done.object = std::move(seen.object);
    std::optional<std::string> id_before;
    if (what == as && options.source.version.empty()) id_before = std::move(seen.copy_id);
    std::string source = url_of(*store, what, options.source.version);
    begun_copy begun = co_await begin(store, as, std::move(source), done.object.etag, std::move(id_before), options);
    done.put = std::move(begun.put);
    if (begun.state.status == copy_state::what::pending) done.put = co_await finish_or_stop(store, as, begun.state.id, options);
    if (options.attributes != attributes()) done.put = co_await set_attributes(store, as, options.attributes, done.put, options);
    if (options.report) options.report(done.object.size, done.object.size);
    co_return std::move(done);
}

}  // namespace sluice::inline v0::azure
