#pragma once

#include <sluice/credentials.hpp>
#include <sluice/network_options.hpp>
#include <sluice/token.hpp>

#include <memory>
#include <string>
#include <utility>

namespace sluice::inline v0 {

/// What tokens of Entra ID are asked for, and how it is reached.
struct azure_token_options {
    azure_token_options() {}
    std::string scope = "https://storage.azure.com/.default";
    std::string authority;    ///< "https://login.microsoftonline.us"; empty: AZURE_AUTHORITY_HOST, or the public cloud's
    std::string ca_file;      ///< besides the system's, PEM
    network_options network;  ///< untouched: the proxies of the environment; never the way to a managed identity
};

/// An application that is registered with Entra ID.
struct azure_application {
    azure_application() {}
    azure_application(std::string tenant_id, std::string application_id)
        : tenant(std::move(tenant_id)),
          client(std::move(application_id)) {}
    std::string tenant;
    std::string client;
};

// All of these: nothing is sent before the first `get`. Tokens are renewed before they expire; all who ask at once cause one request.
// Errors: of `get`: unauthenticated where nobody gives a token; invalid_argument for settings that cannot be.

/// The first that is configured, in the order of Microsoft's libraries: the environment (AZURE_TENANT_ID, AZURE_CLIENT_ID and
/// AZURE_CLIENT_SECRET or AZURE_CLIENT_CERTIFICATE_PATH), workload identity (AZURE_FEDERATED_TOKEN_FILE), managed identity, `az login`.
/// AZURE_TOKEN_CREDENTIALS=prod leaves out the last, =dev all others.
SLUICE_API std::shared_ptr<token_source> azure_credentials(azure_token_options options = {});

/// By a secret of the application.
SLUICE_API std::shared_ptr<token_source> azure_client_secret(azure_application who, std::string secret, azure_token_options options = {});

/// By a certificate of the application: `text` is that of a PEM or PKCS#12 file which has its RSA key, too.
/// Errors: invalid_argument, at once; nothing of the text is repeated.
SLUICE_API std::shared_ptr<token_source> azure_client_certificate(azure_application who, std::string const& text, std::string password = {},
                                                                  azure_token_options options = {});

/// By a token of another identity provider, whose file is read anew each time.
SLUICE_API std::shared_ptr<token_source> azure_workload_identity(azure_application who, std::string token_file,
                                                                 azure_token_options options = {});

/// As the machine, or the application in App Service; `client` names one of several identities.
SLUICE_API std::shared_ptr<token_source> azure_managed_identity(std::string client = {}, azure_token_options options = {});

/// As the person who ran `az login`.
SLUICE_API std::shared_ptr<token_source> azure_cli(azure_token_options options = {});

/// Where `azure_credentials` gets its tokens from. Nothing is sent. Errors: invalid_argument for settings that contradict each other.
SLUICE_API credentials_report azure_credentials_report();

}  // namespace sluice::inline v0
