#include "arguments.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace sluice;
using namespace sluice::cli;

namespace {

std::variant<command, parse_end> parsed(std::vector<char const*> words) {
    words.insert(words.begin(), "sluice");
    return parse_arguments(static_cast<int>(words.size()), words.data());
}

parse_end ended(std::vector<char const*> words) {
    std::variant<command, parse_end> const got = parsed(std::move(words));
    auto const* const end = std::get_if<parse_end>(&got);
    REQUIRE(end != nullptr);
    return *end;
}

}  // namespace

TEST_CASE("arguments: a complaint is one line that names what was not understood") {
    struct row {
        std::vector<char const*> words;
        char const* text;
    };
    static std::vector<row> const rows{
        {{"ls", "--nope"}, "there is no option --nope"},
        {{"--nope", "ls"}, "there is no option --nope"},
        {{"ls", "--nope", "s3://b/k"}, "there is no option --nope"},
        {{"ls", "--json", "--nope"}, "there is no option --nope"},
        {{"cp", "--part-siz", "8MiB", "a", "s3://b/k"}, "there is no option --part-siz"},
        {{"bench", "get", "--nope"}, "there is no option --nope"},
        {{"bench", "--nope"}, "there is no option --nope"},
        {{"stat", "-x", "s3://b/k"}, "there is no option -x"},
        {{"ls", "--a\nb"}, "there is no option --a\\nb"},
        {{"frob"}, "there is no verb frob"},
        {{"bench", "frob"}, "there is no verb frob"},
        {{}, "a verb is required"},
        {{"bench"}, "a verb is required"},
        {{"ls"}, "URI is required"},
        {{"cp", "a", "--"}, "TO is required"},
        {{"ls", "s3://b/", "more"}, "more"},
        {{"ls", "s3://b/", "https://h/k?X-Amz-Signature=canary"}, "https://h/k "},
        {{"https://h/k?X-Amz-Signature=canary"}, "there is no verb https://h/k "},
        {{"cat", "s3://b/k", "--range", "9-1"}, "--range: \"9-1\" is not a range like 0-99, 100- or -50"},
        {{"cat", "s3://b/k", "--range", "1-2", "--offset", "1"}, "--range excludes --offset"},
        {{"cp", "a", "s3://b/k", "--part-size", "0"}, "--part-size: \"0\" is not a size like 8MiB"},
        {{"cp", "a", "s3://b/k", "--strategy", "swift"}, "--strategy: \"swift\" is not single, ranges or sharded"},
        {{"bench", "get", "s3://b/k", "--strategy", "sharded"}, "--strategy: \"sharded\" is not single or ranges"},
        {{"cat", "s3://b/k", "--strategy", "sharded", "--threads", "0"}, "--threads: \"0\" is not"},
        {{"uploads"}, "a verb is required"},
        {{"uploads", "ls"}, "URI is required"},
        {{"uploads", "abort", "s3://b/k", "--older-than", "yesterday"}, "--older-than: \"yesterday\" is not a time like 24h or 30m"},
        {{"uploads", "abort", "s3://b/k", "--id", "i", "-r"}, "--id excludes --recursive"},
        {{"ls", "s3://b/", "--timeout", "soon"}, "--timeout: \"soon\" is not a time like 30, 500ms or 2m"},
    };
    for (row const& r : rows) {
        parse_end const end = ended(r.words);
        CHECK(end.code == 2);
        CHECK_MESSAGE(end.text.find(r.text) != std::string::npos, end.text);
        CHECK_MESSAGE(end.text.find('\n') == std::string::npos, end.text);
    }
}

TEST_CASE("arguments: help and version go to standard output") {
    CHECK(ended({"--version"}).code == 0);
    CHECK(ended({"--version"}).text == "sluice " SLUICE_VERSION "\n");
    CHECK(ended({"--help"}).text.find("Exit codes") != std::string::npos);
    CHECK(ended({"cat", "--help"}).text.find("--range RANGE") != std::string::npos);
    CHECK(ended({"cat", "-h"}).code == 0);
}

TEST_CASE("arguments: options of every verb stand before or behind it, and a key may look like one") {
    for (std::vector<char const*> const& words : {std::vector<char const*>{"--json", "-vv", "--timeout", "2m", "ls", "s3://b/--nope"},
                                                  std::vector<char const*>{"ls", "s3://b/--nope", "--json", "-v", "-v", "--timeout=120"}}) {
        std::variant<command, parse_end> const got = parsed(words);
        auto const* const what = std::get_if<command>(&got);
        REQUIRE(what != nullptr);
        CHECK(what->global.json);
        CHECK(what->global.verbosity == 2);
        CHECK(what->global.time_limit == std::chrono::minutes(2));
        CHECK(std::get<ls_options>(what->verb).uri == "s3://b/--nope");
    }
}

TEST_CASE("arguments: how a large object is read") {
    std::variant<command, parse_end> const got = parsed({"cp", "s3://b/k", "here", "--strategy", "sharded", "--threads", "3"});
    auto const* const what = std::get_if<command>(&got);
    REQUIRE(what != nullptr);
    auto const& cp = std::get<cp_options>(what->verb);
    CHECK(cp.transfer.strategy == read_strategy::sharded);
    CHECK(cp.transfer.threads == 3);
    CHECK_FALSE(cp.transfer.part_size.has_value());
}

TEST_CASE("arguments: a benchmark's numbers") {
    std::variant<command, parse_end> const got = parsed({"bench", "get", "s3://b/1", "s3://b/2", "--range-size", "64KiB", "--in-flight",
                                                         "5", "--repeat", "7", "--threads", "2", "--strategy", "single", "--verify"});
    auto const* const what = std::get_if<command>(&got);
    REQUIRE(what != nullptr);
    auto const& bench = std::get<bench_options>(what->verb);
    CHECK(bench.uris == std::vector<std::string>{"s3://b/1", "s3://b/2"});
    CHECK(bench.transfer.part_size == 65536);
    CHECK(bench.transfer.in_flight == 5);
    CHECK(bench.transfer.strategy == read_strategy::single);
    CHECK(bench.repeat == 7);
    CHECK(bench.threads == 2);
    CHECK(bench.verify);
}
