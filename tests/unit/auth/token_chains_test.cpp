// Which place tokens of Google and Azure come from, and what the report says of the others.
#include "auth/azure_chain.hpp"
#include "auth/google_chain.hpp"
#include "backend/azure/settings.hpp"

#include "support/certificates.hpp"
#include "support/google_files.hpp"
#include "support/surroundings.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace sluice;
using namespace sluice::auth;
using namespace sluice::test;

namespace {

std::string in_words(failure const& f) {
    CHECK(f.info().detail.find("CANARY") == std::string::npos);
    return std::string(to_string(f.reason())) + ": " + f.info().detail;
}

std::string google_source(texts variables, texts files = {}) {
    auto const chosen = choose_google_account(around_of(std::move(variables), std::move(files)), "s", {});
    if (!chosen) return in_words(chosen.error());
    CHECK(chosen->tokens != nullptr);
    return chosen->report.source;
}

std::string azure_source(texts variables, texts files = {}) {
    auto const chosen = choose_azure_tokens(around_of(std::move(variables), std::move(files)), {}, "s", {});
    if (!chosen) return in_words(chosen.error());
    CHECK(chosen->tokens != nullptr);
    return chosen->report.source;
}

std::string const person = user_file("https://t.example/token");
texts const application{{"AZURE_TENANT_ID", "t"}, {"AZURE_CLIENT_ID", "c"}};

texts with(texts all, texts const& more) {
    all.insert(more.begin(), more.end());
    return all;
}

}  // namespace

TEST_CASE("google chain: the file of the variable, gcloud's file, the metadata server, in this order") {
    texts const named{{"GOOGLE_APPLICATION_CREDENTIALS", "/f.json"}, {"HOME", "/h"}};
    texts const files{{"/f.json", person},
                      {"/h/.config/gcloud/application_default_credentials.json", person},
                      {"/c/application_default_credentials.json", person}};
    CHECK(google_source(named, files) == "/f.json: a person");
    CHECK(google_source({{"HOME", "/h"}}, files) == "/h/.config/gcloud/application_default_credentials.json: a person");
    CHECK(google_source({{"HOME", "/h"}, {"CLOUDSDK_CONFIG", "/c"}}, files) == "/c/application_default_credentials.json: a person");
    CHECK(google_source({{"HOME", "/nowhere"}}, files) == "Google's metadata server, if there is one");
    CHECK(google_source({}) == "Google's metadata server, if there is one");
    CHECK(google_source({{"GCE_METADATA_HOST", "m:80"}, {"NO_GCE_CHECK", "true"}}) == "the metadata server at m:80");
    CHECK(google_source({{"NO_GCE_CHECK", "true"}}) == "");
    CHECK(google_source(named) == "not found: GOOGLE_APPLICATION_CREDENTIALS names /f.json, and there is no such file");
    CHECK(google_source(named, {{"/f.json", "locked"}}) == "permission denied: cannot read /f.json");
    CHECK(google_source(named, {{"/f.json", "CANARY"}}) == "invalid argument: /f.json: the document is no JSON object");
    CHECK(google_source({{"CLOUDSDK_CONFIG", "/c"}}, {{"/c/application_default_credentials.json", "locked"}})
              .starts_with("permission denied"));
    CHECK(google_source({{"CLOUDSDK_CONFIG", "/c"}}, {{"/c/application_default_credentials.json", "{}"}}) ==
          "invalid argument: /c/application_default_credentials.json: it has no type");
}

TEST_CASE("google chain: the report says why each place before was passed over; projects are those of the variables before the file's") {
    auto const machine = choose_google_account(around_of({{"HOME", "/h"}, {"NO_GCE_CHECK", "true"}}), "s", {}).value();
    REQUIRE(machine.report.passed_over.size() == 3);
    CHECK(machine.report.passed_over[0] == std::pair<std::string, std::string>("GOOGLE_APPLICATION_CREDENTIALS", "it is not set"));
    CHECK(machine.report.passed_over[1].second == "there is no file /h/.config/gcloud/application_default_credentials.json");
    CHECK(machine.report.passed_over[2].second == "NO_GCE_CHECK is true");
    CHECK(choose_google_account(around_of({}), "s", {}).value().report.passed_over.at(1).second ==
          "neither CLOUDSDK_CONFIG nor HOME is set");
    texts const named{{"GOOGLE_APPLICATION_CREDENTIALS", "/f"}};
    texts const files{{"/f", person}};
    CHECK(choose_google_account(around_of(named, files), "s", {}).value().quota_project == "q1");
    auto const ours = choose_google_account(
                          around_of(with(named, {{"GOOGLE_CLOUD_QUOTA_PROJECT", "q2"}, {"GOOGLE_CLOUD_PROJECT", "p2"}}), files), "s", {})
                          .value();
    CHECK(ours.quota_project == "q2");
    CHECK(ours.project == "p2");
    CHECK(choose_google_account(around_of(with(named, {{"GCLOUD_PROJECT", "p3"}}), files), "s", {}).value().project == "p3");
    CHECK(google_account_or_error(around_of(named), "s", {}).tokens != nullptr);
    CHECK(google_account_or_error(around_of(named, files), "s", {}).report.source == "/f: a person");
}

