#include "conformance/fixture.hpp"

#include "support/small_disk.hpp"
#include "support/temporary_folder.hpp"
#include "support/wrapped_store.hpp"

#include <sluice/azure.hpp>
#include <sluice/file.hpp>
#include <sluice/gcs.hpp>
#include <sluice/memory.hpp>
#include <sluice/s3.hpp>
#include <sluice/testing/azure_server.hpp>
#include <sluice/testing/gcs_server.hpp>
#include <sluice/testing/s3_server.hpp>

#include <unistd.h>
#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <optional>
#include <stdexcept>

namespace sluice::test {

namespace {

std::string environment(char const* name) {
    char const* const value = std::getenv(name);
    return value == nullptr ? std::string() : std::string(value);
}

/// A store, and what it stands on: a server, real or in this process, or a folder.
struct setting {
    std::unique_ptr<testing::s3_server> server;
    std::unique_ptr<testing::azure_server> azure;
    std::unique_ptr<testing::gcs_server> gcs;
    std::unique_ptr<temporary_folder> folder;
    std::shared_ptr<object_store> store;
    std::optional<s3_settings> service;  ///< of what is an S3 service
};

etag_form form_named(std::string const& name) {
    if (name.empty() || name == "quoted") return etag_form::quoted;
    if (name == "bare") return etag_form::bare;
    if (name == "none") return etag_form::none;
    throw std::runtime_error("SLUICE_TEST_PUT_IF_MATCH is quoted, bare or none");
}

/// Below what folder a store of files is made.
std::string folder_for(std::string const& kind) {
    static std::unique_ptr<small_disk> disk;  // one for all cases
    std::size_t const dash = kind.find('-');
    std::string const where = dash == std::string::npos ? std::string() : kind.substr(dash + 1);
    if (where == "tmpfs") return in_memory();
    if (where.empty()) return on_disk();
    if (where != "ext4" && where != "xfs") throw std::runtime_error("no file system " + where);
    if (!disk) disk = std::make_unique<small_disk>(where, std::uint64_t{512} << 20);
    return disk->path();
}

/// Of Google Cloud Storage: "whole": no resumable uploads. Of S3: "signed": bodies are; "trailers": checksums of sources come behind them;
/// "asked": whatever has a body is asked about first.
void how_written(std::string const& words, s3_settings& settings) {
    auto const said = [&](char const* word) { return words.find(word) != std::string::npos; };
    if (said("signed")) settings.signing = payload_signing::signed_payload;
    if (said("trailers")) settings.source_checksums = checksum_place::behind_body;
    if (said("trailers")) settings.write_checksums = checksum_mode::when_supported;
    if (said("asked")) settings.expect_continue_above = 0;
}

/// Small pages, small steps, small chunks: what is large elsewhere is here of many requests.
void make_gcs(setting& s) {
    testing::gcs_server_options options;
    options.page_limit = 7;
    options.rewrite_limit = 1u << 20;
    s.gcs = std::make_unique<testing::gcs_server>(options);
    gcs_settings settings;
    settings.bucket = options.buckets.front();
    settings.endpoint = s.gcs->endpoint();
    settings.tokens = static_token(options.token);
    settings.resumable_above = 1u << 20;
    settings.chunk_size = 256 * 1024;
    s.store = make_gcs_store(settings);
}

setting make_setting() {
    setting s;
    std::string const kind = environment("SLUICE_STORE");
    s.store = make_wrapped(kind);
    if (s.store) return s;
    if (kind == "memory") {
        s.store = make_memory_store("conformance", 7);
    } else if (kind == "s3" || kind == "s3-directory") {
        testing::s3_server_options options;
        options.page_limit = 7;
        options.directory = kind == "s3-directory";
        if (options.directory) options.buckets = {"bucket--use1-az4--x-s3"};
        s.server = std::make_unique<testing::s3_server>(options);
        s3_settings settings;
        settings.bucket = options.buckets.front();
        settings.endpoint = s.server->endpoint();
        settings.credentials = static_credentials(credentials(options.access_key, options.secret_key));
        settings.write_checksums = settings.read_checksums = checksum_mode::when_supported;
        how_written(environment("SLUICE_TEST_WRITES"), settings);
        s.store = make_s3_store(settings);
        s.service = settings;
    } else if (kind == "azure") {
        testing::azure_server_options options;
        options.page_limit = 7;
        options.copy_polls = 1;
        s.azure = std::make_unique<testing::azure_server>(options);
        azure_settings settings;
        settings.account = options.account;
        settings.account_key = options.account_key;
        settings.container = options.containers.front();
        settings.endpoint = s.azure->endpoint();
        settings.checksum = azure_checksum::crc64;
        s.store = make_azure_store(settings);
    } else if (kind == "azure-env") {
        azure_settings settings = azure_settings::from_env();
        settings.container = environment("SLUICE_TEST_BUCKET");
        s.store = make_azure_store(settings);
    } else if (kind == "gcs") {
        make_gcs(s);
    } else if (kind == "gcs-env") {
        gcs_settings settings = gcs_settings::from_env();
        settings.bucket = environment("SLUICE_TEST_BUCKET");
        bool const whole = environment("SLUICE_TEST_WRITES") == "whole";
        settings.resumable_above = whole ? UINT64_MAX : 1u << 20;
        settings.chunk_size = 1u << 20;
        s.store = make_gcs_store(settings);
    } else if (kind.starts_with("file") || kind.starts_with("direct")) {
        s.folder = std::make_unique<temporary_folder>(folder_for(kind));
        file_settings settings;
        settings.root = s.folder->path();
        if (kind.starts_with("direct")) settings.access = file_access::direct;
        s.store = make_file_store(settings);
    } else if (kind == "env") {
        s3_settings settings = s3_settings::from_env();
        settings.bucket = environment("SLUICE_TEST_BUCKET");
        settings.put_if_match = form_named(environment("SLUICE_TEST_PUT_IF_MATCH"));
        how_written(environment("SLUICE_TEST_WRITES"), settings);
        s.store = make_s3_store(settings);
        s.service = settings;
    } else {
        throw std::runtime_error(
            "set SLUICE_STORE to memory, file, direct, s3, s3-directory, env, azure, azure-env, gcs, gcs-env, prefixed, limited, observed, "
            "faulty or nested");
    }
    return s;
}

}  // namespace

void run_conformance(std::function<awaitable<void>(place)> body) {
    static std::atomic<unsigned> count = 0;
    setting const here = make_setting();
    place p;
    p.store = here.store;
    p.service = here.service;
    p.swaps = environment("SLUICE_TEST_SWAPS") != "refused";
    p.prefix = "conformance-" + std::to_string(::getpid()) + '-' + std::to_string(++count) + '/';
    auto const whole = [&]() -> awaitable<void> {
        co_await body(p);
        co_await remove_prefix(p.store, p.prefix);
    };
    run(whole);
    if (here.azure) CHECK_MESSAGE(here.azure->counts().refused == 0, here.azure->counts().last_refusal);
    if (here.gcs) CHECK_MESSAGE(here.gcs->counts().refused == 0, here.gcs->counts().last_refusal);
    if (here.server) CHECK_MESSAGE(here.server->counts().refused == 0, here.server->counts().last_refusal);
}

std::string pattern(std::size_t size, std::uint32_t seed) {
    std::string data(size, '\0');
    std::uint32_t x = seed * 2654435761u + 1;
    for (char& c : data) {
        x = x * 1664525u + 1013904223u;
        c = static_cast<char>(x >> 24);
    }
    return data;
}

awaitable<errc> reason_of(std::function<awaitable<void>()> operation) {
    try {
        co_await operation();
    } catch (error const& e) {
        co_return e.reason();
    }
    FAIL("the operation succeeded");
    co_return errc{};
}

awaitable<std::string> content(place p, std::string name) {
    whole_object const object = co_await get_all(p.store, p.key(name));
    co_return std::string(object.data.text());
}

awaitable<void> put(place p, std::string name, std::string data) {
    payload body(data);
    co_await p.store->put(p.key(name), std::move(body));
}

std::vector<std::string> names(place const& p, list_page const& page) {
    std::vector<std::string> out;
    for (object_meta const& object : page.objects) out.push_back(object.key.substr(p.prefix.size()));
    if (!p.store->can().ordered_listing) std::ranges::sort(out);
    return out;
}

std::vector<std::string> groups(place const& p, list_page const& page) {
    std::vector<std::string> out;
    for (std::string const& prefix : page.prefixes) out.push_back(prefix.substr(p.prefix.size()));
    if (!p.store->can().ordered_listing) std::ranges::sort(out);
    return out;
}

std::string listed_prefix(place const& p, object_key key) {
    if (p.store->can().folder_listing) key.resize(key.rfind('/') + 1);
    return key;
}

}  // namespace sluice::test
