#pragma once

#include "text/progress_text.hpp"

#include <sluice/byte_range.hpp>
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
    std::string endpoint, region, profile, ca_bundle;
    bool no_sign_request = false;
    bool path_style = false;
    bool json = false;
    int verbosity = 0;
    std::optional<std::chrono::nanoseconds> time_limit;
    progress_mode progress = progress_mode::automatic;
};

/// How a large object is read.
struct transfer_options {
    std::uint64_t part_size = reading_habit().part_size;
    std::size_t in_flight = reading_habit().parts_in_flight;
    read_strategy strategy = read_strategy::ranges;
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
    transfer_options transfer;
};

struct rm_options {
    std::vector<std::string> uris;
    bool recursive = false, glob = false, dry_run = false;
};

struct bench_options {
    std::vector<std::string> uris;
    transfer_options transfer;  ///< part_size: of one request; in_flight: over all threads, objects and repeats
    std::size_t repeat = 1;
    std::size_t threads = 1;
    bool verify = false;
};

struct command {
    global_options global;
    std::variant<ls_options, cat_options, stat_options, cp_options, rm_options, bench_options> verb;
};

}  // namespace sluice::inline v0::cli
