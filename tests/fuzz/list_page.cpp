// A page of a listing: only sound keys below the prefix; and a page a naive writer makes of some keys gives them back.
#include "input.hpp"

#include "backend/s3/response.hpp"
#include "base/utf8.hpp"
#include "testing/s3_text.hpp"

using namespace sluice;

namespace {

void check(list_page const& page, std::string_view const prefix) {
    auto const sound = [&](std::string_view key) {
        return !key.empty() && key.starts_with(prefix) && base::valid_utf8(key) && key.find('\0') == key.npos;
    };
    for (object_meta const& one : page.objects) {
        fuzz::must(sound(one.key), "a sound key below the prefix");
        fuzz::must(one.etag.empty() || one.etag.find('"') != one.etag.npos || one.etag == "*", "an ETag in quotes");
    }
    for (std::string const& one : page.prefixes) fuzz::must(sound(one), "a sound group below the prefix");
}

/// Keys with sizes, written as services write them.
void write_and_read(fuzz::input in) {
    bool const encoded = in.number(1) == 1;
    std::vector<std::string> keys;
    std::string document = "<ListBucketResult><IsTruncated>true</IsTruncated><NextContinuationToken>t</NextContinuationToken>";
    if (encoded) document += "<EncodingType>url</EncodingType>";
    while (!in.empty()) {
        std::string_view const key = in.line();
        bool const possible = !key.empty() && base::valid_utf8(key) && key.find('\0') == key.npos;
        if (!possible) continue;
        std::string const text = encoded ? testing::listing_encode(key) : testing::xml_escape(key);
        document += "<Contents><Key>" + text + "</Key><Size>" + std::to_string(keys.size()) + "</Size></Contents>";
        keys.emplace_back(key);
    }
    auto const page = s3::parse_list(document + "</ListBucketResult>", {});
    fuzz::must(page && page->objects.size() == keys.size() && page->next == "t", "every key that was written");
    for (std::size_t i = 0; i < keys.size(); ++i)
        fuzz::must(page->objects[i].key == keys[i] && page->objects[i].size == i, "as it was written, in order");
}

}  // namespace

void fuzz::run(input in) {
    std::string_view const prefix = in.line();
    write_and_read(in);
    auto const page = s3::parse_list(std::string(in.rest()), prefix);
    if (page)
        check(*page, prefix);
    else
        must(page.error().reason() == errc::protocol && page.error().info().detail.size() < 300, "a short protocol error");
}
