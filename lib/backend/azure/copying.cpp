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

awaitable<object_meta> look(store_pointer store, object_key what, head_options options) {
    boost::asio::any_io_executor executor = co_await boost::asio::this_coro::executor;
    operation op(store, std::move(executor), "copy", std::move(what), operation_kind::read, options);
    try {
        op.deliver(check_key(op.key()));
        recipe const r = head_recipe(op.key(), options);
        result<http::response> sent = co_await op.send(&r);
        http::response const answer = op.deliver(std::move(sent));
        object_meta found = meta_of(op.key(), answer.head());
        found.size = op.deliver(size_of_head(answer.head()));
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
    put_result put;
    copy_state state;
};

awaitable<begun_copy> begin(store_pointer store, object_key as, std::string source, std::string etag, put_options options) {
    boost::asio::any_io_executor executor = co_await boost::asio::this_coro::executor;
    operation_kind const kind = is_conditional(options) ? operation_kind::exclusive : operation_kind::overwrite;
    operation op(store, std::move(executor), "copy", std::move(as), kind, options);
    try {
        op.deliver(check_key(op.key()));
        recipe const r = op.deliver(copy_recipe(op.key(), source, etag, options));
        op.expect_long_work();
        result<http::response> sent = co_await op.send(&r);
        if (!sent && options.create_only && sent.error().info().service_code == "BlobAlreadyExists")
            sent.error().reason(errc::already_exists);
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
    done.object = co_await look(store, what, options.source);
    std::string source = url_of(*store, what, options.source.version);
    begun_copy begun = co_await begin(store, as, std::move(source), done.object.etag, options);
    done.put = std::move(begun.put);
    if (begun.state.status == copy_state::what::pending) done.put = co_await finish_or_stop(store, as, begun.state.id, options);
    if (options.attributes != attributes()) done.put = co_await set_attributes(store, as, options.attributes, done.put, options);
    if (options.report) options.report(done.object.size, done.object.size);
    co_return std::move(done);
}

}  // namespace sluice::inline v0::azure
