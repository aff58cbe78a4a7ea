#include "backend/azure/core.hpp"

#include "cloud/connection.hpp"
#include "net/route.hpp"
#include "store/check.hpp"

#include <algorithm>
#include <utility>

namespace sluice::inline v0::azure {

namespace {

bool is_lower(char const c) noexcept { return c >= 'a' && c <= 'z'; }
bool is_digit(char const c) noexcept { return c >= '0' && c <= '9'; }

/// The clouds of Microsoft, each with its own end.
bool is_azures(std::string_view const host) noexcept {
    return host.ends_with(".core.windows.net") || host.ends_with(".core.chinacloudapi.cn") || host.ends_with(".core.usgovcloudapi.net") ||
           host.ends_with(".storage.azure.net");
}

result<place> place_of(azure_settings const& settings) {
    std::string url = settings.endpoint;
    if (url.empty()) {
        if (settings.account.empty()) return failure(errc::invalid_argument, "neither a storage account nor an endpoint is set");
        url = "https://" + settings.account + ".blob.core.windows.net";
    }
    auto const parsed = cloud::parse_endpoint(url);
    if (!parsed) return parsed.error();
    auto origin = cloud::make_origin(*parsed, settings);
    if (!origin) return origin.error();
    place made;
    made.origin = *std::move(origin);
    made.host = parsed->authority();
    made.path = parsed->path;
    made.on_azure = is_azures(parsed->host);
    return made;
}

std::optional<checksum_algorithm> sent_checksum(azure_checksum const wanted, bool const on_azure) noexcept {
    switch (wanted) {
    case azure_checksum::automatic: return on_azure ? checksum_algorithm::crc64nvme : checksum_algorithm::md5;
    case azure_checksum::crc64: return checksum_algorithm::crc64nvme;
    case azure_checksum::md5: return checksum_algorithm::md5;
    case azure_checksum::none: break;
    }
    return std::nullopt;
}

std::string uri_of(azure_settings const& settings) {
    if (settings.container.empty()) return "az://";
    return "az://" + settings.container + '/';
}

/// A signature that is none would be sent and refused, or hide what it is.
result<std::string> checked_sas(std::string_view sas) {
    if (sas.starts_with('?')) sas.remove_prefix(1);
    bool const plain = std::ranges::all_of(sas, [](char c) { return c > ' ' && c < 0x7f && c != '#'; });
    if (!plain) return failure(errc::invalid_argument, "the shared access signature has characters that no query has");
    bool const has_signature = sas.starts_with("sig=") || sas.find("&sig=") != std::string_view::npos;
    if (!sas.empty() && !has_signature) return failure(errc::invalid_argument, "the shared access signature has no sig=");
    return std::string(sas);
}

result<std::shared_ptr<core const>> made_of(azure_settings settings) {
    if (auto const good = cloud::check_settings(settings); !good) return good.error();
    if (!settings.account.empty())
        if (auto const good = check_account(settings.account); !good) return good.error();
    auto where = place_of(settings);
    if (!where) return where.error();
    auto sas = checked_sas(settings.sas);
    if (!sas) return sas.error();
    std::optional<auth::shared_key> key;
    if (!settings.account_key.empty()) {
        auto made = auth::shared_key::make(settings.account, settings.account_key);
        if (!made) return made.error();
        key.emplace(*std::move(made));
    }
    if (settings.tokens && !where->origin.tls && !net::is_loopback(where->origin.host))
        return failure(errc::invalid_argument, "tokens are sent through TLS only: whoever sees one can use it");
    return std::shared_ptr<core const>(std::make_shared<core>(std::move(settings), *std::move(where), std::move(key), *std::move(sas)));
}

}  // namespace

result<void> check_account(std::string_view const name) {
    bool const letters = std::ranges::all_of(name, [](char c) { return is_lower(c) || is_digit(c); });
    if (letters && name.size() >= 3 && name.size() <= 24) return {};
    return failure(errc::invalid_argument, "the name of a storage account has 3 to 24 lower-case letters and digits");
}

result<void> check_key(std::string_view const key) {
    if (key.find('\\') != std::string_view::npos)
        return failure(errc::invalid_argument, "Azure takes a backslash in a key for a slash, so there is no object of that name");
    return store::check_key(key);
}

result<void> check_container(std::string_view const name) {
    if (name == "$root" || name == "$web" || name == "$logs") return {};
    bool const letters = std::ranges::all_of(name, [](char c) { return is_lower(c) || is_digit(c) || c == '-'; });
    if (name.size() < 3 || name.size() > 63 || !letters)
        return failure(errc::invalid_argument, "the name of a container has 3 to 63 lower-case letters, digits and dashes");
    if (name.front() == '-' || name.back() == '-' || name.find("--") != std::string_view::npos)
        return failure(errc::invalid_argument, "a dash in the name of a container stands between letters or digits");
    return {};
}

result<std::shared_ptr<core const>> core::make(azure_settings settings) {
    if (auto const good = check_container(settings.container); !good) return good.error();
    return made_of(std::move(settings));
}

result<std::shared_ptr<core const>> core::make_service(azure_settings settings) {
    settings.container.clear();
    return made_of(std::move(settings));
}

core::core(azure_settings s, place to, std::optional<auth::shared_key> by, std::string signature)
    : cloud::core(uri_of(s), s, s.expect_continue_above),
      settings(std::move(s)),
      where(std::move(to)),
      key(std::move(by)),
      sas(std::move(signature)),
      send(sent_checksum(settings.checksum, where.on_azure)),
      ask(send == checksum_algorithm::crc64nvme) {}

result<void> core::check_customer_key(customer_key const& wanted) const {
    if (wanted.secret.empty()) return {};
    if (!where.origin.tls) return failure(errc::invalid_argument, "a customer's key is sent through TLS only");
    return store::check_customer_key(wanted);
}

}  // namespace sluice::inline v0::azure
