#include "backend/s3/presign.hpp"

#include "backend/s3/multipart.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace sluice::inline v0::s3 {

namespace {

constexpr std::chrono::seconds longest = std::chrono::days(7);

failure refused(std::string what) { return {errc::invalid_argument, std::move(what)}; }

bool is_token(std::string_view const name) noexcept {
    static constexpr std::string_view others = "!#$%&'*+-.^_`|~";
    auto const fits = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || others.find(c) != std::string_view::npos;
    };
    return !name.empty() && std::ranges::all_of(name, fits);
}

bool is_field_value(std::string_view const value) noexcept {
    return std::ranges::all_of(value, [](unsigned char c) { return (c >= ' ' && c != 0x7f) || c == '\t'; });
}

/// The literal of a method that can be signed for; empty for none.
std::string_view method_of(std::string_view const wanted) noexcept {
    for (std::string_view const known : {"GET", "HEAD", "PUT", "DELETE"})
        if (wanted == known) return known;
    return {};
}

result<void> add_headers(recipe& to, presign_options const& options) {
    for (auto const& [name, value] : options.headers) {
        if (!is_token(name) || !is_field_value(value)) return refused("a header of the URL is none: \"" + name.substr(0, 80) + '"');
        if (http::equal_ignoring_case(name, "host") || http::equal_ignoring_case(name, "authorization"))
            return refused("the header \"" + name + "\" is not for the caller to choose");
        to.headers.add(name, value);
    }
    return {};
}

}  // namespace

result<recipe> presign_recipe(object_key const& key, presign_options const& options) {
    recipe r;
    r.method = method_of(options.method);
    if (r.method.empty()) return refused("the method of a presigned URL is GET, HEAD, PUT or DELETE");
    if (options.expires < std::chrono::seconds(1) || options.expires > longest)
        return refused("a presigned URL expires after 1 second to 7 days");
    bool const part = !options.upload_id.empty() || options.part_number != 0;
    if (part) {
        bool const good = r.method == "PUT" && !options.upload_id.empty() && options.part_number >= 1 && options.part_number <= max_parts;
        if (!good) return refused("a part is a PUT with the id of the upload and a number from 1 to 10,000");
        r.query = part_recipe(key, options.upload_id, options.part_number, payload()).query;
    }
    r.key = key;
    for (auto const& [name, value] : options.query) {
        if (name.empty()) return refused("a parameter of the URL has no name");
        if (name.size() > 6 && http::equal_ignoring_case(std::string_view(name).substr(0, 6), "X-Amz-"))
            return refused("the parameter \"" + name + "\" is part of the signature");
        // The service writes response-* into its answer's head: a line end there would be a header, or a body, of the caller's.
        if (!is_field_value(value)) return refused("the parameter \"" + name.substr(0, 80) + "\" has a control character");
        std::string encoded;
        cloud::add_query(encoded, {}, name);
        cloud::add_query(r.query, std::string_view(encoded).substr(1), value);
    }
    if (auto const added = add_headers(r, options); !added) return added.error();
    return r;
}

std::string presigned_url(auth::sigv4_signer const& signer, recipe const& what, place const& where, credentials const& keys,
                          wall_time const now, std::chrono::seconds const expires) {
    http::request request;
    cloud::render(what, where.host, where.path, request);
    return (where.origin.tls ? "https://" : "http://") + where.host + signer.presign(request, keys, where.region, now, expires);
}

}  // namespace sluice::inline v0::s3
