#include "object_text.hpp"
#include "standard_stream.hpp"
#include "text/printable.hpp"
#include "verbs.hpp"

#include <sluice/credentials.hpp>
#include <sluice/s3_bucket.hpp>

#include <boost/asio/this_coro.hpp>

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <utility>

namespace sluice::inline v0::cli {

namespace {

std::string line(std::string name, std::string const& text) {
    name.resize(14, ' ');
    return name + printable(text) + '\n';
}

std::string credentials_lines(session const& at) {
    if (at.global().no_sign_request) return line("credentials", "none: --no-sign-request");
    credentials_report const found = credentials_of_env(at.global().profile);
    std::string text;
    for (auto const& [place, why] : found.passed_over) text += line("not from", place + ": " + why);
    return text + line("credentials", found.source.empty() ? "none: requests go unsigned" : "from " + found.source);
}

/// Of a key as much as tells which it is.
std::string key_line(credentials const& keys) {
    if (keys.access_key.empty()) return line("access key", "none: requests go unsigned");
    std::string const end = keys.access_key.substr(keys.access_key.size() - std::min<std::size_t>(4, keys.access_key.size() / 2));
    std::string text = "..." + end + (keys.session_token.empty() ? "" : ", temporary");
    if (keys.expires) text += ", until " + iso8601(*keys.expires);
    return line("access key", text);
}

std::string endpoint_text(s3_settings const& settings) {
    std::string text = settings.endpoint.empty() ? "AWS" : settings.endpoint;
    if (settings.fips) text += ", FIPS";
    if (settings.dual_stack) text += ", dual stack";
    if (settings.accelerate) text += ", accelerated";
    return text;
}

std::string milliseconds(std::chrono::nanoseconds const span) {
    char text[32];
    std::snprintf(text, sizeof text, "%.1f ms", std::chrono::duration<double, std::milli>(span).count());
    return text;
}

/// Through which proxy, or why through none; from where, and as whom.
std::string way_lines(session& at, s3_bucket const& bucket) {
    std::string text;
    way_out const way = bucket.way();
    std::string told = "direct: no proxy is set";
    if (!way.proxy.empty())
        told = "through the proxy " + way.proxy + (way.tls ? ", which sees no more than whom it is for" : ", which sees all that is sent");
    else if (way.no_proxy)
        told = "direct: NO_PROXY names " + way.host;
    else if (at.global().proxy)
        told = "direct: --proxy none";
    text += line("way out", told);
    s3_settings const& settings = at.settings();
    network_options const& network = settings.network;
    if (!network.local_address.empty()) text += line("from address", network.local_address);
    if (!network.local_device.empty()) text += line("from device", network.local_device);
    if (!settings.certificate_file.empty()) text += line("certificate", settings.certificate_file);
    return text;
}

/// Settings that go the same way as a presigned URL.
s3_settings towards(s3_settings settings, std::string const& url) {
    settings.endpoint = url.substr(0, url.find_first_of("/?", url.find("://") + 3));
    settings.bucket = "bucket";
    settings.style = bucket_style::path;
    settings.fips = settings.dual_stack = settings.accelerate = false;
    return settings;
}

/// Each attempt of one small listing, of a presigned URL of a look at its object, and how it ended.
awaitable<std::string> request_lines(session* at, std::string uri) {
    std::string text;
    opened const there = at->open(uri);
    bool const presigned = is_web_url(uri);
    std::string const what = presigned ? "reading" : "listing";
    list_options one;
    one.max_keys = 1;
    one.on_attempt = [&text](attempt const& a) {
        std::string told = a.status == 0 ? std::string("no answer") : "HTTP " + std::to_string(a.status);
        if (a.failed) told += ", " + std::string(to_string(*a.failed));
        text += line("attempt " + std::to_string(a.number), told + ", " + milliseconds(a.elapsed));
    };
    try {
        if (presigned) {
            head_options look;
            look.on_attempt = one.on_attempt;
            co_await there.store->head(there.key, look);
        } else {
            std::string prefix = listed_prefix(*there.store, there.key);
            co_await there.store->list(std::move(prefix), one);
        }
        text += line(what, "allowed: " + there.store->uri() + (presigned ? there.key : std::string()));
    } catch (error const& e) {
        if (e.reason() == errc::cancelled) throw;
        at->report(e);
        text += line(what, "failed");
    }
    co_return text;
}

awaitable<void> examine(session* at, doctor_options const* options) {
    boost::asio::any_io_executor const executor = co_await boost::asio::this_coro::executor;
    standard_stream out(executor, STDOUT_FILENO, "standard output");
    s3_settings const& settings = at->settings();
    if (options->uri.starts_with("s3:")) {
        std::string head = credentials_lines(*at);
        head += line("endpoint", endpoint_text(settings));
        head += line("region", settings.region.empty() ? "us-east-1, until the service names another" : settings.region);
        co_await out.write(std::move(head));
        object_key key;
        std::string way = way_lines(*at, at->open_bucket(options->uri, &key));
        co_await out.write(std::move(way));
        if (settings.credentials) {
            auto const keys = co_await settings.credentials->get();
            co_await out.write(key_line(*keys));
        }
    }
    if (is_web_url(options->uri)) {
        at->open(options->uri);
        s3_bucket const there(towards(settings, options->uri));
        std::string way = way_lines(*at, there);
        co_await out.write(std::move(way));
    }
    std::string tail = co_await request_lines(at, options->uri);
    co_await out.write(std::move(tail));
}

}  // namespace

void run_doctor(session& at, doctor_options const& options) {
    at.run([&] { return examine(&at, &options); });
}

}  // namespace sluice::inline v0::cli
