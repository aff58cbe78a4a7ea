#include "backend/s3/document.hpp"

#include "base/percent.hpp"
#include "base/utf8.hpp"

#include <algorithm>
#include <utility>

namespace sluice::inline v0::s3 {

namespace {

failure broken(std::string what) { return {errc::protocol, std::move(what)}; }

}  // namespace

result<codec::xml_document> parse_as(std::string document, std::size_t const limit, std::string_view const root) {
    result<codec::xml_document> parsed = codec::xml_document::parse(std::move(document), limit);
    if (parsed && parsed->root().name() != root)
        return broken("expected <" + std::string(root) + ">, got <" + std::string(parsed->root().name().substr(0, 80)) +
                      ">; is this an S3 endpoint?");
    return parsed;
}

result<std::string> name_of(codec::xml_element const element, bool const encoded) {
    std::string scratch;
    std::string text(element.text(scratch));
    if (encoded) {
        std::ranges::replace(text, '+', ' ');
        if (text.find('%') == std::string::npos) return text;  // as sound as the document it came from
        auto decoded = base::percent_decode(text);
        if (!decoded) return broken("a key of the listing is not percent-encoded as it claims to be");
        text = std::move(*decoded);
    }
    if (text.find('\0') != std::string::npos || !base::valid_utf8(text)) return broken("a key of the listing is not valid UTF-8");
    return text;
}

result<std::string> name_under(std::string_view const prefix, codec::xml_element const element, bool const encoded) {
    auto name = name_of(element, encoded);
    if (name && (name->empty() || !name->starts_with(prefix))) return broken("the listing has a key outside the prefix that was asked for");
    return name;
}

}  // namespace sluice::inline v0::s3
