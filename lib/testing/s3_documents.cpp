// The XML bodies that clients send.
#include "testing/s3_operations.hpp"

#include <algorithm>
#include <charconv>

namespace sluice::inline v0::testing {
namespace {

constexpr std::size_t keys_limit = 1000;

s3_problem malformed(std::string const& why) {
    return refusal("The XML you provided was not well-formed or did not validate against our published schema: " + why, "MalformedXML");
}

void append_utf8(std::string& to, std::uint32_t const point) {
    auto const put = [&](std::uint32_t byte) { to += static_cast<char>(byte); };
    if (point < 0x80) {
        put(point);
    } else if (point < 0x800) {
        put(0xc0 | point >> 6);
        put(0x80 | (point & 0x3f));
    } else if (point < 0x10000) {
        put(0xe0 | point >> 12);
        put(0x80 | (point >> 6 & 0x3f));
        put(0x80 | (point & 0x3f));
    } else {
        put(0xf0 | point >> 18);
        put(0x80 | (point >> 12 & 0x3f));
        put(0x80 | (point >> 6 & 0x3f));
        put(0x80 | (point & 0x3f));
    }
}

void append_reference(std::string& to, std::string_view name) {
    if (name == "lt") {
        to += '<';
    } else if (name == "gt") {
        to += '>';
    } else if (name == "amp") {
        to += '&';
    } else if (name == "quot") {
        to += '"';
    } else if (name == "apos") {
        to += '\'';
    } else {
        int const base = name.starts_with("#x") ? 16 : 10;
        if (!name.starts_with('#')) throw malformed("unknown entity");
        name.remove_prefix(base == 16 ? 2 : 1);
        std::uint32_t point = 0;
        auto const [end, error] = std::from_chars(name.data(), name.data() + name.size(), point, base);
        // Control characters are beyond XML 1.0, but there is no other way to name such keys.
        bool const good = error == std::errc() && end == name.data() + name.size() && point != 0 && point <= 0x10ffff;
        if (!good || (point >= 0xd800 && point < 0xe000)) throw malformed("bad character reference");
        append_utf8(to, point);
    }
}

/// Elements and text; comments, CDATA, instructions and attributes other than the name space are refused.
class xml_cursor {
public:
    explicit xml_cursor(std::string_view const text) : rest_(text) {
        if (!is_utf8(text)) throw malformed("not UTF-8");
        if (take("<?xml ")) {
            auto const end = rest_.find("?>");
            if (end == rest_.npos) throw malformed("declaration without end");
            rest_.remove_prefix(end + 2);
        }
        skip_space();
    }

    bool take(std::string_view const text) {
        if (!rest_.starts_with(text)) return false;
        rest_.remove_prefix(text.size());
        return true;
    }

    bool take_tag(std::string_view const tag) {
        bool const taken = take(tag);
        if (taken) skip_space();
        return taken;
    }

    void expect_tag(std::string_view const tag) {
        if (!take_tag(tag)) throw malformed("expected " + std::string(tag) + " at '" + std::string(rest_.substr(0, 40)) + "'");
    }

    /// The text up to the closing tag, spaces and all.
    std::string text_until(std::string_view const closing) {
        std::string out;
        while (!rest_.empty() && rest_.front() != '<') {
            char const c = rest_.front();
            if (c == '&') {
                auto const end = rest_.substr(0, 12).find(';');
                if (end == rest_.npos) throw malformed("reference without end");
                append_reference(out, rest_.substr(1, end - 1));
                rest_.remove_prefix(end + 1);
                continue;
            }
            if (c >= 0 && c < ' ' && c != '\t' && c != '\n' && c != '\r') throw malformed("raw control character");
            // XML 2.11: CR LF and CR alone are read as LF.
            if (c == '\r') {
                if (!rest_.substr(1).starts_with('\n')) out += '\n';
            } else {
                out += c;
            }
            rest_.remove_prefix(1);
        }
        expect_tag(closing);
        return out;
    }

    bool at_end() const { return rest_.empty(); }

private:
    void skip_space() {
        auto const size = std::min(rest_.find_first_not_of(" \t\r\n"), rest_.size());
        rest_.remove_prefix(size);
    }

    std::string_view rest_;
};

}  // namespace

s3_delete_list parse_delete_list(std::string_view const body) {
    xml_cursor xml(body);
    s3_delete_list list;
    if (!xml.take_tag("<Delete xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">")) xml.expect_tag("<Delete>");
    while (!xml.take_tag("</Delete>")) {
        if (xml.take_tag("<Quiet>")) {
            std::string const text = xml.text_until("</Quiet>");
            if (text != "true" && text != "false") throw malformed("Quiet is neither true nor false");
            list.quiet = text == "true";
            continue;
        }
        xml.expect_tag("<Object>");
        // No space may be skipped here: a key can start with one.
        if (!xml.take("<Key>")) throw malformed("an Object without Key first");
        list.keys.push_back(xml.text_until("</Key>"));
        if (list.keys.back().empty()) throw malformed("empty key");
        xml.expect_tag("</Object>");
    }
    if (!xml.at_end()) throw malformed("something follows the document");
    if (list.keys.empty() || list.keys.size() > keys_limit) throw malformed(std::to_string(list.keys.size()) + " keys");
    return list;
}

header_list parse_tag_list(std::string_view const body) {
    xml_cursor xml(body);
    header_list tags;
    if (!xml.take_tag("<Tagging xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">")) xml.expect_tag("<Tagging>");
    xml.expect_tag("<TagSet>");
    while (!xml.take_tag("</TagSet>")) {
        xml.expect_tag("<Tag>");
        if (!xml.take("<Key>")) throw malformed("a Tag without Key first");
        std::string name = xml.text_until("</Key>");
        if (!xml.take("<Value>")) throw malformed("a Tag without Value");
        tags.emplace_back(std::move(name), xml.text_until("</Value>"));
        xml.expect_tag("</Tag>");
    }
    xml.expect_tag("</Tagging>");
    if (!xml.at_end()) throw malformed("something follows the document");
    if (tags.size() > 10) throw refusal("Object tags cannot be greater than 10", "BadRequest");
    return tags;
}

std::vector<s3_named_part> parse_part_list(std::string_view const body) {
    xml_cursor xml(body);
    std::vector<s3_named_part> parts;
    if (!xml.take_tag("<CompleteMultipartUpload xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"))
        xml.expect_tag("<CompleteMultipartUpload>");
    while (!xml.take_tag("</CompleteMultipartUpload>")) {
        xml.expect_tag("<Part>");
        xml.expect_tag("<PartNumber>");
        std::string const number = xml.text_until("</PartNumber>");
        s3_named_part part;
        auto const [end, error] = std::from_chars(number.data(), number.data() + number.size(), part.number);
        if (error != std::errc() || end != number.data() + number.size()) throw malformed("a PartNumber that is none");
        xml.expect_tag("<ETag>");
        part.etag = xml.text_until("</ETag>");
        for (char const* const name : {"CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"}) {
            std::string const element = std::string("Checksum") + name;
            if (!xml.take_tag('<' + element + '>')) continue;
            part.checksum_element = element;
            part.checksum = xml.text_until("</" + element + '>');
        }
        xml.expect_tag("</Part>");
        parts.push_back(std::move(part));
    }
    if (!xml.at_end()) throw malformed("something follows the document");
    if (parts.empty() || parts.size() > 10'000) throw malformed(std::to_string(parts.size()) + " parts");
    return parts;
}

}  // namespace sluice::inline v0::testing
