#include "store/conditions.hpp"

#include <chrono>

namespace sluice::inline v0::store {

namespace {

std::string_view bare(std::string_view etag) noexcept {
    if (etag.size() >= 2 && etag.front() == '"' && etag.back() == '"') etag = etag.substr(1, etag.size() - 2);
    return etag;
}

bool weak(std::string_view const etag) noexcept { return etag.starts_with("W/"); }

bool later(wall_time const a, wall_time const b) noexcept {
    using std::chrono::floor, std::chrono::seconds;
    return floor<seconds>(a) > floor<seconds>(b);
}

}  // namespace

bool same_etag(std::string_view const a, std::string_view const b) noexcept { return !weak(a) && !weak(b) && bare(a) == bare(b); }

bool strong_etag(std::string_view const etag) noexcept { return !weak(etag) && !bare(etag).empty(); }

std::string quoted_etag(std::string_view const etag) {
    bool const as_it_is = etag.empty() || etag == "*" || etag.starts_with('"') || etag.starts_with("W/");
    if (as_it_is) return std::string(etag);
    std::string quoted;
    quoted.reserve(etag.size() + 2);
    quoted.append("\"").append(etag).append("\"");
    return quoted;
}

read_conditions::read_conditions(head_options const& o)
    : if_match(o.if_match),
      if_none_match(o.if_none_match),
      if_modified_since(o.if_modified_since),
      if_unmodified_since(o.if_unmodified_since),
      version(o.version),
      key(o.key) {}

result<void> read_conditions::check_plain() const {
    if (!version.empty()) return failure(errc::unsupported, "this store keeps no old versions");
    if (!key.secret.empty()) return failure(errc::unsupported, "this store does not encrypt by keys of its customers");
    return {};
}

std::optional<errc> read_conditions::violated_by(std::string_view const etag, wall_time const modified) const noexcept {
    if (!if_match.empty()) {
        if (if_match != "*" && !same_etag(if_match, etag)) return errc::precondition_failed;
    } else if (if_unmodified_since && later(modified, *if_unmodified_since)) {
        return errc::precondition_failed;
    }
    if (!if_none_match.empty()) {
        if (if_none_match == "*" || same_etag(if_none_match, etag)) return errc::not_modified;
    } else if (if_modified_since && !later(modified, *if_modified_since)) {
        return errc::not_modified;
    }
    return std::nullopt;
}

}  // namespace sluice::inline v0::store
