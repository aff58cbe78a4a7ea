#include "codec/xml.hpp"

#include "base/utf8.hpp"

#include <pugixml.hpp>

#include <cstdint>
#include <optional>
#include <utility>

namespace sluice::inline v0::codec {

namespace {

// What the default flags hide must be seen to be refused: DOCTYPE, text outside the root, a second root. References stay as they
// are, because pugixml lets &#0; and unknown entities pass; line ends stay, because they may be part of a key.
constexpr unsigned flags = pugi::parse_cdata | pugi::parse_ws_pcdata | pugi::parse_doctype | pugi::parse_fragment;
constexpr int depth_limit = 32;

struct reference {
    std::uint32_t code;
    std::size_t size;  // of "&...;"
};

/// The number of "#10" or "#xA"; nothing when that is no number or no character of XML (NUL, a surrogate, too large).
std::optional<std::uint32_t> numeric(std::string_view digits) noexcept {
    digits.remove_prefix(1);
    std::uint32_t const base = digits.starts_with('x') ? 16 : 10;
    if (base == 16) digits.remove_prefix(1);
    if (digits.empty() || digits.size() > 8) return {};
    std::uint64_t code = 0;
    for (char const c : digits) {
        std::uint32_t digit = 99;
        if (c >= '0' && c <= '9') digit = static_cast<std::uint32_t>(c - '0');
        if (c >= 'a' && c <= 'f') digit = static_cast<std::uint32_t>(c - 'a' + 10);
        if (c >= 'A' && c <= 'F') digit = static_cast<std::uint32_t>(c - 'A' + 10);
        if (digit >= base) return {};
        code = code * base + digit;
    }
    if (code == 0 || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return {};
    return static_cast<std::uint32_t>(code);
}

/// The reference at the front of `text`, which begins with '&'.
std::optional<reference> reference_at(std::string_view const text) noexcept {
    std::size_t const end = text.substr(0, 12).find(';');
    if (end == std::string_view::npos) return {};
    std::string_view const name = text.substr(1, end - 1);
    std::size_t const size = end + 1;
    if (name == "amp") return reference{'&', size};
    if (name == "lt") return reference{'<', size};
    if (name == "gt") return reference{'>', size};
    if (name == "quot") return reference{'"', size};
    if (name == "apos") return reference{'\'', size};
    if (!name.starts_with('#')) return {};
    auto const code = numeric(name);
    if (!code) return {};
    return reference{*code, size};
}

bool references_are_sound(std::string_view text) noexcept {
    for (std::size_t at = text.find('&'); at != std::string_view::npos; at = text.find('&', at + 1)) {
        if (!reference_at(text.substr(at))) return false;
    }
    return true;
}

void append_utf8(std::string& to, std::uint32_t const code) {
    auto const put = [&to](std::uint32_t byte) { to.push_back(static_cast<char>(static_cast<unsigned char>(byte))); };
    if (code < 0x80) {
        put(code);
    } else if (code < 0x800) {
        put(0xc0 | (code >> 6));
        put(0x80 | (code & 0x3f));
    } else if (code < 0x10000) {
        put(0xe0 | (code >> 12));
        put(0x80 | ((code >> 6) & 0x3f));
        put(0x80 | (code & 0x3f));
    } else {
        put(0xf0 | (code >> 18));
        put(0x80 | ((code >> 12) & 0x3f));
        put(0x80 | ((code >> 6) & 0x3f));
        put(0x80 | (code & 0x3f));
    }
}

/// For text that `references_are_sound` has seen.
void append_decoded(std::string& to, std::string_view text) {
    while (!text.empty()) {
        std::size_t const mark = text.find('&');
        to.append(text.substr(0, mark));
        if (mark == std::string_view::npos) return;
        text.remove_prefix(mark);
        auto const found = reference_at(text);
        append_utf8(to, found->code);
        text.remove_prefix(found->size);
    }
}

bool only_space(std::string_view const text) noexcept { return text.find_first_not_of(" \t\r\n") == std::string_view::npos; }

std::string_view local_name(pugi::xml_node const node) noexcept {
    std::string_view const name = node.name();
    std::size_t const colon = name.find(':');
    return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

/// What is wrong around the root; empty when there is exactly one root and nothing else that counts.
std::string_view wrong_outside(pugi::xml_document const& document) noexcept {
    int roots = 0;
    for (pugi::xml_node const node : document.children()) {
        if (node.type() == pugi::node_doctype) return "a DOCTYPE is not accepted";
        if (node.type() == pugi::node_element) {
            ++roots;
        } else if (!only_space(node.value())) {
            return "text outside the root element";
        }
    }
    if (roots == 0) return "no root element";
    return roots == 1 ? std::string_view() : "more than one root element";
}

/// What is wrong inside. Walks without recursion: depth is the sender's choice until it is checked.
std::string_view wrong_inside(pugi::xml_node const root) noexcept {
    int depth = 0;
    for (pugi::xml_node node = root;;) {
        if (node.type() == pugi::node_doctype) return "a DOCTYPE is not accepted";
        if (node.type() == pugi::node_pcdata && !references_are_sound(node.value())) return "an unknown entity or a forbidden character";
        if (node.first_child()) {
            if (++depth > depth_limit) return "nested too deeply";
            node = node.first_child();
            continue;
        }
        while (node != root && !node.next_sibling()) {
            node = node.parent();
            --depth;
        }
        if (node == root) return {};
        node = node.next_sibling();
    }
}

pugi::xml_node element_from(pugi::xml_node node) noexcept {
    while (node && node.type() != pugi::node_element) node = node.next_sibling();
    return node;
}

pugi::xml_node as_node(void* const node) noexcept { return pugi::xml_node(static_cast<pugi::xml_node_struct*>(node)); }

failure refused(std::string_view const why) { return {errc::protocol, "the XML of the answer is refused: " + std::string(why)}; }

}  // namespace

struct xml_document::state {
    std::string text;  // what the nodes point into
    pugi::xml_document document;
};

xml_document::xml_document(std::unique_ptr<state> s) noexcept : state_(std::move(s)) {}
xml_document::xml_document(xml_document&&) noexcept = default;
xml_document& xml_document::operator=(xml_document&&) noexcept = default;
xml_document::~xml_document() = default;

result<xml_document> xml_document::parse(std::string text, std::size_t const limit) {
    if (text.size() > limit) return refused("larger than " + std::to_string(limit) + " bytes");
    if (text.find('\0') != std::string::npos) return refused("a NUL byte");
    if (!base::valid_utf8(text)) return refused("invalid UTF-8");
    auto s = std::make_unique<state>();
    s->text = std::move(text);
    s->text += '\n';  // pugixml overlooks a single character at the very end of its buffer
    pugi::xml_parse_result const parsed = s->document.load_buffer_inplace(s->text.data(), s->text.size(), flags, pugi::encoding_utf8);
    if (!parsed) return refused(std::string(parsed.description()) + " at byte " + std::to_string(parsed.offset));
    if (auto const wrong = wrong_outside(s->document); !wrong.empty()) return refused(wrong);
    if (auto const wrong = wrong_inside(element_from(s->document.first_child())); !wrong.empty()) return refused(wrong);
    return xml_document(std::move(s));
}

xml_element xml_document::root() const noexcept { return xml_element(element_from(state_->document.first_child()).internal_object()); }

std::string_view xml_element::name() const noexcept { return local_name(as_node(node_)); }

xml_element xml_element::child(std::string_view const wanted) const noexcept {
    xml_element found = first_child();
    while (found && found.name() != wanted) found = found.next();
    return found;
}

xml_element xml_element::first_child() const noexcept { return xml_element(element_from(as_node(node_).first_child()).internal_object()); }

xml_element xml_element::next() const noexcept { return xml_element(element_from(as_node(node_).next_sibling()).internal_object()); }

std::string xml_element::text() const {
    std::string joined;
    for (pugi::xml_node const part : as_node(node_).children()) {
        if (part.type() == pugi::node_pcdata) append_decoded(joined, part.value());
        if (part.type() == pugi::node_cdata) joined += part.value();
    }
    return joined;
}

void xml_escape(std::string& to, std::string_view const text) {
    for (char const c : text) {
        switch (c) {
        case '&': to += "&amp;"; break;
        case '<': to += "&lt;"; break;
        case '>': to += "&gt;"; break;
        case '"': to += "&quot;"; break;
        case '\r': to += "&#13;"; break;
        case '\n': to += "&#10;"; break;
        case '\t': to += "&#9;"; break;
        default: to += c;
        }
    }
}

}  // namespace sluice::inline v0::codec
