// Azure's documents: listings give sound keys below the prefix, and what a naive writer makes of some keys gives them back; lists of blocks
// and of containers are read or refused.
#include "input.hpp"

#include "backend/azure/request.hpp"
#include "backend/azure/response.hpp"
#include "base/utf8.hpp"
#include "testing/s3_text.hpp"

using namespace sluice;

namespace {

bool is_sound(std::string_view const key, std::string_view const prefix) {
    return !key.empty() && key.starts_with(prefix) && base::valid_utf8(key) && key.find('\0') == key.npos;
}

void check(list_page const& page, std::string_view const prefix) {
    for (object_meta const& one : page.objects) fuzz::must(is_sound(one.key, prefix), "a sound key below the prefix");
    for (std::string const& one : page.prefixes) fuzz::must(is_sound(one, prefix), "a sound group below the prefix");
}

void write_and_read(fuzz::input in) {
    bool const encoded = in.number(1) == 1;
    std::vector<std::string> keys;
    std::string document = "\xef\xbb\xbf<EnumerationResults><Blobs>";
    while (!in.empty()) {
        std::string_view const key = in.line();
        if (!is_sound(key, {})) continue;
        document += encoded ? "<Blob><Name Encoded=\"true\">" + testing::percent_encode(key) : "<Blob><Name>" + testing::xml_escape(key);
        document += "</Name><Properties><Content-Length>" + std::to_string(keys.size()) + "</Content-Length></Properties></Blob>";
        keys.emplace_back(key);
    }
    auto const page = azure::parse_list(document + "</Blobs><NextMarker>m</NextMarker></EnumerationResults>", {});
    fuzz::must(page && page->objects.size() == keys.size() && page->next == "m", "every key that was written");
    for (std::size_t i = 0; i < keys.size(); ++i)
        fuzz::must(page->objects[i].key == keys[i] && page->objects[i].size == i, "as it was written, in order");
}

void must_be_short(failure const& f) { fuzz::must(f.reason() == errc::protocol && f.info().detail.size() < 300, "a short protocol error"); }

}  // namespace

void fuzz::run(input in) {
    std::string_view const prefix = in.line();
    write_and_read(in);
    std::string const text(in.rest());
    if (auto const page = azure::parse_list(text, prefix))
        check(*page, prefix);
    else
        must_be_short(page.error());
    if (auto const blocks = azure::parse_block_list(text))
        for (auto const& one : *blocks) azure::place_of_block(prefix, one.id);
    else
        must_be_short(blocks.error());
    if (auto const containers = azure::parse_containers(text); !containers) must_be_short(containers.error());
}
