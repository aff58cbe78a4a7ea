#include "backend/azure/settings.hpp"

#include "auth/azure_chain.hpp"
#include "http/fields.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace sluice::inline v0 {

namespace azure {

namespace {

// Known to everybody: the account every emulator has.
constexpr std::string_view emulator_account = "devstoreaccount1";
constexpr std::string_view emulator_key = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

failure bad_string(std::string const& what) {
    return {errc::invalid_argument, "the connection string " + what + "; copy it whole from the portal's page \"Access keys\""};
}

/// "Name=value;..." with values that may have '=' in them.
class connection_string {
public:
    static result<connection_string> parse(std::string_view text) {
        connection_string parsed;
        while (!text.empty()) {
            std::string_view const pair = text.substr(0, text.find(';'));
            text.remove_prefix(std::min(pair.size() + 1, text.size()));
            if (pair.empty()) continue;
            std::size_t const equals = pair.find('=');
            if (equals == std::string_view::npos || equals == 0) return bad_string("has something that is no Name=value");
            parsed.pairs_.emplace_back(pair.substr(0, equals), pair.substr(equals + 1));
        }
        if (parsed.pairs_.empty()) return bad_string("is empty");
        return parsed;
    }

    /// Letter case of names does not matter.
    std::string value(std::string_view const name) const {
        for (auto const& [own, value] : pairs_)
            if (http::equal_ignoring_case(own, name)) return value;
        return {};
    }

private:
    std::vector<std::pair<std::string, std::string>> pairs_;
};

azure_settings emulator(std::string proxy) {
    azure_settings settings;
    if (proxy.empty()) proxy = "http://127.0.0.1";
    settings.account = emulator_account;
    settings.account_key = emulator_key;
    settings.endpoint = proxy + ":10000/" + settings.account;
    return settings;
}

/// Whether the environment tells of tokens of Entra ID. Only then: elsewhere a machine would be asked for an identity that it has not got,
/// and what everybody may read would be read by nobody without one.
bool tells_of_tokens(auth::surroundings const& around, bool const has_secret) {
    if (http::equal_ignoring_case(around.variable("AZURE_STORAGE_AUTH_MODE"), "login")) return true;
    std::string const told = auth::first_of(around, {"AZURE_CLIENT_SECRET", "AZURE_CLIENT_CERTIFICATE_PATH", "AZURE_FEDERATED_TOKEN_FILE",
                                                     "IDENTITY_ENDPOINT", "AZURE_TOKEN_CREDENTIALS"});
    return !has_secret && !told.empty();
}

std::shared_ptr<token_source> tokens_of(auth::surroundings const& around, network_options const& network) {
    azure_token_options const usual;
    auth::way_out by;
    by.network = network;
    return auth::azure_tokens_or_error(around, usual.authority, usual.scope, by);
}

}  // namespace

result<azure_settings> parse_connection_string(std::string_view const text) {
    auto const parsed = connection_string::parse(text);
    if (!parsed) return parsed.error();
    if (http::equal_ignoring_case(parsed->value("UseDevelopmentStorage"), "true"))
        return emulator(parsed->value("DevelopmentStorageProxyUri"));
    azure_settings settings;
    settings.account = parsed->value("AccountName");
    settings.account_key = parsed->value("AccountKey");
    settings.sas = parsed->value("SharedAccessSignature");
    settings.endpoint = parsed->value("BlobEndpoint");
    std::string protocol = parsed->value("DefaultEndpointsProtocol");
    if (protocol.empty()) protocol = "https";
    if (protocol != "https" && protocol != "http") return bad_string("has a DefaultEndpointsProtocol that is neither https nor http");
    std::string suffix = parsed->value("EndpointSuffix");
    if (suffix.empty()) suffix = "core.windows.net";
    if (settings.endpoint.empty() && settings.account.empty()) return bad_string("has neither AccountName nor BlobEndpoint");
    if (settings.endpoint.empty()) settings.endpoint = protocol + "://" + settings.account + ".blob." + suffix;
    if (!settings.account_key.empty() && settings.account.empty()) return bad_string("has an AccountKey and no AccountName");
    return settings;
}

result<azure_settings> read_settings(auth::surroundings const& around) {
    azure_settings settings;
    if (std::string const all = around.variable("AZURE_STORAGE_CONNECTION_STRING"); !all.empty()) {
        auto parsed = parse_connection_string(all);
        if (!parsed) return parsed;
        settings = *std::move(parsed);
    } else {
        settings.account = around.variable("AZURE_STORAGE_ACCOUNT");
        settings.account_key = auth::first_of(around, {"AZURE_STORAGE_KEY", "AZURE_STORAGE_ACCOUNT_KEY"});
        settings.sas = around.variable("AZURE_STORAGE_SAS_TOKEN");
        settings.endpoint = around.variable("AZURE_STORAGE_BLOB_ENDPOINT");
    }
    settings.network = auth::network_of(around);
    bool const has_secret = !settings.account_key.empty() || !settings.sas.empty();
    if (tells_of_tokens(around, has_secret)) settings.tokens = tokens_of(around, settings.network);
    return settings;
}

}  // namespace azure

azure_settings azure_settings::from_env() {
    auto settings = azure::read_settings(auth::real_surroundings());
    if (!settings) throw error(settings.error().reason(), settings.error().info());
    return *std::move(settings);
}

azure_settings azure_settings::from_connection_string(std::string_view const text) {
    auto settings = azure::parse_connection_string(text);
    if (!settings) throw error(settings.error().reason(), settings.error().info());
    return *std::move(settings);
}

}  // namespace sluice::inline v0
