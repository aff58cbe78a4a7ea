#include "object_text.hpp"
#include "standard_stream.hpp"
#include "verbs.hpp"

#include <boost/asio/this_coro.hpp>

#include <unistd.h>

namespace sluice::inline v0::cli {

namespace {

awaitable<std::string> described(session* at, std::string uri) {
    opened const from = at->open_object(uri);
    object_meta object = co_await from.store->head(from.key);
    object.key = from.key;
    std::string const full = from.store->uri() + from.key;
    if (at->global().json) co_return whole_object_json(full, object).text() + '\n';
    co_return whole_object_text(full, object);
}

awaitable<void> stat_all(session* at, stat_options const* options) {
    boost::asio::any_io_executor const executor = co_await boost::asio::this_coro::executor;
    standard_stream out(executor, STDOUT_FILENO, "standard output");
    for (std::string const& uri : options->uris) {
        std::string text;
        try {
            text = co_await described(at, uri);
        } catch (error const& e) {
            if (e.reason() == errc::cancelled) throw;
            at->report(e);
        }
        co_await out.write(std::move(text));
    }
}

}  // namespace

void run_stat(session& at, stat_options const& options) {
    at.run([&] { return stat_all(&at, &options); });
}

}  // namespace sluice::inline v0::cli
