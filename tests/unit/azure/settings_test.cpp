#include "backend/azure/settings.hpp"
#include "backend/azure/core.hpp"

#include <doctest/doctest.h>

#include <map>
#include <string>

using namespace sluice;

namespace {

auth::surroundings with(std::map<std::string, std::string> variables) {
    auth::surroundings around;
    around.variable = [variables](char const* name) {
        auto const found = variables.find(name);
        return found == variables.end() ? std::string() : found->second;
    };
    around.file = [](std::string const&) { return result<std::optional<std::string>>(std::optional<std::string>()); };
    return around;
}

}  // namespace

TEST_CASE("azure settings: connection strings") {
    auto const whole = azure::parse_connection_string(
        "DefaultEndpointsProtocol=https;AccountName=mine;AccountKey=a2V5PT0=;EndpointSuffix=core.chinacloudapi.cn");
    REQUIRE(whole.has_value());
    CHECK(whole->account == "mine");
    CHECK(whole->account_key == "a2V5PT0=");
    CHECK(whole->endpoint == "https://mine.blob.core.chinacloudapi.cn");

    auto const named = azure::parse_connection_string("blobendpoint=http://127.0.0.1:10000/dev;AccountName=dev;AccountKey=a2V5;");
    REQUIRE(named.has_value());
    CHECK(named->endpoint == "http://127.0.0.1:10000/dev");

    auto const by_signature =
        azure::parse_connection_string("BlobEndpoint=https://mine.blob.core.windows.net;SharedAccessSignature=sv=2021&sig=a%3D");
    REQUIRE(by_signature.has_value());
    CHECK(by_signature->sas == "sv=2021&sig=a%3D");

    auto const emulator = azure::parse_connection_string("UseDevelopmentStorage=true");
    REQUIRE(emulator.has_value());
    CHECK(emulator->account == "devstoreaccount1");
    CHECK(emulator->endpoint == "http://127.0.0.1:10000/devstoreaccount1");
}

TEST_CASE("azure settings: what is no connection string is refused, and not repeated") {
    for (char const* const bad :
         {"", ";;", "canary", "AccountKey=canary", "=canary", "DefaultEndpointsProtocol=ftp;AccountName=a;AccountKey=canary",
          "BlobEndpoint=https://x.y;AccountKey=canary"}) {
        auto const parsed = azure::parse_connection_string(bad);
        REQUIRE_MESSAGE(parsed.has_error(), bad);
        CHECK(parsed.error().reason() == errc::invalid_argument);
        CHECK(parsed.error().info().detail.find("canary") == std::string::npos);
    }
}

TEST_CASE("azure settings: the environment, a connection string first") {
    auto const parts = azure::read_settings(with({{"AZURE_STORAGE_ACCOUNT", "mine"}, {"AZURE_STORAGE_KEY", "a2V5"}}));
    REQUIRE(parts.has_value());
    CHECK(parts->account == "mine");
    CHECK(parts->account_key == "a2V5");
    auto const both = azure::read_settings(
        with({{"AZURE_STORAGE_ACCOUNT", "other"}, {"AZURE_STORAGE_CONNECTION_STRING", "AccountName=mine;AccountKey=a2V5"}}));
    REQUIRE(both.has_value());
    CHECK(both->account == "mine");
    auto const by_signature = azure::read_settings(with({{"AZURE_STORAGE_ACCOUNT", "mine"}, {"AZURE_STORAGE_SAS_TOKEN", "?sv=1&sig=x"}}));
    REQUIRE(by_signature.has_value());
    CHECK(by_signature->sas == "?sv=1&sig=x");
    CHECK(azure::read_settings(with({{"AZURE_STORAGE_CONNECTION_STRING", "canary"}})).has_error());
}

TEST_CASE("azure settings: names of accounts and containers, and what a store refuses before anything is sent") {
    for (char const* const good : {"abc", "a-b-c", "123", "$root", "$web"}) CHECK_MESSAGE(azure::check_container(good).has_value(), good);
    for (char const* const bad : {"", "ab", "A-b", "a--b", "-abc", "abc-", "a_b", "a.b", "$other"})
        CHECK_MESSAGE(azure::check_container(bad).has_error(), bad);
    CHECK(azure::check_account("mystorage1").has_value());
    for (char const* const bad : {"", "ab", "My", "my-storage", "abcdefghijklmnopqrstuvwxyz"})
        CHECK_MESSAGE(azure::check_account(bad).has_error(), bad);
    azure_settings settings;
    settings.container = "container";
    CHECK_THROWS_AS(make_azure_store(settings), error);  // neither account nor endpoint
    settings.account = "mystorage";
    settings.account_key = "no base64";
    CHECK_THROWS_AS(make_azure_store(settings), error);
    settings.account_key.clear();
    settings.sas = "sv=2021";  // no signature
    CHECK_THROWS_AS(make_azure_store(settings), error);
    settings.sas = "sv=2021&sig=a b";
    CHECK_THROWS_AS(make_azure_store(settings), error);
    settings.sas = "?sv=2021&sig=ab";
    CHECK(make_azure_store(settings)->uri() == "az://container/");
}
