#pragma once

#include "net/stream.hpp"

#include <sluice/awaitable.hpp>

#include <cstdint>
#include <memory>
#include <string>

namespace sluice::test {

/// A plain connection to a port of 127.0.0.1; throws when there is none.
awaitable<std::unique_ptr<net::stream>> connected(std::uint16_t port);

/// What came before the stream ended, and how it ended (`done` when all of `size` came).
struct received {
    received() {}
    std::string data;
    net::io_outcome end;
};

/// Reads `size` bytes, `step` at a time at most, waiting as the contract says. `from` outlives the await.
awaitable<received> read_up_to(net::stream* from, std::size_t size, std::size_t step = 64 * 1024);

/// Writes all of `data`; the outcome is `done` or what stopped it. `to` outlives the await.
awaitable<net::io_outcome> write_all(net::stream* to, std::string data);

/// Bytes that tell where they belong.
std::string pattern(std::size_t size, std::uint32_t seed = 1);

}  // namespace sluice::test
