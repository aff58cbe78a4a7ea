#pragma once

#include "cloud/download.hpp"

#include <sluice/body.hpp>
#include <sluice/options.hpp>

#include <boost/asio/this_coro.hpp>

#include <cstddef>
#include <memory>
#include <span>
#include <utility>

namespace sluice::inline v0::cloud {

/// The whole of a `read`: `range` into the front of `into`; a body whose bits changed on the way is asked for again. Errors are raised by
/// the operation of `*how`, which outlives the await.
awaitable<read_result> read_into(reading* how, byte_range range, std::span<std::byte> into);

/// The body of `get`.
awaitable<body_reader> open_body(std::unique_ptr<reading> how, byte_range range);

/// `read_into` and `open_body` as whole operations: of the object `where` of `store`, by a `Reading` of their own.
template <class Reading, class Store>
awaitable<read_result> read(Store store, object_key where, byte_range range, std::span<std::byte> into, get_options options) {
    boost::asio::any_io_executor executor = co_await boost::asio::this_coro::executor;
    Reading how(std::move(store), std::move(executor), "read", std::move(where), std::move(options));
    try {
        co_return co_await read_into(&how, range, into);
    } catch (...) {
        how.op().rethrow();
    }
}

template <class Reading, class Store>
awaitable<body_reader> get(Store store, object_key where, get_options options) {
    boost::asio::any_io_executor executor = co_await boost::asio::this_coro::executor;
    byte_range const range = options.range;
    auto how = std::make_unique<Reading>(std::move(store), std::move(executor), "get", std::move(where), std::move(options));
    co_return co_await open_body(std::move(how), range);
}

}  // namespace sluice::inline v0::cloud
