#pragma once

#include "options.hpp"

#include <sluice/async/runtime.hpp>
#include <sluice/azure_container.hpp>
#include <sluice/error.hpp>
#include <sluice/gcs_bucket.hpp>
#include <sluice/open.hpp>
#include <sluice/s3_bucket.hpp>

#include <boost/asio/signal_set.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>

namespace sluice::inline v0::cli {

/// Standard output was closed by its reader: the command ends quietly, as any filter does.
struct output_closed {};

/// One run of the command: threads, signals, settings, the time limit, and what went wrong so far.
///
/// Threads: made and used by main's thread; verbs run on `loop`. SIGINT and SIGTERM cancel what runs.
class session {
public:
    explicit session(global_options options, std::size_t threads = 1);
    session(session const&) = delete;
    session& operator=(session const&) = delete;

    global_options const& global() const noexcept { return global_; }
    async::runtime& loop() noexcept { return loop_; }

    /// Changes of the settings count for what is opened afterwards.
    s3_settings& settings() noexcept { return settings_.s3; }

    /// Where a URI, path or presigned URL points; those of one bucket or folder share a store. Errors: as `sluice::open`.
    opened open(std::string const& uri);

    /// As `open`, for a verb that needs an object. Errors: invalid_argument when there is no key.
    opened open_object(std::string const& uri);

    /// The bucket of an s3:// URI, and the key or prefix behind it. Errors: invalid_argument for what names no bucket.
    s3_bucket open_bucket(std::string const& uri, object_key* key);

    /// Whether that is a bucket of Google Cloud Storage, or something in one.
    bool is_gcs(std::string const& uri) const;
    /// Likewise of a gs:// URI.
    gcs_bucket open_gcs_bucket(std::string const& uri, object_key* key);
    /// The settings of whatever is Google's.
    gcs_settings const& gcs() const { return *settings_.gcs; }
    /// Resumable uploads of what is opened afterwards are kept in that folder.
    void keep_gcs_sessions(std::string const& folder);

    /// Whether that is a container, or something in one.
    bool is_container(std::string const& uri) const;
    /// Likewise of an az:// URI.
    azure_container open_container(std::string const& uri, object_key* key);
    /// The settings of whatever is Azure's. Errors: invalid_argument for what the environment says and is none.
    azure_settings containers() const;

    /// Runs `work` on thread 0 (on every thread) within what is left of --timeout and blocks until it has ended.
    void run(std::function<awaitable<void>()> work);
    void run_on_all(std::function<awaitable<void>(std::size_t)> work);

    /// Tells of a failure that does not end the command, in one line on standard error; the exit code is the first failure's.
    void report(error const& e);

    /// Runs `verb` and returns the exit code of the whole; every exception ends here.
    int finish(std::function<void()> const& verb);

private:
    awaitable<void> within_limit(std::function<awaitable<void>()> work);
    int failed(int code, std::string const& text);

    global_options global_;
    open_settings settings_;
    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
    std::map<std::string, std::shared_ptr<object_store>> stores_;
    std::map<std::string, opened> presigned_;  // by URL
    int code_ = 0;
    std::shared_ptr<std::atomic<int>> signal_ = std::make_shared<std::atomic<int>>(0);
    async::runtime loop_;
    boost::asio::signal_set signals_;  // behind the loop: its wait ends before the loop does
};

/// Whether a URI or path names a folder of this machine that is there.
bool is_folder(std::string const& text);

/// One line for people on standard error.
void say(std::string const& text);

}  // namespace sluice::inline v0::cli
