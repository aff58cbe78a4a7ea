#pragma once

#include "text/progress_text.hpp"

#include <sluice/byte_range.hpp>
#include <sluice/file.hpp>
#include <sluice/options.hpp>
#include <sluice/range_engine.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace sluice::inline v0::cli {

/// What every verb takes, before or behind its name.
struct global_options {
    std::string endpoint, region, profile, project, ca_bundle;
    std::string certificate, key_file;
    std::optional<std::string> proxy;  ///< "none", or a URL that may hold a password
    bool no_sign_request = false;
    bool path_style = false;
    bool json = false;
    int verbosity = 0;
    direct_mode direct = direct_mode::required;
    std::optional<std::chrono::nanoseconds> time_limit;
    progress_mode progress = progress_mode::automatic;
};

/// How a large object is read; what is not given, the library decides.
struct transfer_options {
    std::optional<std::uint64_t> part_size;
    std::optional<std::size_t> in_flight;
    std::optional<read_strategy> strategy;
    std::optional<std::size_t> threads;  ///< of `sharded`
};

struct ls_options {
    std::string uri;
    bool recursive = false, glob = false;
};

struct cat_options {
    std::vector<std::string> uris;
    byte_range range;
    transfer_options transfer;
};

struct stat_options {
    std::vector<std::string> uris;
};

struct cp_options {
    std::string from, to;
    bool recursive = false, keep_partial = false, create_only = false;
    sluice::v0::attributes attributes;  ///< of what is written to an object store; none given: the source's
    sluice::v0::keeping keeping;
    transfer_options transfer;
    std::string sessions;  ///< folder that keeps resumable uploads to gs://
};

struct rm_options {
    std::vector<std::string> uris;
    bool recursive = false, glob = false, dry_run = false, stale = false;
};

struct uploads_ls_options {
    std::string uri;
    bool size = false;
};

struct uploads_abort_options {
    std::string uri, id;
    std::chrono::nanoseconds older_than{0};  ///< 0: of any age
    bool recursive = false, dry_run = false;
};

struct mb_options {
    std::vector<std::string> uris;
    std::string location;
    bool object_lock = false;
};

struct rb_options {
    std::vector<std::string> uris;
};

struct doctor_options {
    std::string uri;
};

struct presign_url_options {
    std::string uri, method = "GET";
    std::chrono::nanoseconds expires = std::chrono::minutes(15);
};

struct bench_options {
    std::vector<std::string> uris;
    transfer_options transfer;
    std::uint64_t range_size() const noexcept { return transfer.part_size.value_or(8u << 20); }  ///< bytes of one request
    std::size_t in_flight() const noexcept { return transfer.in_flight.value_or(16); }           ///< over all threads, objects and repeats
    bool single() const noexcept { return transfer.strategy == read_strategy::single; }
    std::size_t repeat = 1;
    std::size_t threads = 1;
    bool verify = false;
};

struct command {
    global_options global;
    std::variant<ls_options, cat_options, stat_options, cp_options, rm_options, bench_options, uploads_ls_options, uploads_abort_options,
                 mb_options, rb_options, presign_url_options, doctor_options>
        verb;
};

}  // namespace sluice::inline v0::cli
