#pragma once

#include "backend/s3/operation.hpp"

#include <boost/asio/this_coro.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <utility>

// Operations that are one request and its retries.
namespace sluice::inline v0::s3 {

/// Sends what needs no answer but its status. `as_good`: the code of a refusal that means it was applied by an attempt before.
awaitable<void> apply(std::shared_ptr<core const> store, char const* name, object_key key, result<recipe> what, std::string as_good,
                      call_options options);

/// Asks for a document of at most `limit` bytes and has it read by `parse`.
template <class T>
awaitable<T> ask(std::shared_ptr<core const> store, char const* name, object_key key, result<recipe> what, std::size_t limit,
                 result<T> (*parse)(std::string), call_options options) {
    boost::asio::any_io_executor executor = co_await boost::asio::this_coro::executor;
    operation op(std::move(store), std::move(executor), name, std::move(key), retry::operation_kind::read, options);
    try {
        recipe const r = op.deliver(std::move(what));
        result<std::string> text = co_await op.send_for_text(&r, limit);
        std::string document = op.deliver(std::move(text));
        T answer = op.deliver(parse(std::move(document)));
        op.succeeded(0);
        co_return std::move(answer);
    } catch (...) {
        op.rethrow();
    }
}

}  // namespace sluice::inline v0::s3
