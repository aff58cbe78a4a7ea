#include "object_text.hpp"
#include "standard_stream.hpp"
#include "text/glob.hpp"
#include "text/printable.hpp"
#include "verbs.hpp"

#include <sluice/listing.hpp>
#include <sluice/operations.hpp>

#include <boost/asio/this_coro.hpp>

#include <unistd.h>
#include <optional>

namespace sluice::inline v0::cli {

namespace {

/// One listing on its way to standard output, page by page.
class listing {
public:
    listing(session& at, ls_options const& options)
        : json_(at.global().json),
          recursive_(options.recursive),
          from_(at.open(is_folder(options.uri) && !options.glob ? options.uri + '/' : options.uri)) {
        if (options.glob) pattern_.emplace(from_.key);
    }

    awaitable<void> run() {
        boost::asio::any_io_executor const executor = co_await boost::asio::this_coro::executor;
        standard_stream out(executor, STDOUT_FILENO, "standard output");
        list_options options;
        bool const one_level = pattern_ ? pattern_->one_level() : !recursive_;
        if (one_level) options.delimiter = "/";
        page_visitor const print = [this, &out](list_page page) -> awaitable<bool> {
            std::string text = page_text(page);
            if (!text.empty()) found_ = true;
            co_await out.write(std::move(text));
            co_return true;
        };
        std::string const prefix = listed_prefix(*from_.store, pattern_ ? pattern_->literal_prefix() : from_.key);
        capabilities const able = from_.store->can();
        if (one_level || able.paths || !able.ordered_listing) {
            co_await for_each_page(from_.store, prefix, options, print);
        } else {
            co_await list_sharded(from_.store, prefix, sharded_list_options(), print);
        }
        if (found_ || from_.key.empty()) co_return;
        char const* const what = pattern_ ? "no key matches" : "no key begins with this";
        throw_error(failure(errc::not_found, what), "ls", from_.store->uri() + from_.key);
    }

private:
    bool wanted(std::string const& key) const { return pattern_ ? pattern_->matches(key) : key.starts_with(from_.key); }

    std::string page_text(list_page const& page) const {
        std::string text;
        std::string const base = from_.store->uri();
        for (std::string const& prefix : page.prefixes)
            if (wanted(prefix)) text += prefix_line(base, prefix);
        for (object_meta const& object : page.objects)
            if (wanted(object.key)) text += object_line(base, object);
        return text;
    }

    std::string prefix_line(std::string const& base, std::string const& prefix) const {
        if (json_) return json_object().add("uri", base + prefix).add("prefix", prefix).text() + '\n';
        return "           DIR                       " + printable(prefix) + '\n';
    }

    std::string object_line(std::string const& base, object_meta const& object) const {
        if (json_) return object_json(base + object.key, object).text() + '\n';
        std::string const size = std::to_string(object.size);
        std::string const date = object.last_modified ? iso8601(*object.last_modified) : std::string(20, ' ');
        return std::string(size.size() < 14 ? 14 - size.size() : 0, ' ') + size + "  " + date + ' ' + printable(object.key) + '\n';
    }

    bool json_;
    bool recursive_;
    opened from_;
    std::optional<glob> pattern_;
    bool found_ = false;
};

std::string bucket_line(session const& at, std::string const& scheme, std::string const& name, std::optional<wall_time> const& since) {
    std::string const date = since ? iso8601(*since) : std::string(20, ' ');
    json_object line;
    line.add("uri", scheme + name + '/').add("bucket", name).add("created", date);
    return at.global().json ? line.text() + '\n' : "        BUCKET  " + date + ' ' + printable(name) + '\n';
}

/// `ls s3://`.
awaitable<std::string> all_buckets(session* at) {
    std::vector<listed_bucket> const buckets = co_await list_buckets(at->settings());
    std::string text;
    for (listed_bucket const& one : buckets) text += bucket_line(*at, "s3://", one.name, one.created);
    co_return text;
}

/// `ls gs://`
awaitable<std::string> all_gcs_buckets(session* at) {
    std::vector<gcs_bucket_info> const buckets = co_await list_buckets(at->gcs());
    std::string text;
    for (gcs_bucket_info const& one : buckets) text += bucket_line(*at, "gs://", one.name, one.created);
    co_return text;
}

/// `ls az://`: the time is that of the last change, since Azure tells no other.
awaitable<std::string> all_containers(session* at) {
    std::vector<listed_container> const containers = co_await list_containers(at->containers());
    std::string text;
    for (listed_container const& one : containers) text += bucket_line(*at, "az://", one.name, one.last_modified);
    co_return text;
}

awaitable<void> write_out(session* at, awaitable<std::string> (*list)(session* at)) {
    boost::asio::any_io_executor const executor = co_await boost::asio::this_coro::executor;
    standard_stream out(executor, STDOUT_FILENO, "standard output");
    std::string text = co_await list(at);
    co_await out.write(std::move(text));
}

}  // namespace

void run_ls(session& at, ls_options const& options) {
    if (options.uri == "s3://") {
        at.run([&at] { return write_out(&at, &all_buckets); });
        return;
    }
    if (options.uri == "gs://" || options.uri == "gcs://") {
        at.run([&at] { return write_out(&at, &all_gcs_buckets); });
        return;
    }
    if (options.uri == "az://") {
        at.run([&at] { return write_out(&at, &all_containers); });
        return;
    }
    listing whole(at, options);
    at.run([&whole] { return whole.run(); });
}

}  // namespace sluice::inline v0::cli
