#include "auth/azure_chain.hpp"

#include "auth/azure_requests.hpp"
#include "auth/azure_tokens.hpp"
#include "auth/refused.hpp"
#include "base/ascii.hpp"

#include <optional>
#include <utility>

namespace sluice::inline v0::auth {

namespace {

using base::equal_ignoring_case;

/// Walks from one place to the next.
class chooser {
public:
    chooser(surroundings const& around, std::string const& authority, std::string const& scope, way_out const& by)
        : around_(around),
          authority_(authority.empty() ? around.variable("AZURE_AUTHORITY_HOST") : authority),
          scope_(scope),
          by_(by),
          only_(around.variable("AZURE_TOKEN_CREDENTIALS")) {
        who_.tenant = around.variable("AZURE_TENANT_ID");
        who_.client = around.variable("AZURE_CLIENT_ID");
    }

    result<chosen_tokens> choose() {
        if (!is_choice()) return failure(errc::invalid_argument, "AZURE_TOKEN_CREDENTIALS is neither dev nor prod nor a credential's name");
        found_provider found = std::shared_ptr<token_provider>();
        if (wanted("EnvironmentCredential", "prod")) found = from_environment();
        if (found && !*found && wanted("WorkloadIdentityCredential", "prod")) found = from_workload();
        if (found && !*found) found = from_machine_and_person();
        if (!found) return found.error();
        chosen_.tokens = cached(*std::move(found));
        return std::move(chosen_);
    }

private:
    using found_provider = result<std::shared_ptr<token_provider>>;  // null: not here

    bool is_choice() const {
        if (only_.empty()) return true;
        for (std::string_view const one :
             {"dev", "prod", "EnvironmentCredential", "WorkloadIdentityCredential", "ManagedIdentityCredential", "AzureCliCredential"})
            if (equal_ignoring_case(only_, one)) return true;
        return false;
    }

    bool wanted(std::string_view const name, std::string_view const group) const {
        return only_.empty() || equal_ignoring_case(only_, name) || equal_ignoring_case(only_, group);
    }

    found_provider here(std::string place, std::shared_ptr<token_provider> from) {
        chosen_.report.source = std::move(place);
        return from;
    }
    found_provider not_here(std::string place, std::string why) {
        chosen_.report.passed_over.emplace_back(std::move(place), std::move(why));
        return std::shared_ptr<token_provider>();
    }

    result<azure_endpoint> endpoint() const { return azure_endpoint_of(who_, authority_, scope_, by_); }

    found_provider from_environment() {
        std::string const place = "the environment";
        if (who_.tenant.empty()) return not_here(place, "AZURE_TENANT_ID is not set");
        if (who_.client.empty()) return not_here(place, "AZURE_CLIENT_ID is not set");
        std::string secret = around_.variable("AZURE_CLIENT_SECRET");
        std::string const file = around_.variable("AZURE_CLIENT_CERTIFICATE_PATH");
        if (secret.empty() && file.empty()) return not_here(place, "neither AZURE_CLIENT_SECRET nor AZURE_CLIENT_CERTIFICATE_PATH is set");
        auto at = endpoint();
        if (!at) return at.error();
        if (!secret.empty()) return here("the environment, by a client secret", azure_secret_tokens(*std::move(at), std::move(secret)));
        return from_certificate(*std::move(at), file);
    }

    found_provider from_certificate(azure_endpoint at, std::string const& file) {
        auto text = around_.file(file);
        if (!text) return text.error();
        if (!*text) return failure(errc::not_found, "AZURE_CLIENT_CERTIFICATE_PATH names " + file + ", and there is no such file");
        auto identity = base::read_identity(**text, around_.variable("AZURE_CLIENT_CERTIFICATE_PASSWORD"));
        base::wipe(**text);
        if (!identity) return failure(errc::invalid_argument, file + ": " + identity.error().info().detail);
        return here("the environment, by the certificate " + file, azure_certificate_tokens(std::move(at), *std::move(identity)));
    }

    found_provider from_workload() {
        std::string const place = "workload identity", file = around_.variable("AZURE_FEDERATED_TOKEN_FILE");
        if (file.empty()) return not_here(place, "AZURE_FEDERATED_TOKEN_FILE is not set");
        if (who_.tenant.empty() || who_.client.empty())
            return failure(errc::invalid_argument, "AZURE_FEDERATED_TOKEN_FILE is set, but AZURE_TENANT_ID or AZURE_CLIENT_ID is not");
        auto at = endpoint();
        if (!at) return at.error();
        return here(place, azure_workload_tokens(around_, *std::move(at), file));
    }

    found_provider from_machine_and_person() {
        bool const machine = wanted("ManagedIdentityCredential", "prod"), person = wanted("AzureCliCredential", "dev");
        if (!machine && !person) {
            std::string words = "there are no credentials for Azure";
            for (auto const& [place, why] : chosen_.report.passed_over) words += "; " + place + ": " + why;
            return refused_tokens("Azure's settings", failure(errc::unauthenticated, std::move(words)));
        }
        std::shared_ptr<token_provider> const cli = person ? azure_cli_tokens(around_, scope_) : nullptr;
        if (!machine) return here("the Azure CLI", cli);
        if (!around_.variable("IDENTITY_ENDPOINT").empty()) {
            if (auto const good = managed_identity_request(around_, scope_, who_.client); !good) return good.error();
            return here("managed identity, at IDENTITY_ENDPOINT", azure_managed_tokens(around_, scope_, who_.client));
        }
        return here(person ? "managed identity, if the machine has one, or the Azure CLI" : "managed identity",
                    azure_machine_or(around_, scope_, who_.client, cli));
    }

    surroundings const& around_;
    std::string const authority_;
    std::string const& scope_;
    way_out const& by_;
    std::string const only_;
    azure_application who_;
    chosen_tokens chosen_;
};

}  // namespace

result<chosen_tokens> choose_azure_tokens(surroundings const& around, std::string const& authority, std::string const& scope,
                                          way_out const& by) {
    return chooser(around, authority, scope, by).choose();
}

std::shared_ptr<token_source> azure_tokens_or_error(surroundings const& around, std::string const& authority, std::string const& scope,
                                                    way_out const& by) {
    auto chosen = choose_azure_tokens(around, authority, scope, by);
    if (chosen) return chosen->tokens;
    return cached(refused_tokens("Azure's settings", chosen.error()));
}

}  // namespace sluice::inline v0::auth
