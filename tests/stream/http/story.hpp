#pragma once

#include "http/client.hpp"
#include "http/pool.hpp"
#include "support/scripted_stream.hpp"

#include <sluice/error.hpp>

#include <boost/asio/this_coro.hpp>

#include <functional>
#include <optional>
#include <string>

namespace sluice::test {

/// What the user of an exchange sees of it.
struct seen {
    seen() {}
    int status = 0;
    std::string body;  ///< what was given out, also before a failure
    bool ended = false;
    std::optional<failure> why;
};

inline http::request request_of(std::string_view method, std::string target = "/b/k") {
    http::request r;
    r.method = method;
    r.target = std::move(target);
    r.headers.add("Host", "scripted");
    return r;
}

inline net::origin scripted_origin() {
    net::origin to;
    to.host = "127.0.0.1";
    to.port = 1;
    return to;
}

enum class how_read { whole, pieces };

/// One request, its body read to the end into `step` bytes at a time. `what` and `how` outlive the await.
awaitable<seen> exchange_once(http::request const* what, http::send_options const* how, how_read reading = how_read::whole,
                              std::size_t step = 64 * 1024);

/// The counts of the awaiting coroutine's pool.
awaitable<http::pool_core::counts> pool_counts();

/// "HTTP/1.1 200 OK" with that body and its length.
std::string ok(std::string_view body, std::string_view more_headers = {});

}  // namespace sluice::test
