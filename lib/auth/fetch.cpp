#include "auth/fetch.hpp"

#include "async/clock.hpp"
#include "async/entropy.hpp"
#include "auth/key_documents.hpp"
#include "auth/sigv4.hpp"
#include "http/client.hpp"
#include "net/tls_context.hpp"
#include "retry/backoff.hpp"

#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <optional>
#include <utility>

namespace sluice::inline v0::auth {

namespace {

result<net::origin> origin_of(key_request const& what) {
    net::origin to;
    to.host = what.to.host;
    to.port = what.to.port;
    auto route = net::choose_route(what.network, to.host, to.port, what.to.tls);
    if (!route) return route.error();
    to.route = *std::move(route);
    if (!what.to.tls) return to;
    net::tls_settings trust;
    trust.ca_file = what.ca_file;
    auto made = net::tls_context::make(trust);
    if (!made) return made.error();
    to.tls = std::move(*made);
    return to;
}

http::request request_of(key_request const& what, std::chrono::system_clock::time_point now) {
    http::request request;
    request.method = what.method;
    request.target = what.to.target;
    request.headers.add("Host", what.to.authority());
    for (std::size_t i = 0; i < what.headers.size(); ++i) request.headers.add(what.headers[i].name, what.headers[i].value);
    request.body = payload(what.body);
    if (!what.sign_for.empty() && what.keys) {
        sigv4_signer const signer("sts");
        signer.sign(request, *what.keys, what.sign_for, now, payload_hash(what.body));
    }
    return request;
}

bool again(int const status, std::vector<int> const& busy) {
    return status == 429 || status >= 500 || std::ranges::find(busy, status) != busy.end();
}

awaitable<result<key_answer>> try_once(net::origin const* to, http::request const* request, http::send_options const* how) {
    result<http::response> answer = co_await http::send(to, request, how);
    if (!answer) co_return std::move(answer).error();
    key_answer here;
    here.status = answer->head().status;
    here.headers = answer->head().headers;
    if (answer->head().body == http::framing::none) co_return here;
    result<std::string> text = co_await answer->read_text(key_document_limit);
    if (!text) co_return std::move(text).error();
    here.text = std::move(*text);
    co_return here;
}

}  // namespace

awaitable<result<key_answer>> fetch(key_request what) {
    boost::asio::any_io_executor const executor = co_await boost::asio::this_coro::executor;
    async::clock& clock = async::clock::of(executor);
    result<net::origin> const to = origin_of(what);
    if (!to) co_return to.error();
    for (unsigned attempt = 1;; ++attempt) {
        http::send_options how;
        how.limits.connect = how.limits.tls = how.limits.first_byte = what.limit;
        how.deadline = async::limit_after(clock.now(), what.limit);
        http::request const request = request_of(what, clock.wall());
        result<key_answer> answer = co_await try_once(&*to, &request, &how);
        bool const final = answer && !again(answer->status, what.busy);
        if (final || attempt >= what.attempts) co_return std::move(answer);
        auto const pause = retry::backoff(what.pauses, attempt, async::entropy::of(executor).fraction());
        co_await clock.sleep_until(clock.now() + pause);
    }
}

failure refused_with(key_answer const& answer, std::string_view const words) {
    std::string detail = "it answered HTTP " + std::to_string(answer.status);
    if (!words.empty()) detail.append(", ").append(words);
    failure f(errc::unauthenticated, std::move(detail));
    f.info().status = answer.status;
    return f;
}

}  // namespace sluice::inline v0::auth
