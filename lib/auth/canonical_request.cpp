#include "auth/canonical_request.hpp"

#include "base/ascii.hpp"

#include <algorithm>
#include <boost/container/small_vector.hpp>
#include <cstddef>

namespace sluice::inline v0::auth {

namespace {

using boost::container::small_vector;

constexpr bool blank(char const c) noexcept { return c == ' ' || (c >= '\t' && c <= '\r'); }

/// Nothing to trim or to fold, as with nearly every value. No branch in the loop: it is vectorised, and session tokens are long.
bool is_trimmed(std::string_view const value) noexcept {
    if (value.empty()) return true;
    if (blank(value.front()) || blank(value.back())) return false;
    unsigned char folds = 0;  // of the characters' own width, or GCC does not vectorise
    for (std::size_t i = 1; i < value.size(); ++i) {
        auto const here = static_cast<unsigned char>(value[i]), before = static_cast<unsigned char>(value[i - 1]);
        folds = static_cast<unsigned char>(folds | (here < ' ') | ((here == ' ') & (before == ' ')));
    }
    return folds == 0;
}

/// Without the spaces around it, and with one space for each run of them inside.
void append_trimmed(std::string& to, std::string_view const value) {
    if (is_trimmed(value)) {
        to += value;
        return;
    }
    std::size_t i = 0;
    bool first = true;
    while (true) {
        while (i < value.size() && blank(value[i])) ++i;
        std::size_t const word = i;
        while (i < value.size() && !blank(value[i])) ++i;
        if (i == word) return;
        if (!first) to += ' ';
        to.append(value, word, i - word);
        first = false;
    }
}

void append_query(std::string& to, std::string_view query) {
    struct parameter {
        std::string_view name, value;
    };
    small_vector<parameter, 16> parameters;
    while (!query.empty()) {
        std::string_view const piece = query.substr(0, query.find('&'));
        query.remove_prefix(std::min(piece.size() + 1, query.size()));
        if (piece.empty()) continue;
        std::size_t const equals = std::min(piece.find('='), piece.size());
        parameters.push_back({piece.substr(0, equals), piece.substr(std::min(equals + 1, piece.size()))});
    }
    // By name first: "a-b=1" sorts before "a=1" as text, and after it as AWS wants it.
    std::ranges::sort(parameters, [](parameter const& a, parameter const& b) {
        int const order = a.name.compare(b.name);
        return order != 0 ? order < 0 : a.value < b.value;
    });
    for (bool first = true; parameter const& p : parameters) {
        if (!first) to += '&';
        to.append(p.name).append("=").append(p.value);
        first = false;
    }
}

/// Appends the lines of the signed headers and returns their names.
std::string append_headers(std::string& to, http::fields const& all, header_filter const is_signed) {
    struct header {
        std::size_t name_at, name_size;  // in `lowered`
        std::size_t place;               // in `all`: headers of one name keep their order
    };
    small_vector<header, 24> headers;
    std::string lowered;
    lowered.reserve(256);
    for (std::size_t i = 0; i < all.size(); ++i) {
        std::string_view const name = all[i].name;
        if (!is_signed(name)) continue;
        headers.push_back({lowered.size(), name.size(), i});
        lowered += name;
    }
    std::ranges::transform(lowered, lowered.begin(), [](char c) { return base::lower(c); });
    auto const name_of = [&](header const& h) { return std::string_view(lowered).substr(h.name_at, h.name_size); };
    std::ranges::sort(headers, [&](header const& a, header const& b) {
        int const order = name_of(a).compare(name_of(b));
        return order != 0 ? order < 0 : a.place < b.place;
    });

    std::string names;
    names.reserve(lowered.size() + headers.size());
    for (std::size_t i = 0; i < headers.size(); ++i) {
        std::string_view const name = name_of(headers[i]);
        if (i != 0 && name_of(headers[i - 1]) == name) {
            to.back() = ',';  // in place of the line end of the one before
        } else {
            names.append(i == 0 ? "" : ";").append(name);
            to.append(name).append(":");
        }
        append_trimmed(to, all[headers[i].place].value);
        to += '\n';
    }
    return names;
}

}  // namespace

bool signed_by_default(std::string_view const name) noexcept {
    switch (name.size()) {
    case 4: return http::equal_ignoring_case(name, "host");
    case 11:
        if (http::equal_ignoring_case(name, "content-md5")) return true;
        break;
    case 12:
        if (http::equal_ignoring_case(name, "content-type")) return true;
        break;
    default: break;
    }
    return name.size() > 6 && http::equal_ignoring_case(name.substr(0, 6), "x-amz-");
}

std::string append_canonical_request(std::string& to, http::request const& of, std::string_view const payload_hash,
                                     header_filter const is_signed) {
    std::string_view const target = of.target;
    std::size_t const mark = std::min(target.find('?'), target.size());
    to.append(of.method).append("\n");
    to.append(mark == 0 ? "/" : target.substr(0, mark)).append("\n");
    append_query(to, target.substr(std::min(mark + 1, target.size())));
    to += '\n';
    std::string names = append_headers(to, of.headers, is_signed);
    to.append("\n").append(names).append("\n").append(payload_hash);
    return names;
}

}  // namespace sluice::inline v0::auth
