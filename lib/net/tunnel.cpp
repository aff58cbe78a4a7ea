#include "net/tunnel.hpp"

#include "net/limit.hpp"

#include <boost/asio/this_coro.hpp>

#include <array>
#include <charconv>
#include <span>
#include <utility>

namespace asio = boost::asio;

namespace sluice::inline v0::net {

namespace {

/// The status of "HTTP/1.1 200 Whatever".
std::optional<int> status_of(std::string_view const line) {
    bool const http = line.starts_with("HTTP/1.") && line.size() >= 12 && (line[7] == '0' || line[7] == '1') && line[8] == ' ';
    if (!http || (line.size() > 12 && line[12] != ' ')) return std::nullopt;
    int status = 0;
    auto const [end, error] = std::from_chars(line.data() + 9, line.data() + 12, status);
    if (error != std::errc() || end != line.data() + 12 || status < 100) return std::nullopt;
    return status;
}

failure refused(int const status, std::string_view const to) {
    std::string const answer = "the proxy's answer to CONNECT " + std::string(to) + " is HTTP " + std::to_string(status);
    failure f(errc::protocol, answer);
    if (status == 407) f = {errc::unauthenticated, answer + ": it wants other credentials; put them into the proxy's URL"};
    if (status == 403 || status == 405) f = {errc::permission_denied, answer + ": it does not let us go there"};
    if (status == 429 || (status >= 500 && status < 600)) f = {errc::unreachable, answer + ": it cannot get there now"};
    f.info().status = status;
    return f;
}

tunnel_answer ended(std::optional<failure> why) {
    tunnel_answer answer;
    answer.complete = true;
    answer.why = std::move(why);
    return answer;
}

failure hung_up(io_outcome const& how, std::string const& peer, std::string const& to) {
    std::string const what = "the proxy " + peer + ", asked for a tunnel to " + to + ", ";
    if (how.status == io_status::failed && how.error == errc::timed_out) return {errc::timed_out, what + "did not answer in time"};
    return {errc::unreachable, what + (how.status == io_status::failed ? "failed (" + how.error.message() + ")" : "hung up")};
}

/// One proxy asked; everything that moves without waiting.
class asking {
public:
    asking(stream& over, proxy const& via, std::string to)
        : over_(over),
          to_(std::move(to)),
          request_(tunnel_request(via, to_)),
          unsent_(std::as_bytes(std::span(request_))) {}

    /// False: wait, then again.
    bool go_on() {
        while (!unsent_.empty()) {
            io_outcome const wrote = over_.try_write(unsent_);
            if (wrote.status == io_status::would_block) return false;
            if (wrote.status != io_status::done) return end(hung_up(wrote, over_.peer(), to_));
            unsent_ = unsent_.subspan(wrote.bytes);
        }
        for (;;) {
            std::array<std::byte, 4096> room;
            io_outcome const got = over_.try_read(room);
            if (got.status == io_status::would_block) return false;
            if (got.status != io_status::done) return end(hung_up(got, over_.peer(), to_));
            received_.append(reinterpret_cast<char const*>(room.data()), got.bytes);
            tunnel_answer answer = read_tunnel_answer(received_, to_);
            if (answer.complete) return end(std::move(answer.why));
        }
    }

    std::optional<failure> const& why() const noexcept { return why_; }

private:
    bool end(std::optional<failure> why) {
        why_ = std::move(why);
        return true;
    }

    stream& over_;
    std::string const to_, request_;
    std::span<std::byte const> unsent_;
    std::string received_;
    std::optional<failure> why_;
};

}  // namespace

std::string tunnel_request(proxy const& via, std::string_view const to) {
    std::string text = "CONNECT ";
    text.append(to).append(" HTTP/1.1\r\nHost: ").append(to).append("\r\n");
    if (!via.authorization.empty()) text.append("Proxy-Authorization: ").append(via.authorization).append("\r\n");
    return text.append("\r\n");
}

tunnel_answer read_tunnel_answer(std::string_view received, std::string_view const to) {
    auto const malformed = [&](std::string_view what) {
        return ended(failure(errc::protocol, "the proxy's answer to CONNECT " + std::string(to) + ' ' + std::string(what)));
    };
    if (received.size() > tunnel_answer::limit) return malformed("is too long");
    for (;;) {
        constexpr std::string_view begin = "HTTP/1.";
        if (!received.starts_with(begin.substr(0, received.size()))) return malformed("is not HTTP/1.1");
        std::size_t const end = received.find("\r\n\r\n");
        if (end == std::string_view::npos) return {};
        auto const status = status_of(received.substr(0, received.find("\r\n")));
        if (!status) return malformed("has no status line");
        received.remove_prefix(end + 4);
        if (*status < 200) continue;
        if (*status >= 300) return ended(refused(*status, to));
        if (!received.empty()) return malformed("has bytes behind its head");
        return ended(std::nullopt);
    }
}

awaitable<result<std::unique_ptr<stream>>> open_tunnel(std::unique_ptr<stream> below, std::shared_ptr<route const> by, std::string to,
                                                       async::time_point deadline) {
    asio::any_io_executor const executor = co_await asio::this_coro::executor;
    {
        limit const in_time(async::clock::of(executor), *below, deadline);
        asking one(*below, *by->via, std::move(to));
        while (!one.go_on()) co_await below->wait();
        if (one.why()) co_return *one.why();
    }
    co_return std::move(below);
}

}  // namespace sluice::inline v0::net
