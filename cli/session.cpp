#include "session.hpp"

#include "text/exit_code.hpp"
#include "text/printable.hpp"

#include <sluice/async/deadline.hpp>
#include <sluice/gcs_sessions.hpp>
#include <sluice/uri.hpp>

#include <csignal>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <system_error>
#include <utility>

namespace asio = boost::asio;

namespace sluice::inline v0::cli {

namespace {

/// An operation that fails at the limit names itself and its object; the command as a whole gives it that long to do so.
constexpr std::chrono::milliseconds grace{100};

void log_line(log_level, std::string_view line) { say(printable(line)); }

/// What every service takes.
void apply(global_options const& global, service_settings& to) {
    if (!global.ca_bundle.empty()) (std::filesystem::is_directory(global.ca_bundle) ? to.ca_directory : to.ca_file) = global.ca_bundle;
    to.certificate_file = global.certificate;
    to.key_file = global.key_file;
    if (global.proxy) {  // what is said here wins over the environment, NO_PROXY included
        to.network.http_proxy = to.network.https_proxy = *global.proxy == "none" ? std::string() : *global.proxy;
        to.network.no_proxy.clear();
    }
    if (global.time_limit) to.timeouts.operation = *global.time_limit;
    if (global.verbosity == 0) return;
    to.verbosity = global.verbosity > 1 ? log_level::debug : log_level::info;
    to.log = log_line;
}

/// Nothing when the environment's are none: whoever needs them is told then.
std::optional<azure_settings> azure_of(global_options const& global) {
    try {
        azure_settings azure = azure_settings::from_env();
        if (!global.endpoint.empty()) azure.endpoint = global.endpoint;
        if (global.no_sign_request) {
            azure.account_key.clear();
            azure.sas.clear();
        }
        apply(global, azure);
        return azure;
    } catch (error const&) {
        return std::nullopt;
    }
}

gcs_settings gcs_of(global_options const& global) {
    gcs_settings gcs = gcs_settings::from_env();
    if (!global.endpoint.empty()) gcs.endpoint = global.endpoint;
    if (!global.project.empty()) gcs.project = global.project;
    if (global.no_sign_request) gcs.tokens.reset();
    apply(global, gcs);
    return gcs;
}

open_settings settings_of(global_options const& global) {
    open_settings settings = open_settings::from_env(global.profile);
    s3_settings& s3 = settings.s3;
    if (!global.endpoint.empty()) s3.endpoint = global.endpoint;
    if (!global.region.empty()) s3.region = global.region;
    if (global.path_style) s3.style = bucket_style::path;
    if (global.no_sign_request) s3.credentials = anonymous_credentials();
    apply(global, s3);
    settings.azure = azure_of(global);
    settings.gcs = gcs_of(global);
    settings.file.direct = global.direct;
    if (global.verbosity > 0) {
        settings.file.verbosity = s3.verbosity;
        settings.file.log = log_line;
    }
    return settings;
}

}  // namespace

bool is_folder(std::string const& text) {
    result<uri> const parsed = parse_uri(text);
    std::error_code ec;
    return parsed && parsed->bucket.empty() && std::filesystem::is_directory(parsed->key, ec);
}

void say(std::string const& text) { std::fputs((text + '\n').c_str(), stderr); }

session::session(global_options options, std::size_t threads)
    : global_(std::move(options)),
      loop_(threads),
      signals_(loop_.executor(0), SIGINT, SIGTERM) {
    ::signal(SIGPIPE, SIG_IGN);  // a closed standard output is noticed by its writer
    signals_.async_wait([caught = signal_, loop = &loop_](boost::system::error_code ec, int number) {
        if (ec) return;
        *caught = number;
        ::signal(number, SIG_DFL);  // asked twice: end at once
        loop->cancel();
    });
}

opened session::open(std::string const& text) {
    if (is_web_url(text)) {
        opened& one = presigned_[text];
        if (!one.store) one = sluice::open(text, settings_);
        return one;
    }
    result<uri> const parsed = parse_uri(text);
    if (parsed.has_error()) throw_error(parsed.error(), "open", without_secrets(text));
    std::string name = parsed->scheme + "://" + parsed->bucket + '@' + parsed->host;
    opened there;
    if (parsed->bucket.empty()) {  // files: which folder it is, the library tells
        there = sluice::open(text, settings_);
        name = there.store->uri();
    }
    auto& store = stores_[name];
    if (!store && !there.store) there = sluice::open(text, settings_);
    if (!store) store = there.store;
    there.store = store;
    if (!parsed->bucket.empty()) there.key = parsed->key;
    return there;
}

opened session::open_object(std::string const& text) {
    opened there = open(text);
    if (there.key.empty())
        throw_error(failure(errc::invalid_argument, "names no object: the key is missing"), "open", without_secrets(text));
    return there;
}

s3_bucket session::open_bucket(std::string const& text, object_key* const key) {
    result<uri> parsed = parse_uri(text);
    if (parsed.has_error()) throw_error(parsed.error(), "open", without_secrets(text));
    if (parsed->scheme != "s3")
        throw_error(failure(errc::invalid_argument, "names no bucket: write s3://bucket"), "open", without_secrets(text));
    *key = std::move(parsed->key);
    s3_settings settings = settings_.s3;
    settings.bucket = std::move(parsed->bucket);
    return s3_bucket(std::move(settings));
}

bool session::is_gcs(std::string const& text) const {
    result<uri> const parsed = parse_uri(text);
    return parsed && parsed->scheme == "gs";
}

gcs_bucket session::open_gcs_bucket(std::string const& text, object_key* const key) {
    uri const parsed = parse_uri(text).value();
    *key = parsed.key;
    gcs_settings settings = gcs();
    settings.bucket = parsed.bucket;
    return gcs_bucket(std::move(settings));
}

void session::keep_gcs_sessions(std::string const& folder) { settings_.gcs->sessions = sluice::keep_gcs_sessions(folder); }

bool session::is_container(std::string const& text) const {
    result<uri> const parsed = parse_uri(text);
    return parsed && parsed->scheme == "az";
}

azure_container session::open_container(std::string const& text, object_key* const key) {
    uri const parsed = parse_uri(text).value();
    *key = parsed.key;
    azure_settings settings = containers();
    settings.container = parsed.bucket;
    return azure_container(std::move(settings));
}

azure_settings session::containers() const { return settings_.azure ? *settings_.azure : azure_settings::from_env(); }

awaitable<void> session::within_limit(std::function<awaitable<void>()> work) {
    if (*signal_ != 0) throw_error(failure(errc::cancelled, {}), {}, {});
    if (!global_.time_limit) {
        co_await work();
        co_return;
    }
    auto const left = *global_.time_limit + grace - (std::chrono::steady_clock::now() - start_);
    bool late = false;
    try {
        co_await async::with_deadline(left, work);
    } catch (error const& e) {
        late = e.reason() == errc::timed_out && e.info().uri.empty();
        if (!late) throw;
    }
    if (late) throw_error(failure(errc::timed_out, "the time given by --timeout has passed"), "command", {});
}

void session::run(std::function<awaitable<void>()> work) {
    loop_.run([this, &work] { return within_limit(work); });
}

void session::run_on_all(std::function<awaitable<void>(std::size_t)> work) {
    loop_.run_on_all([this, &work](std::size_t i) { return within_limit([&work, i] { return work(i); }); });
}

void session::report(error const& e) {
    int const code = failed(static_cast<int>(exit_code_of(e.reason())), e.what());
    if (code_ == 0) code_ = code;
}

int session::failed(int code, std::string const& text) {
    say("sluice: " + printable(text));
    return code;
}

int session::finish(std::function<void()> const& verb) {
    auto const stopped = [this] { return failed(128 + *signal_, "interrupted"); };
    try {
        settings_ = settings_of(global_);
        verb();
        return code_;
    } catch (output_closed const&) {
        return 128 + SIGPIPE;
    } catch (boost::system::system_error const& e) {
        if (*signal_ != 0 && e.code() == errc::cancelled) return stopped();
        auto const* const ours = dynamic_cast<error const*>(&e);
        return failed(static_cast<int>(ours != nullptr ? exit_code_of(ours->reason()) : exit_code::failed), e.what());
    } catch (std::exception const& e) {
        return failed(static_cast<int>(exit_code::failed), e.what());
    }
}

}  // namespace sluice::inline v0::cli
