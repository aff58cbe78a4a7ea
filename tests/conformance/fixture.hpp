#pragma once

#include "support/co_test.hpp"

#include <sluice/object_store.hpp>
#include <sluice/operations.hpp>
#include <sluice/s3.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::test {

/// The store under test and a part of it that belongs to this case alone; emptied afterwards.
struct place {
    place() {}
    std::shared_ptr<object_store> store;
    std::string prefix;                  ///< ends in '/'
    std::optional<s3_settings> service;  ///< of an S3 service, for what other stores do not have
    bool swaps = true;                   ///< a put with If-Match finds the version it names; see SLUICE_TEST_SWAPS

    object_key key(std::string_view name) const { return prefix + std::string(name); }
};

/// Runs one case against the store that SLUICE_STORE names: "memory", "file" or "direct" (on the disk; with "-tmpfs", "-ext4" or
/// "-xfs" behind it on such a file system, where this process may mount one), "s3" and "s3-directory" (in this
/// process, as plain and as directory bucket), "gcs" (in this process), "env" (settings from the environment
/// and the bucket of SLUICE_TEST_BUCKET: a real server), or a wrapper
/// ("prefixed", "limited", "observed", "faulty", or all: "nested") around a memory store. SLUICE_TEST_PUT_IF_MATCH is a real server's
/// `etag_form`; SLUICE_TEST_SWAPS=refused says that it wants another, which the cases then expect to end well, too.
void run_conformance(std::function<awaitable<void>(place)> body);

/// Bytes that differ at every offset modulo a prime, so that a shifted, repeated or zeroed piece shows.
std::string pattern(std::size_t size, std::uint32_t seed = 1);

/// The reason `operation` fails with; a success fails the test.
awaitable<errc> reason_of(std::function<awaitable<void>()> operation);

awaitable<std::string> content(place p, std::string name);
awaitable<void> put(place p, std::string name, std::string data);
/// As they were listed; in key order where the store promises none.
std::vector<std::string> names(place const& p, list_page const& page);
std::vector<std::string> groups(place const& p, list_page const& page);
/// What lists all that begins with `key`, and in a store of whole folders more.
std::string listed_prefix(place const& p, object_key key);

inline std::span<std::byte> writable(std::string& s) { return std::as_writable_bytes(std::span(s)); }

}  // namespace sluice::test

#define SLUICE_CONFORMANCE_(name, function)                         \
    static sluice::awaitable<void> function(sluice::test::place p); \
    TEST_CASE(name) { sluice::test::run_conformance(&function); }   \
    static sluice::awaitable<void> function([[maybe_unused]] sluice::test::place p)

/// One line of the conformance list: what every store and wrapper must do. `p` is the place to do it in.
#define CONFORMANCE(name) SLUICE_CONFORMANCE_(name, DOCTEST_ANONYMOUS(conformance_))

/// Awaits `...` and checks the reason of its failure.
#define CHECK_FAILS(expected, ...)                                                        \
    do {                                                                                  \
        auto const attempt_ = [&]() -> sluice::awaitable<void> { co_await __VA_ARGS__; }; \
        sluice::errc const reason_ = co_await sluice::test::reason_of(attempt_);          \
        CHECK(sluice::to_string(reason_) == sluice::to_string(expected));                 \
    } while (false)
