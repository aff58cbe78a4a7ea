#include "object_text.hpp"
#include "standard_stream.hpp"
#include "text/glob.hpp"
#include "text/json.hpp"
#include "text/printable.hpp"
#include "verbs.hpp"

#include <sluice/operations.hpp>

#include <boost/asio/this_coro.hpp>

#include <unistd.h>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

namespace sluice::inline v0::cli {

namespace {

struct code_of_service {
    std::string_view code;
    errc reason;
};
constexpr code_of_service codes[] = {{"AccessDenied", errc::permission_denied},
                                     {"NoSuchBucket", errc::not_found},
                                     {"SlowDown", errc::throttled},
                                     {"forbidden", errc::permission_denied},  // Google's
                                     {"accountDisabled", errc::permission_denied},
                                     {"AuthorizationFailure", errc::permission_denied},  // Azure's
                                     {"AuthorizationPermissionMismatch", errc::permission_denied}};

/// Why a key of a batch stayed.
error refused(std::string const& uri, remove_report::failed_key const& why) {
    errc reason = errc::server;
    for (code_of_service const& known : codes)
        if (why.code == known.code) reason = known.reason;
    for (errc const own : {errc::permission_denied, errc::invalid_argument, errc::no_space, errc::io, errc::timed_out, errc::unsupported})
        if (why.code == to_string(own)) reason = own;  // of files
    error_info info;
    info.operation = "remove";
    info.uri = uri;
    info.service_code = why.code;
    info.service_message = why.message;
    return {reason, std::move(info)};
}

error error_of(std::string const& detail) {
    error_info info;
    info.operation = "rm --stale";
    info.detail = detail;
    return {errc::io, std::move(info)};
}

/// The removal of what one URI names.
class removal {
public:
    removal(session& at, rm_options const& options, standard_stream& out, std::string const& uri)
        : at_(at),
          options_(options),
          out_(out),
          local_folder_(is_folder(uri)),
          from_(at.open(local_folder_ ? without_slashes(uri) : uri)) {}

    awaitable<void> run() {
        if (from_.key.empty()) fail(errc::invalid_argument, "names no key: to remove all there is, use --glob with the pattern **");
        bool const names_folder = local_folder_ && !options_.recursive && !options_.glob;
        if (names_folder) fail(errc::invalid_argument, "is a folder: rm -r removes all objects in it");
        if (options_.glob) {
            glob const pattern(from_.key);
            co_await remove_listed(pattern.literal_prefix(), &pattern, pattern.one_level());
            if (!found_) fail(errc::not_found, "no key matches");
        } else if (options_.recursive) {
            if (from_.key.back() != '/') {
                bool const there = co_await exists(from_.store, from_.key);
                std::vector<object_key> itself;
                if (there) itself.push_back(from_.key);
                co_await remove(std::move(itself));
                from_.key += '/';
            }
            co_await remove_listed(from_.key, nullptr, false);
            if (!found_) fail(errc::not_found, "there is nothing of that name or below it");
        } else {
            std::vector<object_key> one{from_.key};
            co_await remove(std::move(one));
        }
    }

private:
    static std::string without_slashes(std::string uri) {
        while (uri.size() > 1 && uri.ends_with('/')) uri.pop_back();
        return uri;
    }

    [[noreturn]] void fail(errc reason, char const* detail) const { throw_error(failure(reason, detail), "rm", uri(from_.key)); }

    std::string uri(object_key const& key) const { return from_.store->uri() + key; }

    awaitable<void> remove_listed(std::string prefix, glob const* pattern, bool one_level) {
        list_options options;
        if (one_level) options.delimiter = "/";
        page_visitor const remove_page = [this, pattern](list_page page) -> awaitable<bool> {
            std::vector<object_key> keys;
            for (object_meta& object : page.objects)
                if (pattern == nullptr || pattern->matches(object.key)) keys.push_back(std::move(object.key));
            co_await remove(std::move(keys));
            co_return true;
        };
        prefix = listed_prefix(*from_.store, std::move(prefix));
        co_await for_each_page(from_.store, std::move(prefix), options, remove_page);
    }

    awaitable<void> remove(std::vector<object_key> keys) {
        if (keys.empty()) co_return;
        found_ = true;
        remove_report report;
        if (!options_.dry_run) report = co_await from_.store->remove(keys);
        std::set<object_key> stayed;
        for (remove_report::failed_key const& why : report.failed) {
            stayed.insert(why.key);
            at_.report(refused(uri(why.key), why));
        }
        std::string text;
        for (object_key const& key : keys)
            if (!stayed.contains(key)) text += line(key);
        co_await out_.write(std::move(text));
    }

    std::string line(object_key const& key) const {
        if (at_.global().json) return json_object().add("uri", uri(key)).add("key", key).add("removed", !options_.dry_run).text() + '\n';
        return (options_.dry_run ? "would remove " : "removed ") + printable(uri(key)) + '\n';
    }

    session& at_;
    rm_options const& options_;
    standard_stream& out_;
    bool const local_folder_;
    opened from_;
    bool found_ = false;
};

/// `rm --stale`: what dead processes left in and below a folder.
awaitable<void> sweep(session* at, standard_stream* out, std::string uri) {
    if (!is_folder(uri)) throw_error(failure(errc::invalid_argument, "--stale wants a folder of this machine"), "rm", without_secrets(uri));
    opened const folder = at->open(uri.ends_with('/') ? uri : uri + '/');
    std::string const path = folder.store->uri().substr(folder.store->uri().find("://") + 3);
    sweep_report const done = co_await sweep_stale(path);
    for (std::string const& what : done.failed) at->report(error_of(what));
    std::string text = "removed " + std::to_string(done.removed) + " half-written files in " + printable(path) + "; " +
                       std::to_string(done.in_use) + " in use\n";
    if (at->global().json)
        text = json_object().add("uri", folder.store->uri()).add("stale_removed", done.removed).add("in_use", done.in_use).text() + '\n';
    co_await out->write(std::move(text));
}

awaitable<void> remove_all(session* at, rm_options const* options) {
    boost::asio::any_io_executor const executor = co_await boost::asio::this_coro::executor;
    standard_stream out(executor, STDOUT_FILENO, "standard output");
    for (std::string const& uri : options->uris) {
        try {
            if (options->stale) {
                co_await sweep(at, &out, uri);
            } else {
                removal one(*at, *options, out, uri);
                co_await one.run();
            }
        } catch (error const& e) {
            if (e.reason() == errc::cancelled) throw;
            at->report(e);
        }
    }
}

}  // namespace

void run_rm(session& at, rm_options const& options) {
    at.run([&] { return remove_all(&at, &options); });
}

}  // namespace sluice::inline v0::cli
