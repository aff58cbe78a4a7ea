#pragma once

#include "support/co_test.hpp"
#include "support/temporary_folder.hpp"

#include <sluice/file.hpp>
#include <sluice/object_store.hpp>
#include <sluice/operations.hpp>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::test {

/// A store of files on an empty folder.
struct folder_store {
    explicit folder_store(temporary_folder const& at, file_settings settings = {});
    folder_store(std::string p, std::shared_ptr<object_store> s) : path(std::move(p)), store(std::move(s)) {}
    std::string path;
    std::shared_ptr<object_store> store;

    std::string operator/(std::string_view name) const { return path + '/' + std::string(name); }
};

/// Runs `body` on a folder on the disk and on one in memory, each in a context of its own.
void in_folders(std::function<awaitable<void>(folder_store)> body, file_settings settings = {});

void write_file(std::string const& path, std::string_view content);
std::string read_file(std::string const& path);
/// Names of everything in a folder and below it, folders with a slash at the end, sorted.
std::vector<std::string> tree_of(std::string const& path);
/// Those of `tree_of` that are of half-written files.
std::vector<std::string> partials_in(std::string const& path);
/// Open descriptors of this process.
std::size_t open_descriptors();

/// Bytes that tell their own place.
std::string tale(std::size_t size, unsigned seed = 1);

awaitable<put_result> put(folder_store at, std::string key, std::string data, put_options options = {});
awaitable<std::string> content(folder_store at, std::string key);
/// The reason `operation` fails with; a success fails the test.
awaitable<errc> reason_of(std::function<awaitable<void>()> operation);
std::vector<std::string> keys_of(list_page const& page);

}  // namespace sluice::test

/// Awaits `...` and checks the reason of its failure.
#define CHECK_FAILS(expected, ...)                                                        \
    do {                                                                                  \
        auto const attempt_ = [&]() -> sluice::awaitable<void> { co_await __VA_ARGS__; }; \
        sluice::errc const reason_ = co_await sluice::test::reason_of(attempt_);          \
        CHECK(sluice::to_string(reason_) == sluice::to_string(expected));                 \
    } while (false)
