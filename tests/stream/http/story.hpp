#pragma once

#include "http/client.hpp"
#include "http/pool.hpp"
#include "support/drive.hpp"
#include "support/scripted_stream.hpp"

#include <sluice/error.hpp>

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::test {

/// What the user of an exchange sees of it.
struct seen {
    seen() {}
    int status = 0;
    std::string body;  ///< what was given out, also before a failure
    bool ended = false;
    std::optional<failure> why;

    bool failed_with(errc reason) const { return why && why->reason() == reason; }
    std::string text() const { return why ? why->info().detail : ""; }
};

inline http::request request_of(std::string_view method, std::string target = "/b/k") {
    http::request r;
    r.method = method;
    r.target = std::move(target);
    r.headers.add("Host", "scripted");
    return r;
}

inline net::origin scripted_origin(std::string host = "127.0.0.1") {
    net::origin to;
    to.host = std::move(host);
    to.port = 1;
    return to;
}

/// A payload source over memory that keeps record of what it was asked for; fails at `fail_at` if that is set.
class recorded_source final : public payload_source {
public:
    explicit recorded_source(std::string data) : data_(std::move(data)) {}
    std::uint64_t size() const noexcept override { return data_.size(); }
    awaitable<void> read(std::uint64_t offset, std::span<std::byte> into) override;

    std::vector<std::uint64_t> asked;
    std::optional<std::uint64_t> fail_at;

private:
    std::string data_;
};

enum class how_read { whole, pieces };

/// One request, its body read to the end into `step` bytes at a time. What is pointed to outlives the await.
awaitable<seen> exchange_once(net::origin const* to, http::request const* what, http::send_options const* how,
                              how_read reading = how_read::whole, std::size_t step = 64 * 1024);

/// A request under way beside others.
struct trip {
    trip() {}
    bool over() const { return run->result() != "running"; }
    seen out;
    started* run = nullptr;
};

/// A context of its own with manual time and a network of scripts, and what most stories send.
class stage {
public:
    stage() = default;

    boost::asio::any_io_executor executor() { return here->context.get_executor(); }
    /// Runs `body` to its end; time jumps to the next alarm when nothing else can be done.
    void play(std::function<awaitable<void>()> body);
    /// Starts `body` beside others: it goes on when the stage's world is run.
    started& start(std::function<awaitable<void>()> body) { return chains_.emplace_back(executor(), std::move(body)); }
    /// Starts a request and the reading of its answer. `what` and `with` outlive the stage.
    trip& depart(http::request const& what, http::send_options const& with);
    /// One request, its body read to the end.
    seen send(http::request const& what, how_read reading = how_read::whole, std::size_t step = 64 * 1024);
    /// Puts the script at the end of the network's, then sends a GET.
    seen ask(connection_script script, how_read reading = how_read::whole, std::size_t step = 64 * 1024);

    http::pool_core::counts counts() { return http::pool::of(executor()).count(); }
    connection_log const& last() const { return *net.connections.back(); }
    /// Closes the idle connection that would be lent next.
    void forget() { http::pool::of(executor()).take(to, how.pool).close(); }

private:
    std::deque<started> chains_;  // outlives the context, whose frames know it
    std::deque<trip> trips_;

public:
    std::unique_ptr<world> here = std::make_unique<world>();
    scripted_net net{executor()};
    net::origin to = scripted_origin();
    http::request const get = request_of("GET");
    http::request const head = request_of("HEAD");
    http::send_options how;
};

/// "HTTP/1.1 200 OK" with that body and its length.
std::string ok(std::string_view body, std::string_view more_headers = {});

/// The same body in chunks of `step` bytes.
std::string in_chunks(std::string_view body, std::size_t step);

}  // namespace sluice::test
