// URIs: read, written and read again they are the same.
#include "input.hpp"

#include <sluice/uri.hpp>

using namespace sluice;

void fuzz::run(input in) {
    std::string const text(in.rest());
    auto const first = parse_uri(text);
    if (!first) return must(first.error().reason() == errc::invalid_argument, "an invalid argument");
    auto const again = parse_uri(first->text());
    bool const path = first->scheme == "file" || first->scheme == "direct";
    must(path ? first->bucket.empty() : !first->bucket.empty(), "a bucket, or a path");
    bool const relative = first->scheme == "file" && !first->key.starts_with('/');  // which no URI can say
    must(relative || (again && again->scheme == first->scheme && again->bucket == first->bucket && again->key == first->key),
         "the same again");
    must(text.find('\0') == text.npos && text.ends_with(first->key), "a key is literal");
    must(std::ranges::none_of(first->bucket, [](char c) { return c <= ' ' || c == '@' || c == '?' || c == '#' || c == '%'; }),
         "a sound bucket");
}
