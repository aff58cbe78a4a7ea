#include "backend/s3/settings.hpp"

#include "auth/profile.hpp"
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

/// For keys that exist, in a place this library does not look: without it requests would go out unsigned and be refused for no visible
/// reason.
class unsupported_source final : public credential_source {
public:
    explicit unsupported_source(std::string detail) : detail_(std::move(detail)) {}
    awaitable<std::shared_ptr<credentials const>> get() override { return refuse(detail_); }

private:
    static awaitable<std::shared_ptr<credentials const>> refuse(std::string detail) {
        error_info info;
        info.detail = std::move(detail);
        throw error(errc::unauthenticated, std::move(info));
        co_return nullptr;
    }

    std::string const detail_;
};

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

result<auth::profile> find_profile(surroundings const& around, std::string name) {
    if (name.empty()) name = around.variable("AWS_PROFILE");
    bool const named = !name.empty();
    if (!named) name = "default";
    auto const config = file_text(around, "AWS_CONFIG_FILE", "~/.aws/config");
    if (!config) return config.error();
    auto const secrets = file_text(around, "AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials");
    if (!secrets) return secrets.error();
    auto found = auth::read_profile(*config, *secrets, name);
    if (found && named && !found->found)
        return failure(errc::invalid_argument, "there is no profile \"" + name + "\" in the AWS config and credentials files");
    return found;
}

result<credentials> keys_of_environment(surroundings const& around) {
    credentials keys(around.variable("AWS_ACCESS_KEY_ID"), around.variable("AWS_SECRET_ACCESS_KEY"), {});
    if (keys.access_key.empty() != keys.secret_key.empty()) {
        bool const no_access = keys.access_key.empty();
        return failure(errc::invalid_argument, std::string(no_access ? "AWS_SECRET_ACCESS_KEY" : "AWS_ACCESS_KEY_ID") + " is set, but " +
                                                   (no_access ? "AWS_ACCESS_KEY_ID" : "AWS_SECRET_ACCESS_KEY") + " is not");
    }
    if (!keys.access_key.empty()) keys.session_token = around.variable("AWS_SESSION_TOKEN");  // never with the keys of a profile
    return keys;
}

/// Keys of the environment come first, but not before those of a profile that the caller named: he would act for another account.
std::shared_ptr<credential_source> source_of(surroundings const& around, credentials keys, auth::profile const& profile, bool named) {
    bool const in_profile = !profile.keys.access_key.empty() || !profile.keys_elsewhere.empty();
    if (keys.access_key.empty() || (named && in_profile)) keys = profile.keys;
    if (!keys.access_key.empty()) return static_credentials(std::move(keys));
    std::string elsewhere = profile.keys_elsewhere;
    for (char const* name : {"AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI"})
        if (elsewhere.empty() && !around.variable(name).empty()) elsewhere = name;
    if (elsewhere.empty()) return nullptr;
    return std::make_shared<unsupported_source>("the keys come by way of " + elsewhere +
                                                ", which is not supported: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY");
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

result<s3_settings> read_settings(surroundings const& around, std::string name) {
    auto keys = keys_of_environment(around);
    if (!keys) return keys.error();
    bool const named = !name.empty();
    auto const profile = find_profile(around, std::move(name));
    if (!profile) return profile.error();

    s3_settings settings;
    settings.credentials = source_of(around, *std::move(keys), *profile, named);
    settings.region = first_of(around, {"AWS_REGION", "AWS_DEFAULT_REGION"});
    if (settings.region.empty()) settings.region = profile->region;
    settings.endpoint = first_of(around, {"AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"});
    if (settings.endpoint.empty()) settings.endpoint = profile->endpoint_url;
    settings.ca_file = around.variable("AWS_CA_BUNDLE");
    if (settings.ca_file.empty()) settings.ca_file = profile->ca_bundle;
    settings.ca_file = expanded(around, std::move(settings.ca_file));
    auto const writes = mode_of(around, "AWS_REQUEST_CHECKSUM_CALCULATION");
    if (!writes) return writes.error();
    auto const reads = mode_of(around, "AWS_RESPONSE_CHECKSUM_VALIDATION");
    if (!reads) return reads.error();
    settings.write_checksums = *writes;
    settings.read_checksums = *reads;
    return settings;
}

}  // namespace s3

s3_settings s3_settings::from_env(std::string profile) {
    auto settings = s3::read_settings(s3::real_surroundings(), std::move(profile));
    if (!settings) throw error(settings.error().reason(), settings.error().info());
    return *std::move(settings);
}

}  // namespace sluice::inline v0
