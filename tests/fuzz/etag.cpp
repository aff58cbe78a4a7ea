// ETags: quotes do not matter, weak ones never match; conditions against a naive reading of RFC 9110, 13.2.2.
#include "input.hpp"

#include "backend/s3/request.hpp"
#include "store/conditions.hpp"

using namespace sluice;

namespace {

std::string bare(std::string text) {
    return text.size() >= 2 && text.front() == '"' && text.back() == '"' ? text.substr(1, text.size() - 2) : text;
}

bool same(std::string const& a, std::string const& b) {
    bool const weak = a.substr(0, 2) == "W/" || b.substr(0, 2) == "W/";
    return !weak && bare(a) == bare(b);
}

std::optional<errc> naive(store::read_conditions const& c, std::string const& etag, std::int64_t const modified) {
    auto const second = [](wall_time t) { return std::chrono::floor<std::chrono::seconds>(t).time_since_epoch().count(); };
    if (!c.if_match.empty() && c.if_match != "*" && !same(c.if_match, etag)) return errc::precondition_failed;
    if (c.if_match.empty() && c.if_unmodified_since && modified > second(*c.if_unmodified_since)) return errc::precondition_failed;
    if (!c.if_none_match.empty() && (c.if_none_match == "*" || same(c.if_none_match, etag))) return errc::not_modified;
    if (c.if_none_match.empty() && c.if_modified_since && modified <= second(*c.if_modified_since)) return errc::not_modified;
    return std::nullopt;
}

wall_time at(std::uint64_t const second) { return wall_time(std::chrono::seconds(second)); }

}  // namespace

void fuzz::run(input in) {
    constexpr std::uint64_t latest = 9'000'000'000;
    std::uint64_t const modified = in.number(latest), unmodified_since = in.number(latest), modified_since = in.number(latest);
    store::read_conditions c;
    c.if_match = in.line();
    c.if_none_match = in.line();
    if (unmodified_since != 0) c.if_unmodified_since = at(unmodified_since);
    if (modified_since != 0) c.if_modified_since = at(modified_since);
    std::string const etag(in.line());
    must(c.violated_by(etag, at(modified)) == naive(c, etag, static_cast<std::int64_t>(modified)), "the conditions");
    must(store::same_etag(c.if_match, etag) == same(c.if_match, etag), "two ETags are the same");
    must(store::same_etag(c.if_match, etag) == store::same_etag(etag, c.if_match), "either way");
    must(!store::strong_etag(etag) || store::same_etag(etag, etag), "a strong one is itself");
    std::string const quoted = store::quoted_etag(etag);
    must(store::quoted_etag(quoted) == quoted, "quotes once");
    must(!store::strong_etag(etag) || etag == "*" || store::same_etag(etag, quoted), "with quotes it is the same");
}
