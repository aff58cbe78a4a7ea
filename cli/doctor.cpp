#include "object_text.hpp"
#include "standard_stream.hpp"
#include "text/printable.hpp"
#include "verbs.hpp"

#include <sluice/credentials.hpp>

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

/// Each attempt of one small listing, and how it ended.
awaitable<std::string> request_lines(session* at, std::string uri) {
    std::string text;
    opened const there = at->open(uri);
    list_options one;
    one.max_keys = 1;
    one.on_attempt = [&text](attempt const& a) {
        std::string told = a.status == 0 ? std::string("no answer") : "HTTP " + std::to_string(a.status);
        if (a.failed) told += ", " + std::string(to_string(*a.failed));
        text += line("attempt " + std::to_string(a.number), told + ", " + milliseconds(a.elapsed));
    };
    try {
        co_await there.store->list(there.key, one);
        text += line("listing", "allowed: " + there.store->uri());
    } catch (error const& e) {
        if (e.reason() == errc::cancelled) throw;
        at->report(e);
        text += line("listing", "failed");
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
        if (settings.credentials) {
            auto const keys = co_await settings.credentials->get();
            co_await out.write(key_line(*keys));
        }
    }
    std::string tail = co_await request_lines(at, options->uri);
    co_await out.write(std::move(tail));
}

}  // namespace

void run_doctor(session& at, doctor_options const& options) {
    at.run([&] { return examine(&at, &options); });
}

}  // namespace sluice::inline v0::cli
