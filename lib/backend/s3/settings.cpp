#include "backend/s3/settings.hpp"

#include "auth/chain.hpp"
#include "backend/s3/endpoint_settings.hpp"
#include "http/fields.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <utility>

namespace sluice::inline v0 {

namespace s3 {

namespace {

constexpr std::size_t most_bytes = 1 << 20;  // of a profile file: a device or a core dump is refused, not read

result<std::optional<std::string>> read_file(std::string const& path) {
    std::error_code ignored;
    std::filesystem::file_status const status = std::filesystem::status(path, ignored);
    if (!std::filesystem::exists(status)) return std::optional<std::string>();
    if (std::filesystem::is_directory(status)) return failure(errc::invalid_argument, path + " is a directory, not a profile file");
    std::ifstream file(path, std::ios::binary);
    if (!file) return failure(errc::permission_denied, "cannot read " + path);
    std::string text(most_bytes, '\0');
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    if (file.bad()) return failure(errc::io, "cannot read " + path);
    if (file.gcount() == static_cast<std::streamsize>(most_bytes))
        return failure(errc::invalid_argument, path + " is too long for a profile file");
    text.resize(static_cast<std::size_t>(file.gcount()));
    return std::optional<std::string>(std::move(text));
}

std::string first_of(surroundings const& around, std::initializer_list<char const*> names) {
    for (char const* name : names)
        if (std::string value = around.variable(name); !value.empty()) return value;
    return {};
}

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
    std::string region = first_of(around, {"AWS_REGION", "AWS_DEFAULT_REGION"});
    return region.empty() ? profile.region : region;
}

/// As curl reads them, lower case first; HTTP_PROXY is left alone as the header Proxy of whoever asks a CGI program.
network_options network_of(surroundings const& around) {
    network_options network;
    network.https_proxy = first_of(around, {"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"});
    network.http_proxy = first_of(around, {"http_proxy", "all_proxy", "ALL_PROXY"});
    network.no_proxy = first_of(around, {"no_proxy", "NO_PROXY"});
    return network;
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
    all.chain.network = network_of(around);
    all.chain.hosts = all.endpoints.hosts;
    all.chain.services = found->profile.services;
    all.chain.ignore_urls = all.endpoints.ignore_urls;
    return all;
}

/// Keys that are configured in a way that cannot be gone: said when they are needed, since who works on files never needs them.
class refused_keys final : public auth::provider {
public:
    explicit refused_keys(failure why) : why_(std::move(why)) {}
    std::string name() const override { return "the AWS settings"; }
    awaitable<result<credentials>> fetch() override { co_return why_; }

private:
    failure const why_;
};

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

surroundings real_surroundings() {
    surroundings real;
    real.variable = [](char const* name) {
        char const* const value = std::getenv(name);
        return std::string(value == nullptr ? "" : value);
    };
    real.file = read_file;
    return real;
}

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
    settings.credentials = chosen ? std::move(chosen->source) : auth::cached(std::make_shared<refused_keys>(chosen.error()));
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
    auto report = s3::read_report(s3::real_surroundings(), std::move(profile));
    if (!report) throw error(report.error().reason(), report.error().info());
    return *std::move(report);
}

s3_settings s3_settings::from_env(std::string profile) {
    auto settings = s3::read_settings(s3::real_surroundings(), std::move(profile));
    if (!settings) throw error(settings.error().reason(), settings.error().info());
    return *std::move(settings);
}

}  // namespace sluice::inline v0
