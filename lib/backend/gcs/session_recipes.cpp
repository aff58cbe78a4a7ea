#include "backend/gcs/session_recipes.hpp"

#include "backend/gcs/response.hpp"

#include <algorithm>
#include <utility>

namespace sluice::inline v0::gcs {

namespace {

constexpr std::size_t longest_target = 8 * 1024;

recipe session_recipe(std::string_view const method, std::string_view const session) {
    recipe r;
    r.method = method;
    r.path = session;
    r.of_session = true;
    return r;
}

}  // namespace

recipe begin_session_recipe(std::string_view const bucket, std::string const& resource, std::uint64_t const size,
                            put_options const& options, target_condition const& condition) {
    recipe r;
    r.method = "POST";
    r.path = "/upload" + objects_path(bucket);
    cloud::add_query(r.query, "uploadType", "resumable");
    join_query(r.query, put_query(options, condition));
    r.headers.add("Content-Type", "application/json; charset=UTF-8");
    r.headers.add("X-Upload-Content-Length", std::to_string(size));
    if (!options.attributes.content_type.empty()) r.headers.add("X-Upload-Content-Type", options.attributes.content_type);
    add_customer_key(r.headers, "x-goog-", options.keeping.key);
    r.body = payload(resource);
    return r;
}

result<std::string> parse_session(std::string_view location) {
    failure const none(errc::protocol, "the service has begun an upload, and does not say where it is");
    if (std::size_t const scheme = location.find("://"); scheme != std::string_view::npos) {
        location.remove_prefix(scheme + 3);
        location.remove_prefix(std::min(location.find('/'), location.size()));
    }
    bool const good = location.starts_with('/') && location.size() <= longest_target && location.find('#') == std::string_view::npos &&
                      std::ranges::all_of(location, [](char c) { return c > 0x20 && c < 0x7f; });
    if (!good) return none;
    return std::string(location);
}

recipe chunk_recipe(std::string_view const session, std::uint64_t const first, std::uint64_t const total, payload data) {
    recipe r = session_recipe("PUT", session);
    std::uint64_t const last = first + data.size() - 1;
    r.headers.add("Content-Range", "bytes " + std::to_string(first) + '-' + std::to_string(last) + '/' + std::to_string(total));
    r.body = std::move(data);
    return r;
}

recipe status_recipe(std::string_view const session, std::uint64_t const total) {
    recipe r = session_recipe("PUT", session);
    r.headers.add("Content-Range", "bytes */" + std::to_string(total));
    return r;
}

recipe cancel_recipe(std::string_view const session) { return session_recipe("DELETE", session); }

result<std::uint64_t> parse_committed(http::response_head const& head) {
    auto const range = head.headers.find("range");
    if (!range) return std::uint64_t{0};
    constexpr std::string_view before = "bytes=0-";
    auto const last = range->starts_with(before) ? parse_number(range->substr(before.size())) : std::nullopt;
    if (!last || *last == UINT64_MAX) return failure(errc::protocol, "the service does not say how much of the upload it has");
    return *last + 1;
}

}  // namespace sluice::inline v0::gcs
