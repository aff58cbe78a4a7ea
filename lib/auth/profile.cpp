#include "auth/profile.hpp"

#include <array>

namespace sluice::inline v0::auth {

namespace {

constexpr std::string_view config_file = "AWS config file";
constexpr std::string_view credentials_file = "AWS credentials file";

profile_section const* find(profile_sections const& all, std::string const& header) {
    auto const at = all.find(header);
    return at == all.end() ? nullptr : &at->second;
}

/// [profile x], but [default] without the word; AWS reads [profile default] too, and before [default].
profile_section const* find_in_config(profile_sections const& all, std::string const& name) {
    profile_section const* const section = find(all, "profile " + name);
    return section == nullptr && name == "default" ? find(all, name) : section;
}

std::string value(profile_section const* const section, std::string_view const name) {
    if (section == nullptr) return {};
    return setting_of(*section, name);
}

std::string either(profile_section const* const first, profile_section const* const second, std::string_view const name) {
    std::string found = value(first, name);
    return found.empty() ? value(second, name) : found;
}

/// The key pair of one file: whole, absent, or an error. Halves of two files are never put together.
result<credentials> keys_of(profile_section const* const section, std::string_view const file, std::string const& name) {
    credentials keys(value(section, "aws_access_key_id"), value(section, "aws_secret_access_key"), value(section, "aws_session_token"));
    if (keys.access_key.empty() == keys.secret_key.empty()) return keys;
    std::string_view const missing = keys.access_key.empty() ? "aws_access_key_id" : "aws_secret_access_key";
    return failure(errc::invalid_argument, std::string(file) + ": profile \"" + name + "\" lacks " + std::string(missing));
}

/// The setting by which AWS's tools would get keys for this profile, if those in the files are not what they would use.
std::string elsewhere(profile_section const* const config, profile_section const* const secrets, bool const has_keys) {
    for (std::string_view const before_keys : {"role_arn", "sso_session", "sso_start_url"})
        if (!either(secrets, config, before_keys).empty()) return std::string(before_keys);
    if (has_keys) return {};
    for (std::string_view const without_keys : {"credential_process", "login_session"})
        if (!either(secrets, config, without_keys).empty()) return std::string(without_keys);
    return {};
}

}  // namespace

result<profile> read_profile(std::string_view const config_text, std::string_view const credentials_text, std::string_view const name) {
    auto const configs = parse_profile_file(config_text, config_file);
    if (!configs) return configs.error();
    auto const secrets = parse_profile_file(credentials_text, credentials_file);
    if (!secrets) return secrets.error();

    std::string const wanted(name);
    profile_section const* const config = find_in_config(*configs, wanted);
    profile_section const* const secret = find(*secrets, wanted);
    profile read;
    read.found = config != nullptr || secret != nullptr;
    auto keys = keys_of(secret, credentials_file, wanted);
    if (keys && keys->access_key.empty()) keys = keys_of(config, config_file, wanted);
    if (!keys) return keys.error();
    read.own_keys = read.keys = *std::move(keys);
    read.keys_elsewhere = elsewhere(config, secret, !read.keys.access_key.empty());
    if (!read.keys_elsewhere.empty()) read.keys = credentials();
    read.region = either(config, secret, "region");
    read.endpoint_url = either(config, secret, "endpoint_url");
    read.ca_bundle = either(config, secret, "ca_bundle");
    for (profile_section const* const section : {secret, config})  // the first has the last word
        if (section != nullptr) read.settings.insert(section->begin(), section->end());
    if (profile_section const* const session = find(*configs, "sso-session " + value(&read.settings, "sso_session")))
        read.sso_session = *session;
    std::string const services = value(&read.settings, "services");
    profile_section const* const of_services = find(*configs, "services " + services);
    if (of_services != nullptr) read.services = *of_services;
    read.lacks_services = of_services == nullptr && !services.empty();
    return read;
}

}  // namespace sluice::inline v0::auth
