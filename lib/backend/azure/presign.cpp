#include "backend/azure/presign.hpp"

#include "base/http_date.hpp"
#include "base/percent.hpp"
#include "cloud/recipe.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace sluice::inline v0::azure {

namespace {

constexpr std::string_view version = "2021-12-02";
constexpr std::chrono::seconds longest = std::chrono::days(7);
/// Of a read's answer, in the order in which they are signed.
constexpr std::array<std::string_view, 5> answer_headers{"rscc", "rscd", "rsce", "rscl", "rsct"};

failure refused(std::string what) { return {errc::invalid_argument, std::move(what)}; }
failure no_word(std::string what) { return {errc::unsupported, std::move(what)}; }

/// The letters of what is allowed; empty for a method that none stand for.
std::string_view permissions_of(std::string_view const method) noexcept {
    if (method == "GET" || method == "HEAD") return "r";
    if (method == "PUT") return "cw";
    return method == "DELETE" ? "d" : "";
}

std::string_view value_of(presign_options const& options, std::string_view const name) noexcept {
    auto const at = std::ranges::find(options.query, name, [](auto const& one) -> std::string_view { return one.first; });
    return at == options.query.end() ? std::string_view() : at->second;
}

result<void> check(presign_options const& options) {
    std::string_view const permissions = permissions_of(options.method);
    if (permissions.empty()) return refused("the method of a presigned URL is GET, HEAD, PUT or DELETE");
    if (options.expires < std::chrono::seconds(1) || options.expires > longest)
        return refused("a presigned URL expires after 1 second to 7 days");
    if (!options.headers.empty()) return no_word("Azure's signatures hold for no headers: \"" + options.headers.front().first + '"');
    if (!options.upload_id.empty() || options.part_number != 0) return no_word("there is no URL for a part of an Azure upload");
    for (auto const& [name, value] : options.query) {
        bool const known = std::ranges::find(answer_headers, name) != answer_headers.end();
        if (!known || permissions != "r") return no_word("the parameter \"" + name.substr(0, 80) + "\" is not for such a URL");
        // It stands on a line of its own in what is signed, and becomes a header of the answer.
        bool const plain = std::ranges::all_of(value, [](unsigned char c) { return c >= ' ' && c != 0x7f; });
        if (!plain || value.empty()) return refused("the parameter \"" + name + "\" is empty or has a control character");
        auto const same = [&](auto const& other) { return other.first == name; };
        if (std::ranges::count_if(options.query, same) > 1) return refused("the parameter \"" + name + "\" comes twice");
    }
    return {};
}

std::string ends_at(wall_time const when) { return base::format_iso8601(when).substr(0, 19) + 'Z'; }

}  // namespace

result<std::string> service_sas(auth::shared_key const& by, std::string_view const container, object_key const& key,
                                presign_options const& options, bool const tls, wall_time const now) {
    if (auto const good = check(options); !good) return good.error();
    std::string_view const permissions = permissions_of(options.method), protocol = tls ? "https" : "";
    std::string const ends = ends_at(now + options.expires);
    // No beginning: the service's clock may be behind ours. No policy, address, snapshot and encryption scope either.
    std::string text(permissions);
    text.append("\n\n").append(ends).append("\n/blob/").append(by.account()).append("/").append(container).append("/").append(key);
    text.append("\n\n\n").append(protocol).append("\n").append(version).append("\nb\n\n");
    for (std::string_view const name : answer_headers) text.append("\n").append(value_of(options, name));

    std::string query;
    cloud::add_query(query, "sv", version);
    cloud::add_query(query, "sr", "b");
    cloud::add_query(query, "sp", permissions);
    cloud::add_query(query, "se", ends);
    if (!protocol.empty()) cloud::add_query(query, "spr", protocol);
    for (auto const& [name, value] : options.query) cloud::add_query(query, name, value);
    cloud::add_query(query, "sig", by.signature(text));
    return query;
}

result<std::string> presigned_url(core const& store, object_key const& key, presign_options const& options, wall_time const now) {
    if (auto const good = check_key(key); !good) return good.error();
    if (!store.key && store.settings.tokens)
        return no_word("URLs are signed by the account's key, and there is none: a token signs nothing");
    if (!store.key && !store.sas.empty())
        return no_word("URLs are signed by the account's key, and there is none: a signature signs no other");
    if (!store.key) return failure(errc::unauthenticated, "a presigned URL needs the account's key, and there is none");
    bool const tls = store.where.origin.tls != nullptr;
    result<std::string> query = service_sas(*store.key, store.settings.container, key, options, tls, now);
    if (!query) return query;
    std::string url = (tls ? "https://" : "http://") + store.where.host + store.blobs_path();
    base::percent_encode(url, key, true);
    return url + '?' + *query;
}

}  // namespace sluice::inline v0::azure
