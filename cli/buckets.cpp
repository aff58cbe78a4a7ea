#include "standard_stream.hpp"
#include "text/json.hpp"
#include "text/printable.hpp"
#include "verbs.hpp"

#include <sluice/s3_bucket.hpp>

#include <boost/asio/this_coro.hpp>

#include <unistd.h>
#include <utility>

namespace sluice::inline v0::cli {

namespace {

s3_bucket named_bucket(session* at, std::string const& text, char const* verb) {
    object_key key;
    s3_bucket bucket = at->open_bucket(text, &key);
    if (!key.empty()) throw_error(failure(errc::invalid_argument, "names an object: write s3://bucket"), verb, text);
    return bucket;
}

std::string line_of(session const& at, std::string const& uri, char const* done) {
    if (at.global().json) return json_object().add("uri", uri).add(done, true).text() + '\n';
    return std::string(done) + ' ' + printable(uri) + '\n';
}

azure_container named_container(session* at, std::string const& text, char const* verb) {
    object_key key;
    azure_container container = at->open_container(text, &key);
    if (!key.empty()) throw_error(failure(errc::invalid_argument, "names an object: write az://container"), verb, text);
    return container;
}

gcs_bucket named_gcs_bucket(session* at, std::string const& text, char const* verb) {
    object_key key;
    gcs_bucket bucket = at->open_gcs_bucket(text, &key);
    if (!key.empty()) throw_error(failure(errc::invalid_argument, "names an object: write gs://bucket"), verb, text);
    return bucket;
}

awaitable<std::string> make_gcs(session* at, std::string uri, mb_options const* options) {
    if (options->object_lock) throw_error(failure(errc::invalid_argument, "object lock is for S3"), "mb", uri);
    gcs_bucket const bucket = named_gcs_bucket(at, uri, "mb");
    create_gcs_bucket_options how;
    how.location = options->location;
    co_await bucket.create(how);
    co_return line_of(*at, bucket.uri(), "made");
}

awaitable<std::string> make(session* at, std::string uri, mb_options const* options) {
    if (at->is_gcs(uri)) co_return co_await make_gcs(at, uri, options);
    if (at->is_container(uri)) {
        azure_container const container = named_container(at, uri, "mb");
        bool const of_s3 = !options->location.empty() || options->object_lock;
        if (of_s3) throw_error(failure(errc::invalid_argument, "a container has neither location nor object lock of its own"), "mb", uri);
        co_await container.create();
        co_return line_of(*at, container.uri(), "made");
    }
    s3_bucket const bucket = named_bucket(at, uri, "mb");
    create_bucket_options how;
    how.location = options->location;
    how.object_lock = options->object_lock;
    co_await bucket.create(how);
    co_return line_of(*at, bucket.uri(), "made");
}

awaitable<std::string> remove(session* at, std::string uri) {
    if (at->is_gcs(uri)) {
        gcs_bucket const bucket = named_gcs_bucket(at, uri, "rb");
        co_await bucket.remove();
        co_return line_of(*at, bucket.uri(), "removed");
    }
    if (at->is_container(uri)) {
        azure_container const container = named_container(at, uri, "rb");
        co_await container.remove();
        co_return line_of(*at, container.uri(), "removed");
    }
    s3_bucket const bucket = named_bucket(at, uri, "rb");
    co_await bucket.remove();
    co_return line_of(*at, bucket.uri(), "removed");
}

/// One after the other; a failure is told and the next one has its turn.
awaitable<void> each(session* at, std::vector<std::string> const* uris, std::function<awaitable<std::string>(std::string)> work) {
    boost::asio::any_io_executor const executor = co_await boost::asio::this_coro::executor;
    standard_stream out(executor, STDOUT_FILENO, "standard output");
    for (std::string const& uri : *uris) {
        std::string text;
        try {
            text = co_await work(uri);
        } catch (error const& e) {
            if (e.reason() == errc::cancelled) throw;
            at->report(e);
        }
        co_await out.write(std::move(text));
    }
}

}  // namespace

void run_mb(session& at, mb_options const& options) {
    at.run([&] { return each(&at, &options.uris, [&](std::string uri) { return make(&at, std::move(uri), &options); }); });
}

void run_rb(session& at, rb_options const& options) {
    at.run([&] { return each(&at, &options.uris, [&](std::string uri) { return remove(&at, std::move(uri)); }); });
}

}  // namespace sluice::inline v0::cli
