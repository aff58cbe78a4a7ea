#include "support/temporary_folder.hpp"

#include <sluice/azure.hpp>
#include <sluice/file.hpp>
#include <sluice/gcs.hpp>
#include <sluice/memory.hpp>
#include <sluice/object_store.hpp>
#include <sluice/s3.hpp>

#include <doctest/doctest.h>

#include <fstream>
#include <functional>
#include <iterator>
#include <string>
#include <vector>

using namespace sluice;

namespace {

struct backend {
    std::string name;
    capabilities can;
};

std::vector<backend> all_backends(std::string const& folder) {
    s3_settings s3;
    s3.bucket = "bucket";
    s3_settings directory;
    directory.bucket = "bucket--use1-az4--x-s3";
    azure_settings azure;
    azure.account = "mystorage";
    azure.container = "container";
    gcs_settings gcs;
    gcs.bucket = "bucket";
    file_settings file;
    file.root = folder;
    return {{"S3", make_s3_store(s3)->can()},
            {"S3 Express", make_s3_store(directory)->can()},
            {"Azure Blob", make_azure_store(azure)->can()},
            {"Google Cloud", make_gcs_store(gcs)->can()},
            {"files", make_file_store(file)->can()},
            {"memory", make_memory_store("memory")->can()}};
}

std::string yes(bool const able) { return able ? "yes" : ""; }

std::string bytes_in_words(std::uint64_t const n) {
    constexpr std::uint64_t gib = 1ull << 30, mib = 1ull << 20;
    if (n == 0) return "";
    if (n > (std::uint64_t{1} << 60)) return "any";
    if (n % gib == 0) return std::to_string(n / gib) + " GiB";
    return n % mib == 0 ? std::to_string(n / mib) + " MiB" : std::to_string(n) + " B";
}

struct table_line {
    char const* title;
    std::function<std::string(capabilities const&)> cell;
};

std::vector<table_line> table_lines() {
    return {
        {"create-only puts", [](auto const& c) { return yes(c.create_only_put); }},
        {"compare and swap (`put_options::if_match`)", [](auto const& c) { return yes(c.conditional_put); }},
        {"older versions are read", [](auto const& c) { return yes(c.versions); }},
        {"attributes and metadata", [](auto const& c) { return yes(c.attributes); }},
        {"storage classes, tags and the like (`keeping`)", [](auto const& c) { return yes(c.keeping); }},
        {"checksums of objects", [](auto const& c) { return yes(c.checksums); }},
        {"uploads in parts", [](auto const& c) { return yes(c.uploads); }},
        {"uploads are taken up again (`resume_as`)", [](auto const& c) { return yes(c.resumes); }},
        {"a write takes away other uploads of its key", [](auto const& c) { return yes(c.lone_uploads); }},
        {"parts of one upload, at most", [](auto const& c) { return c.max_parts == 0 ? "" : std::to_string(c.max_parts); }},
        {"smallest part but the last", [](auto const& c) { return bytes_in_words(c.min_part); }},
        {"largest part", [](auto const& c) { return bytes_in_words(c.max_part); }},
        {"copies within the store", [](auto const& c) { return yes(c.copies); }},
        {"keys of one removal request", [](auto const& c) { return std::to_string(c.remove_batch); }},
        {"listings in order, from a key on", [](auto const& c) { return yes(c.ordered_listing); }},
        {"listings by whole folders only", [](auto const& c) { return yes(c.folder_listing); }},
        {"keys are paths", [](auto const& c) { return yes(c.paths); }},
        {"longest key", [](auto const& c) { return std::to_string(c.longest_key) + " B"; }},
        {"reads above this size are in ranges",
         [](auto const& c) { return c.reading.strategy == read_strategy::single ? "one request" : bytes_in_words(c.reading.threshold); }},
        {"bytes of one range", [](auto const& c) { return bytes_in_words(c.reading.part_size); }},
        {"the same of objects that would be few ranges, at least", [](auto const& c) { return bytes_in_words(c.reading.least_part); }}};
}

std::string table_of(std::vector<backend> const& backends) {
    std::string text = "| |";
    for (backend const& one : backends) text += ' ' + one.name + " |";
    text += "\n|---|";
    for (std::size_t i = 0; i < backends.size(); ++i) text += "---|";
    for (table_line const& line : table_lines()) {
        text += "\n| " + std::string(line.title) + " |";
        for (backend const& one : backends) text += ' ' + line.cell(one.can) + " |";
    }
    return text + '\n';
}

}  // namespace

TEST_CASE("backends: docs/backends.md shows what `can` says") {
    test::temporary_folder const folder(test::on_disk());
    std::string const wanted = table_of(all_backends(folder.path()));
    std::ifstream file(std::string(SLUICE_SOURCE_ROOT) + "/docs/backends.md");
    std::string const page((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    CHECK_MESSAGE(page.find(wanted) != std::string::npos, "docs/backends.md should have this table:\n" << wanted);
}
