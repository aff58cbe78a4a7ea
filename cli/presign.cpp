#include "standard_stream.hpp"
#include "text/json.hpp"
#include "verbs.hpp"

#include <sluice/s3_bucket.hpp>

#include <boost/asio/this_coro.hpp>

#include <unistd.h>
#include <utility>

namespace sluice::inline v0::cli {

namespace {

awaitable<void> print_url(session* at, presign_url_options const* options) {
    boost::asio::any_io_executor const executor = co_await boost::asio::this_coro::executor;
    standard_stream out(executor, STDOUT_FILENO, "standard output");
    object_key key;
    s3_bucket const bucket = at->open_bucket(options->uri, &key);
    presign_options how;
    how.method = options->method;
    how.expires = std::chrono::duration_cast<std::chrono::seconds>(options->expires);
    std::string url = co_await bucket.presign(key, how);
    std::string text = url + '\n';
    if (at->global().json) text = json_object().add("uri", bucket.uri() + key).add("method", how.method).add("url", url).text() + '\n';
    co_await out.write(std::move(text));
}

}  // namespace

void run_presign(session& at, presign_url_options const& options) {
    at.run([&] { return print_url(&at, &options); });
}

}  // namespace sluice::inline v0::cli
