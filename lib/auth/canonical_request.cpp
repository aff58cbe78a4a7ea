#include "auth/canonical_request.hpp"

#include <algorithm>
#include <boost/container/small_vector.hpp>
#include <cstddef>

namespace sluice::inline v0::auth {

namespace {

using boost::container::small_vector;

constexpr char lower(char const c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }
constexpr bool blank(char const c) noexcept { return c == ' ' || (c >= '\t' && c <= '\r'); }

/// <0, 0, >0 as the lower-case names sort.
int compare_names(std::string_view const a, std::string_view const b) noexcept {
    std::size_t const common = std::min(a.size(), b.size());
    for (std::size_t i = 0; i < common; ++i) {
        auto const x = static_cast<unsigned char>(lower(a[i])), y = static_cast<unsigned char>(lower(b[i]));
        if (x != y) return x < y ? -1 : 1;
    }
    return a.size() == b.size() ? 0 : a.size() < b.size() ? -1 : 1;
}

/// Without the spaces around it, and with one space for each run of them inside.
void append_trimmed(std::string& to, std::string_view const value) {
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
        http::fields::view field;
        std::size_t place;  // headers of one name keep their order
    };
    small_vector<header, 24> headers;
    for (std::size_t i = 0; i < all.size(); ++i)
        if (http::fields::view const field = all[i]; is_signed(field.name)) headers.push_back({field, i});
    std::ranges::sort(headers, [](header const& a, header const& b) {
        int const order = compare_names(a.field.name, b.field.name);
        return order != 0 ? order < 0 : a.place < b.place;
    });

    std::string names;
    names.reserve(160);
    for (std::size_t i = 0; i < headers.size(); ++i) {
        auto const& [name, value] = headers[i].field;
        if (i != 0 && compare_names(headers[i - 1].field.name, name) == 0) {
            to.back() = ',';  // in place of the line end of the one before
        } else {
            if (!names.empty()) names += ';';
            std::size_t const at = names.size();
            for (char const c : name) names += lower(c);
            to.append(names, at).append(":");
        }
        append_trimmed(to, value);
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
