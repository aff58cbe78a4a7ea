#include "cloud/recipe.hpp"

#include "base/percent.hpp"

namespace sluice::inline v0::cloud {

void add_query(std::string& to, std::string_view const name, std::string_view const value) {
    if (!to.empty()) to += '&';
    to += name;
    to += '=';
    base::percent_encode(to, value, false);
}

void render(recipe const& what, std::string_view const host, std::string_view const path, http::request& into) {
    into.method = what.method;
    into.target.clear();
    into.target.reserve(path.size() + what.key.size() + what.query.size() + 32);
    into.target += path;
    base::percent_encode(into.target, what.key, true);
    if (!what.query.empty()) into.target.append("?").append(what.query);

    into.headers.clear();
    into.headers.add("Host", host);
    if (!what.range.empty()) into.headers.add("Range", what.range);
    if (!what.if_match.empty()) into.headers.add("If-Match", what.if_match);
    for (std::size_t i = 0; i < what.headers.size(); ++i) into.headers.add(what.headers[i].name, what.headers[i].value);
    if (what.body.size() > 0 || into.body.size() > 0) into.body = what.body;
}

}  // namespace sluice::inline v0::cloud
