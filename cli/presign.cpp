#include "standard_stream.hpp"
#include "text/json.hpp"
#include "verbs.hpp"

#include <sluice/s3_bucket.hpp>

#include <boost/asio/this_coro.hpp>

#include <unistd.h>
#include <utility>

namespace sluice::inline v0::cli {

namespace {

/// What is signed for, and the URL.
struct signed_url {
    signed_url() {}
    std::string uri, url;
};

awaitable<signed_url> sign(session* at, std::string text, presign_options how) {
    object_key key;
    signed_url made;
    if (at->is_container(text)) {
        azure_container const container = at->open_container(text, &key);
        made.url = co_await container.presign(key, how);
        made.uri = container.uri() + key;
        co_return made;
    }
    s3_bucket const bucket = at->open_bucket(text, &key);
    made.url = co_await bucket.presign(key, how);
    made.uri = bucket.uri() + key;
    co_return made;
}

awaitable<void> print_url(session* at, presign_url_options const* options) {
    boost::asio::any_io_executor const executor = co_await boost::asio::this_coro::executor;
    standard_stream out(executor, STDOUT_FILENO, "standard output");
    presign_options how;
    how.method = options->method;
    how.expires = std::chrono::duration_cast<std::chrono::seconds>(options->expires);
    signed_url const made = co_await sign(at, options->uri, how);
    std::string text = made.url + '\n';
    if (at->global().json) text = json_object().add("uri", made.uri).add("method", how.method).add("url", made.url).text() + '\n';
    co_await out.write(std::move(text));
}

}  // namespace

void run_presign(session& at, presign_url_options const& options) {
    at.run([&] { return print_url(&at, &options); });
}

}  // namespace sluice::inline v0::cli