TEST_CASE("azure chain: environment, workload identity, managed identity, Azure CLI, in this order") {
    certificate_wish wish;
    wish.rsa_bits = 2048;
    identity const who = make_certificate(wish);
    texts const secret = with(application, {{"AZURE_CLIENT_SECRET", "CANARY"}});
    texts const certificate = with(application, {{"AZURE_CLIENT_CERTIFICATE_PATH", "/c.pem"}});
    texts const workload = with(application, {{"AZURE_FEDERATED_TOKEN_FILE", "/t"}});
    texts const service{{"IDENTITY_ENDPOINT", "http://127.0.0.1/x"}, {"IDENTITY_HEADER", "h"}};
    CHECK(azure_source(with(secret, workload)) == "the environment, by a client secret");
    CHECK(azure_source(with(secret, certificate)) == "the environment, by a client secret");
    CHECK(azure_source(certificate, {{"/c.pem", who.key_pem() + who.certificate_pem()}}) == "the environment, by the certificate /c.pem");
    CHECK(azure_source(with(workload, service)) == "workload identity");
    CHECK(azure_source(service) == "managed identity, at IDENTITY_ENDPOINT");
    CHECK(azure_source({}) == "managed identity, if the machine has one, or the Azure CLI");
    CHECK(azure_source(certificate) == "not found: AZURE_CLIENT_CERTIFICATE_PATH names /c.pem, and there is no such file");
    CHECK(azure_source(certificate, {{"/c.pem", "locked"}}) == "permission denied: cannot read /c.pem");
    CHECK(azure_source(certificate, {{"/c.pem", "CANARY"}}).starts_with("invalid argument: /c.pem: there is no private key"));
    CHECK(azure_source({{"AZURE_FEDERATED_TOKEN_FILE", "/t"}}) ==
          "invalid argument: AZURE_FEDERATED_TOKEN_FILE is set, but AZURE_TENANT_ID or AZURE_CLIENT_ID is not");
    CHECK(azure_source({{"AZURE_FEDERATED_TOKEN_FILE", "/t"}, {"AZURE_TENANT_ID", "t"}}).starts_with("invalid argument"));
    CHECK(azure_source({{"IDENTITY_ENDPOINT", "http://127.0.0.1/x"}}).starts_with("invalid argument: IDENTITY_ENDPOINT is set"));
    CHECK(azure_source(with({{"AZURE_TENANT_ID", "a/b"}}, secret)).starts_with("invalid argument: the tenant"));
    CHECK(azure_source(with({{"AZURE_TENANT_ID", "a/b"}}, workload)).starts_with("invalid argument: the tenant"));
    CHECK(azure_source(with(secret, {{"AZURE_AUTHORITY_HOST", "http://x"}})).starts_with("invalid argument: the authority"));
}

TEST_CASE("azure chain: AZURE_TOKEN_CREDENTIALS leaves out what it does not name") {
    texts const secret = with(application, {{"AZURE_CLIENT_SECRET", "CANARY"}, {"AZURE_FEDERATED_TOKEN_FILE", "/t"}});
    auto const only = [&](std::string name, texts const& variables) {
        return azure_source(with({{"AZURE_TOKEN_CREDENTIALS", name}}, variables));
    };
    CHECK(only("dev", secret) == "the Azure CLI");
    CHECK(only("AzureCliCredential", secret) == "the Azure CLI");
    CHECK(only("PROD", secret) == "the environment, by a client secret");
    CHECK(only("prod", {}) == "managed identity");
    CHECK(only("ManagedIdentityCredential", secret) == "managed identity");
    CHECK(only("WorkloadIdentityCredential", secret) == "workload identity");
    CHECK(only("EnvironmentCredential", secret) == "the environment, by a client secret");
    CHECK(only("EnvironmentCredential", {}) == "");
    CHECK(only("Any", {}) == "invalid argument: AZURE_TOKEN_CREDENTIALS is neither dev nor prod nor a credential's name");
}

TEST_CASE("azure chain: the report says why each place before was passed over") {
    auto const why = [](texts variables, std::size_t place) {
        return choose_azure_tokens(around_of(std::move(variables)), {}, "s", {}).value().report.passed_over.at(place).second;
    };
    CHECK(why({}, 0) == "AZURE_TENANT_ID is not set");
    CHECK(why({{"AZURE_TENANT_ID", "t"}}, 0) == "AZURE_CLIENT_ID is not set");
    CHECK(why(application, 0) == "neither AZURE_CLIENT_SECRET nor AZURE_CLIENT_CERTIFICATE_PATH is set");
    CHECK(why({}, 1) == "AZURE_FEDERATED_TOKEN_FILE is not set");
    CHECK(azure_tokens_or_error(around_of({}), {}, "s", {}) != nullptr);
    CHECK(azure_tokens_or_error(around_of({{"AZURE_TOKEN_CREDENTIALS", "x"}}), {}, "s", {}) != nullptr);
}

TEST_CASE("azure chain: a store's settings take tokens where the environment tells of them, and not for what everybody may read") {
    auto const has = [](texts variables) {
        variables.emplace("AZURE_STORAGE_ACCOUNT", "a");
        return azure::read_settings(around_of(std::move(variables))).value().tokens != nullptr;
    };
    CHECK_FALSE(has({}));
    CHECK_FALSE(has(application));
    CHECK_FALSE(has({{"AZURE_STORAGE_AUTH_MODE", "key"}}));
    CHECK(has({{"AZURE_STORAGE_AUTH_MODE", "Login"}}));
    CHECK(has({{"AZURE_STORAGE_AUTH_MODE", "login"}, {"AZURE_STORAGE_KEY", "a2V5"}}));
    for (char const* name : {"AZURE_CLIENT_SECRET", "AZURE_CLIENT_CERTIFICATE_PATH", "AZURE_FEDERATED_TOKEN_FILE", "IDENTITY_ENDPOINT",
                             "AZURE_TOKEN_CREDENTIALS"}) {
        CHECK(has({{name, "x"}}));
        CHECK_FALSE(has({{name, "x"}, {"AZURE_STORAGE_KEY", "a2V5"}}));
        CHECK_FALSE(has({{name, "x"}, {"AZURE_STORAGE_SAS_TOKEN", "sv=1&sig=2"}}));
    }
}
