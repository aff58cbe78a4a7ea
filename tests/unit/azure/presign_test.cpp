#include "backend/azure/presign.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace sluice;

namespace {

constexpr std::string_view account_key = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";
constexpr wall_time example_time{std::chrono::seconds(1369353600)};  // 2013-05-24T00:00:00Z

result<std::string> sas_of(object_key const& key, presign_options const& options, bool tls = true) {
    auto const by = auth::shared_key::make("devstoreaccount1", account_key);
    return azure::service_sas(by.value(), "container", key, options, tls, example_time);
}

presign_options by(std::string method) {
    presign_options options;
    options.method = std::move(method);
    return options;
}

errc reason_of(presign_options const& options) {
    auto const made = sas_of("k", options);
    REQUIRE(made.has_error());
    return made.error().reason();
}

azure_settings emulator() {
    azure_settings settings;
    settings.account = "devstoreaccount1";
    settings.account_key = account_key;
    settings.container = "container";
    settings.endpoint = "http://127.0.0.1:10000/devstoreaccount1";
    return settings;
}

std::optional<errc> reason_of_url(azure_settings settings, object_key const& key) {
    auto const made = azure::presigned_url(*azure::core::make(std::move(settings)).value(), key, presign_options(), example_time);
    return made ? std::nullopt : std::optional(made.error().reason());
}

}  // namespace

TEST_CASE("azure presign: the signatures are those that azure-storage-blob makes") {
    // azure.storage.blob's BlobSharedAccessSignature.generate_blob of that account and version; expiry 2013-05-24T00:15:00Z.
    std::string const odd = "a b/\u00e9+?%'\"";
    CHECK(sas_of("k", presign_options()).value() ==
          "sv=2021-12-02&sr=b&sp=r&se=2013-05-24T00%3A15%3A00Z&spr=https&sig=2AzWxSJYDhsQksvaqWcL%2BtCxmx2w7LIm3J4nPcoAT6g%3D");
    CHECK(sas_of("k", by("HEAD")).value() == sas_of("k", by("GET")).value());
    CHECK(sas_of(odd, by("GET")).value().ends_with("&sig=bu2%2FDhKe0cuhrvuOcg%2FtVoBrKy%2B7tFRkU9R4UeTcx00%3D"));
    CHECK(sas_of(odd, by("DELETE"))
              .value()
              .ends_with("&sp=d&se=2013-05-24T00%3A15%3A00Z&spr=https&sig="
                         "La7rV6E1MJvLKd1Y6mzFVWNMoUGqLa427m0I%2FeD6xUw%3D"));
    CHECK(sas_of(odd, by("PUT"), false).value() ==
          "sv=2021-12-02&sr=b&sp=cw&se=2013-05-24T00%3A15%3A00Z&sig=BmCtUWws4ikvv8kEtTjT7YMGsap33mmgwe%2Fft53tQq0%3D");
}

TEST_CASE("azure presign: what the answer to a read says is signed in the service's order") {
    presign_options options;
    options.query = {
        {"rsct", "text/plain"}, {"rscl", "fr"}, {"rsce", "gzip"}, {"rscd", "attachment; filename=\"a b\""}, {"rscc", "no-cache"}};
    std::string const query = sas_of("k", options).value();
    CHECK(query.ends_with("&sig=JE9tZFBqkxBPkhWO5uZNRKmnzJ1Yaad8YyksTNU9mBs%3D"));
    CHECK(query.find("&rscd=attachment%3B%20filename%3D%22a%20b%22&") != std::string::npos);
}

TEST_CASE("azure presign: what cannot be signed is refused") {
    presign_options none, never, headers, part, other, of_write, line, twice;
    none.method = "POST";
    CHECK(reason_of(none) == errc::invalid_argument);
    never.expires = std::chrono::seconds(0);
    CHECK(reason_of(never) == errc::invalid_argument);
    never.expires = std::chrono::days(7) + std::chrono::seconds(1);
    CHECK(reason_of(never) == errc::invalid_argument);
    headers.headers = {{"Content-Type", "text/plain"}};
    CHECK(reason_of(headers) == errc::unsupported);
    part.method = "PUT";
    part.upload_id = "x";
    part.part_number = 1;
    CHECK(reason_of(part) == errc::unsupported);
    other.query = {{"versionid", "x"}};
    CHECK(reason_of(other) == errc::unsupported);
    of_write.method = "PUT";
    of_write.query = {{"rsct", "text/plain"}};
    CHECK(reason_of(of_write) == errc::unsupported);
    line.query = {{"rsct", "text/plain\nx"}};
    CHECK(reason_of(line) == errc::invalid_argument);
    twice.query = {{"rsct", "a"}, {"rsct", "b"}};
    CHECK(reason_of(twice) == errc::invalid_argument);
}

TEST_CASE("azure presign: the URL, and who can sign one") {
    auto const store = azure::core::make(emulator()).value();
    std::string const url = azure::presigned_url(*store, "a b/\u00e9?", presign_options(), example_time).value();
    CHECK(url.starts_with("http://127.0.0.1:10000/devstoreaccount1/container/a%20b/%C3%A9%3F?sv="));
    CHECK(url.find("spr=") == std::string::npos);
    azure_settings settings = emulator();
    settings.endpoint.clear();
    auto const of_azure = azure::core::make(settings).value();
    std::string const there = azure::presigned_url(*of_azure, "k", presign_options(), example_time).value();
    CHECK(there.starts_with("https://devstoreaccount1.blob.core.windows.net/container/k?sv="));
    CHECK(there.find("&spr=https&") != std::string::npos);

    CHECK_FALSE(reason_of_url(emulator(), "k").has_value());
    CHECK(reason_of_url(emulator(), "") == errc::invalid_argument);
    CHECK(reason_of_url(emulator(), "back\\slash") == errc::invalid_argument);
    settings = emulator();
    settings.account_key.clear();
    CHECK(reason_of_url(settings, "k") == errc::unauthenticated);
    settings.sas = "sv=2021-12-02&sig=x";
    CHECK(reason_of_url(settings, "k") == errc::unsupported);
    settings.tokens = static_token("t");
    CHECK(reason_of_url(settings, "k") == errc::unsupported);
}
