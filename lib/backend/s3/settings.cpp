#include "backend/s3/settings.hpp"

#include "auth/chain.hpp"
#include "auth/refused.hpp"
#include "backend/s3/endpoint_settings.hpp"
#include "http/fields.hpp"

#include <utility>

namespace sluice::inline v0 {

namespace s3 {

namespace {

/// Leading ~ alone, as AWS's tools have it in paths of variables.
std::string expanded(surroundings const& around, std::string path) {
    if (path == "~" || path.starts_with("~/")) path.replace(0, 1, around.variable("HOME"));
    return path;
}

result<std::string> file_text(surroundings const& around, char const* variable, std::string_view otherwise) {
    std::string path = around.variable(variable);
    if (path.empty()) {
        if (around.variable("HOME").empty()) return std::string();
        path = otherwise;
    }
    auto text = around.file(expanded(around, std::move(path)));
    if (!text) return text.error();
    return std::move(*text).value_or(std::string());
}

/// The profile's own settings, and what to look for its keys with.
struct found_profile {
    auth::profile profile;
    auth::chain_input chain;
};

result<found_profile> find_profile(surroundings const& around, std::string name) {
    found_profile found;
    found.chain.named = !name.empty();
    if (name.empty()) name = around.variable("AWS_PROFILE");
    bool const must_exist = !name.empty();
    if (name.empty()) name = "default";
    auto config = file_text(around, "AWS_CONFIG_FILE", "~/.aws/config");
    if (!config) return config.error();
    auto secrets = file_text(around, "AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials");
    if (!secrets) return secrets.error();
    auto profile = auth::read_profile(*config, *secrets, name);
    if (!profile) return profile.error();
    if (must_exist && !profile->found)
        return failure(errc::invalid_argument, "there is no profile \"" + name + "\" in the AWS config and credentials files");
    found.profile = *std::move(profile);
    found.chain.config = *std::move(config);
    found.chain.credentials = *std::move(secrets);
    found.chain.profile = std::move(name);
    return found;
}

std::string ca_file_of(surroundings const& around, auth::profile const& profile) {
    std::string file = around.variable("AWS_CA_BUNDLE");
    if (file.empty()) file = profile.ca_bundle;
    return expanded(around, std::move(file));
}

std::string region_of(surroundings const& around, auth::profile const& profile) {
    std::string region = auth::first_of(around, {"AWS_REGION", "AWS_DEFAULT_REGION"});
    return region.empty() ? profile.region : region;
}

/// All that is told but the keys.
struct findings {
    auth::chain_input chain;
    endpoint_settings endpoints;
};

result<findings> look(surroundings const& around, std::string name) {
    auto found = find_profile(around, std::move(name));
    if (!found) return found.error();
    auto endpoints = read_endpoint_settings(around, found->profile);
    if (!endpoints) return endpoints.error();
    findings all;
    all.endpoints = *std::move(endpoints);
    all.chain = std::move(found->chain);
    all.chain.region = region_of(around, found->profile);
    all.chain.ca_file = ca_file_of(around, found->profile);
    all.chain.network = auth::network_of(around);
    all.chain.hosts = all.endpoints.hosts;
    all.chain.services = found->profile.services;
    all.chain.ignore_urls = all.endpoints.ignore_urls;
    return all;
}

bool half_a_key_pair(surroundings const& around) {
    return around.variable("AWS_ACCESS_KEY_ID").empty() != around.variable("AWS_SECRET_ACCESS_KEY").empty();
}

/// Letter case does not matter, as in AWS's tools.
result<checksum_mode> mode_of(surroundings const& around, char const* const name) {
    std::string const value = around.variable(name);
    if (value.empty()) return checksum_mode::automatic;
    if (http::equal_ignoring_case(value, "when_supported")) return checksum_mode::when_supported;
    if (http::equal_ignoring_case(value, "when_required")) return checksum_mode::when_required;
    return failure(errc::invalid_argument, std::string(name) + " is neither when_supported nor when_required");
}

}  // namespace

result<credentials_report> read_report(surroundings const& around, std::string name) {
    auto const found = look(around, std::move(name));
    if (!found) return found.error();
    auto chosen = auth::choose_source(around, found->chain);
    if (!chosen) return chosen.error();
    return std::move(chosen->report);
}

result<s3_settings> read_settings(surroundings const& around, std::string name) {
    auto found = look(around, std::move(name));
    if (!found) return found.error();
    auto chosen = auth::choose_source(around, found->chain);
    if (!chosen && half_a_key_pair(around)) return chosen.error();

    s3_settings settings;
    settings.credentials = chosen ? std::move(chosen->source) : auth::cached(auth::refused_keys("the AWS settings", chosen.error()));
    settings.region = found->chain.region;
    settings.ca_file = found->chain.ca_file;
    settings.network = found->chain.network;
    settings.endpoint = std::move(found->endpoints.url);
    settings.style = found->endpoints.style;
    settings.fips = found->endpoints.fips;
    settings.dual_stack = found->endpoints.dual_stack;
    settings.accelerate = found->endpoints.accelerate;
    auto const writes = mode_of(around, "AWS_REQUEST_CHECKSUM_CALCULATION");
    if (!writes) return writes.error();
    auto const reads = mode_of(around, "AWS_RESPONSE_CHECKSUM_VALIDATION");
    if (!reads) return reads.error();
    settings.write_checksums = *writes;
    settings.read_checksums = *reads;
    return settings;
}

}  // namespace s3

credentials_report credentials_of_env(std::string profile) {
    auto report = s3::read_report(auth::real_surroundings(), std::move(profile));
    if (!report) throw error(report.error().reason(), report.error().info());
    return *std::move(report);
}

s3_settings s3_settings::from_env(std::string profile) {
    auto settings = s3::read_settings(auth::real_surroundings(), std::move(profile));
    if (!settings) throw error(settings.error().reason(), settings.error().info());
    return *std::move(settings);
}

}  // namespace sluice::inline v0
