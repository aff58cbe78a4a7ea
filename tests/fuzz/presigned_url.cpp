// URLs that somebody else signed: taken byte for byte, and no error has a word of them.
#include "input.hpp"

#include "backend/s3/endpoint.hpp"
#include "backend/s3/presigned_url.hpp"
#include "base/percent.hpp"

using namespace sluice;

void fuzz::run(input in) {
    std::string const url(in.line());
    auto const found = s3::parse_presigned(url);
    if (!found)
        return must(found.error().reason() == errc::invalid_argument && found.error().info().detail.size() < 300,
                    "a short invalid argument");
    must(found->endpoint + found->target == url, "byte for byte");
    auto const to = cloud::parse_endpoint(found->endpoint);
    must(to && to->path.empty(), "an endpoint");
    must(std::ranges::all_of(found->target, [](char c) { return c > ' ' && c < 0x7f; }), "what can be sent");
    must(!found->key.empty() && base::percent_decode(found->path()) == '/' + found->key, "the key of the path");
    must(!found->signature.empty() && found->path().find('?') == std::string_view::npos, "a signature, and not in the path");
    std::string const text(in.rest());
    must(s3::without_query(*found, text + found->signature).find(found->signature) == text.npos, "no signature in a text of the service");
    s3::recipe what;
    what.headers.add("x-amz-checksum-mode", "ENABLED");
    bool const was_signed = std::ranges::find(found->signed_headers, "x-amz-checksum-mode") != found->signed_headers.end();
    must(was_signed || !s3::check_signed(*found, what), "no header that was not signed");
}
