// The public functions: what they take from the program, from the environment, and what they say at once.
#include "support/token_world.hpp"

#include <sluice/azure_credentials.hpp>
#include <sluice/gcs_credentials.hpp>

#include <doctest/doctest.h>

#include <cstdlib>
#include <optional>

using namespace sluice;
using namespace sluice::test;

namespace {

/// Variables of the process, for as long as it lives; an empty value takes one away.
class variables_set {
public:
    explicit variables_set(texts const& all) {
        for (auto const& [name, value] : all) {
            char const* const old = std::getenv(name.c_str());
            old_.emplace(name, old == nullptr ? std::nullopt : std::optional<std::string>(old));
            set(name, value.empty() ? std::nullopt : std::optional(value));
        }
    }
    variables_set(variables_set const&) = delete;
    variables_set& operator=(variables_set const&) = delete;
    ~variables_set() {
        for (auto const& [name, value] : old_) set(name, value);
    }

private:
    static void set(std::string const& name, std::optional<std::string> const& value) {
        if (value)
            ::setenv(name.c_str(), value->c_str(), 1);
        else
            ::unsetenv(name.c_str());
    }
    std::map<std::string, std::optional<std::string>> old_;
};

texts const nothing_of_google{
    {"GOOGLE_APPLICATION_CREDENTIALS", ""}, {"CLOUDSDK_CONFIG", "/nowhere"}, {"GCE_METADATA_HOST", ""}, {"NO_GCE_CHECK", ""}};
texts const nothing_of_azure{{"AZURE_TENANT_ID", ""},      {"AZURE_CLIENT_ID", ""},
                             {"AZURE_CLIENT_SECRET", ""},  {"AZURE_FEDERATED_TOKEN_FILE", ""},
                             {"IDENTITY_ENDPOINT", ""},    {"AZURE_POD_IDENTITY_AUTHORITY_HOST", ""},
                             {"AZURE_AUTHORITY_HOST", ""}, {"AZURE_TOKEN_CREDENTIALS", ""}};

std::string complaint(auto const& call) {
    try {
        call();
    } catch (error const& e) {
        CHECK(std::string_view(e.what()).find("CANARY") == std::string_view::npos);
        return std::string(to_string(e.reason())) + ": " + e.info().detail;
    }
    return "none";
}

azure_token_options here() {
    azure_token_options options;
    options.authority = "http://localhost:1";
    return options;
}

}  // namespace

TEST_CASE("token credentials: Google's, of the environment and of a text") {
    variables_set const bare(nothing_of_google);
    token_world w;
    CHECK(w.ask(google_credentials()) == "tok-2");  // the machine's
    CHECK(google_credentials_report().source == "Google's metadata server, if there is one");
    temporary_file const file(user_file("http://localhost:1/token"));
    variables_set const named(texts{{"GOOGLE_APPLICATION_CREDENTIALS", file.path()}});
    CHECK(w.ask(google_credentials()) == "tok-3");
    CHECK(google_credentials_report().source == file.path() + ": a person");
    CHECK(w.ask(google_credentials_of(user_file("http://localhost:1/token"))) == "tok-4");
    CHECK(complaint([] { google_credentials_of(R"({"type":"CANARY"})"); }) ==
          "invalid argument: the account's JSON: its type is none that is supported");
    variables_set const wrong(texts{{"GOOGLE_APPLICATION_CREDENTIALS", "/nowhere/f"}});
    CHECK(complaint([] { google_credentials_report(); }).starts_with("not found: GOOGLE_APPLICATION_CREDENTIALS names /nowhere/f"));
    CHECK(w.ask(google_credentials()).starts_with("not found: GOOGLE_APPLICATION_CREDENTIALS names /nowhere/f"));
}

TEST_CASE("token credentials: Azure's, each by its function, and of the environment") {
    variables_set const bare(nothing_of_azure);
    token_keys const keys;
    token_world w;
    azure_application const who("t", "c");
    CHECK(w.ask(azure_client_secret(who, "CANARY", here())) == "tok-1");
    CHECK(w.requests.back().body.find("scope=https%3A%2F%2Fstorage.azure.com%2F.default&client_secret=CANARY") != std::string::npos);
    CHECK(w.ask(azure_client_certificate(who, keys.with_certificate, {}, here())) == "tok-2");
    temporary_file const token("ey");
    CHECK(w.ask(azure_workload_identity(who, token.path(), here())) == "tok-3");
    CHECK(w.requests.back().body.ends_with("client_assertion=ey"));
    CHECK(w.ask(azure_managed_identity("c")) == "tok-4");
    CHECK(w.requests.back().target.ends_with("&client_id=c"));
    CHECK(w.ask(azure_credentials()) == "tok-6");
    CHECK(azure_credentials_report().source == "managed identity, if the machine has one, or the Azure CLI");
    {
        variables_set const no_programs(texts{{"PATH", "/nowhere"}});
        CHECK(w.ask(azure_cli()).starts_with("not authenticated: az cannot be started"));
    }
    variables_set const application(
        {{"AZURE_TENANT_ID", "t"}, {"AZURE_CLIENT_ID", "c"}, {"AZURE_CLIENT_SECRET", "s"}, {"AZURE_AUTHORITY_HOST", "http://localhost:1"}});
    CHECK(w.ask(azure_credentials()) == "tok-7");
    azure_token_options const of_environment;
    CHECK(w.ask(azure_client_secret(who, "CANARY", of_environment)) == "tok-8");
    CHECK(azure_credentials_report().source == "the environment, by a client secret");
}

TEST_CASE("token credentials: what cannot be is said at once, or by whoever asks where the environment says it") {
    variables_set const bare(nothing_of_azure);
    azure_application const odd("a/b", "c"), who("t", "c");
    CHECK(complaint([&] { azure_client_secret(odd, "CANARY"); }).starts_with("invalid argument: the tenant"));
    CHECK(complaint([&] { azure_client_certificate(who, "CANARY"); }).starts_with("invalid argument: there is no private key"));
    CHECK(complaint([&] { azure_workload_identity(odd, "/t"); }).starts_with("invalid argument: the tenant"));
    variables_set const wrong(texts{{"AZURE_TOKEN_CREDENTIALS", "x"}});
    CHECK(complaint([] { azure_credentials_report(); }).starts_with("invalid argument: AZURE_TOKEN_CREDENTIALS"));
    token_world w;
    CHECK(w.ask(azure_credentials()).starts_with("invalid argument: AZURE_TOKEN_CREDENTIALS"));
}

TEST_CASE("token credentials: the proxies are those of the program where it names something, else of the environment") {
    auth::surroundings const around = around_of({{"HTTPS_PROXY", "http://p:1"}, {"http_proxy", "http://q:2"}, {"no_proxy", "x"}});
    network_options const found = auth::network_or_that_of(around, {});
    CHECK(found.https_proxy == "http://p:1");
    CHECK(found.http_proxy == "http://q:2");
    CHECK(found.no_proxy == "x");
    std::string network_options::*const members[] = {&network_options::https_proxy, &network_options::http_proxy,
                                                     &network_options::no_proxy, &network_options::local_address,
                                                     &network_options::local_device};
    for (auto const member : members) {
        network_options given;
        given.*member = "own";
        network_options const kept = auth::network_or_that_of(around, given);
        CHECK(kept.*member == "own");
        CHECK((member == &network_options::https_proxy || kept.https_proxy.empty()));
    }
}
