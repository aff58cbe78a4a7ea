#include "backend/azure/blob_url.hpp"

#include <sluice/open.hpp>

#include <doctest/doctest.h>

#include <string>

using namespace sluice;

TEST_CASE("azure URLs: of a blob, with the signature in their query") {
    CHECK(azure::is_blob_url("https://mine.blob.core.windows.net/c/k"));
    CHECK_FALSE(azure::is_blob_url("http://mine.blob.core.windows.net/c/k"));
    CHECK_FALSE(azure::is_blob_url("https://mine.blob.core.windows.net.evil.example/c/k"));
    CHECK_FALSE(azure::is_blob_url("https://evil.example/?https://mine.blob.core.windows.net"));
    auto const url = azure::parse_blob_url("https://mine.blob.core.windows.net/c/a%20b/d?sv=1&sig=x");
    REQUIRE(url.has_value());
    CHECK(url->account == "mine");
    CHECK(url->endpoint == "https://mine.blob.core.windows.net");
    CHECK(url->container == "c");
    CHECK(url->key == "a b/d");
    CHECK(url->sas == "sv=1&sig=x");
    CHECK(azure::parse_blob_url("https://mine.blob.core.windows.net/c/%zz").has_error());
    CHECK(azure::parse_blob_url("https://mine.blob.core.windows.net/c/k#f").has_error());
}

TEST_CASE("azure URIs: az, abfs and abfss") {
    auto const plain = parse_uri("az://container/a%20b?c");
    REQUIRE(plain.has_value());
    CHECK(plain->scheme == "az");
    CHECK(plain->bucket == "container");
    CHECK(plain->key == "a%20b?c");
    auto const lake = parse_uri("abfss://container@mine.dfs.core.windows.net/a/b");
    REQUIRE(lake.has_value());
    CHECK(lake->scheme == "az");
    CHECK(lake->bucket == "container");
    CHECK(lake->host == "mine.dfs.core.windows.net");
    CHECK(lake->key == "a/b");
    CHECK(lake->text() == "abfss://container@mine.dfs.core.windows.net/a/b");
    for (char const* const bad : {"abfs://container/key", "abfss://container@mine/key", "abfss://container@a b.c/key", "az:///key"})
        CHECK_MESSAGE(parse_uri(bad).has_error(), bad);
}

TEST_CASE("azure URIs: keys of one account are not sent to another") {
    open_settings settings;
    settings.azure.emplace();
    settings.azure->account = "mine";
    settings.azure->account_key = "a2V5";
    CHECK(open("abfss://container@mine.dfs.core.windows.net/k", settings).store->uri() == "az://container/");
    CHECK(open("https://mine.blob.core.windows.net/container/k", settings).key == "k");
    CHECK(open("https://other.blob.core.windows.net/container/k?sv=1&sig=x", settings).key == "k");
    CHECK_THROWS_AS(open("abfss://container@other.dfs.core.windows.net/k", settings), error);
    CHECK_THROWS_AS(open("https://other.blob.core.windows.net/container/k", settings), error);
    CHECK(open("az://container/k", settings).key == "k");
}
