#include "backend/azure/blob_url.hpp"

#include "base/percent.hpp"

#include <algorithm>
#include <utility>

namespace sluice::inline v0::azure {

namespace {

constexpr std::string_view scheme = "https://";
constexpr std::string_view domain = ".blob.core.windows.net";

std::string_view host_of(std::string_view const text) noexcept {
    if (!text.starts_with(scheme)) return {};
    std::string_view const rest = text.substr(scheme.size());
    return rest.substr(0, rest.find_first_of("/?#"));
}

}  // namespace

bool is_blob_url(std::string_view const text) noexcept { return host_of(text).ends_with(domain); }

result<blob_url> parse_blob_url(std::string_view text) {
    std::string_view const host = host_of(text);
    blob_url parsed;
    parsed.account = host.substr(0, host.size() - domain.size());
    parsed.endpoint = std::string(scheme) + std::string(host);
    text.remove_prefix(scheme.size() + host.size());
    if (text.find('#') != std::string_view::npos) return failure(errc::invalid_argument, "the URL of a blob has a fragment");
    std::size_t const question = std::min(text.find('?'), text.size());
    parsed.sas = text.substr(std::min(question + 1, text.size()));
    std::string_view path = text.substr(0, question);
    if (path.starts_with('/')) path.remove_prefix(1);
    std::size_t const slash = std::min(path.find('/'), path.size());
    parsed.container = path.substr(0, slash);
    auto key = base::percent_decode(path.substr(std::min(slash + 1, path.size())));
    if (!key) return failure(errc::invalid_argument, "the URL of a blob is not percent-encoded as it must be");
    parsed.key = *std::move(key);
    return parsed;
}

result<azure_settings> for_account(azure_settings settings, std::string name, std::string endpoint) {
    bool const others = !settings.account.empty() && settings.account != name;
    if (others && (!settings.account_key.empty() || !settings.sas.empty()))
        return failure(errc::invalid_argument, "the URI names the account " + name + ", and the settings have keys of " + settings.account);
    if (others || settings.endpoint.empty()) settings.endpoint = std::move(endpoint);
    settings.account = std::move(name);
    return settings;
}

}  // namespace sluice::inline v0::azure
