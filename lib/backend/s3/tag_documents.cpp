#include "backend/s3/tagging.hpp"

#include "backend/s3/bucket.hpp"
#include "backend/s3/document.hpp"
#include "base/utf8.hpp"
#include "store/check.hpp"

#include <utility>

namespace sluice::inline v0::s3 {

namespace {

void address(recipe& r, object_key const& key, std::string_view const version) {
    r.key = key;
    r.query = "tagging=";
    if (!version.empty()) cloud::add_query(r.query, "versionId", version);
}

void add_element(std::string& to, std::string_view const name, std::string_view const text) {
    to.append("<").append(name).append(">");
    codec::xml_escape(to, text);
    to.append("</").append(name).append(">");
}

}  // namespace

result<recipe> read_tags_recipe(object_key const& key, std::string_view const version) {
    if (auto const checked = store::check_key(key); !checked) return checked.error();
    recipe r;
    address(r, key, version);
    return r;
}

result<recipe> write_tags_recipe(object_key const& key, std::string_view const version, object_tags const& tags) {
    if (auto const checked = store::check_key(key); !checked) return checked.error();
    keeping kept;
    kept.tags = tags;
    if (auto const checked = store::check_keeping(kept); !checked) return checked.error();
    for (auto const& [name, value] : tags)
        if (!base::fits_xml(name) || !base::fits_xml(value))
            return failure(errc::invalid_argument, "a tag has a control character, which the request cannot carry");
    recipe r;
    if (tags.empty()) {
        r.method = "DELETE";
    } else {
        std::string document = "<Tagging xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><TagSet>";
        for (auto const& [name, value] : tags) {
            document += "<Tag>";
            add_element(document, "Key", name);
            add_element(document, "Value", value);
            document += "</Tag>";
        }
        document += "</TagSet></Tagging>";
        r = with_document("PUT", {}, document);
    }
    address(r, key, version);
    return r;
}

result<object_tags> parse_tags(std::string document) {
    auto const parsed = parse_as(std::move(document), tags_limit, "Tagging");
    if (!parsed) return parsed.error();
    object_tags tags;
    for (codec::xml_element e = parsed->root().child("TagSet").first_child(); e; e = e.next()) {
        if (e.name() == "Tag") tags.emplace_back(e.text_of("Key"), e.text_of("Value"));
    }
    return tags;
}

}  // namespace sluice::inline v0::s3
