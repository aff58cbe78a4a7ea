#include "codec/xml.hpp"

#include "base/utf8.hpp"

#include <pugixml.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace sluice::inline v0::codec {

namespace {

// What the default flags hide must be seen to be refused: DOCTYPE, text outside the root, a second root. References stay as they
// are, because pugixml lets &#0; and unknown entities pass; line ends stay, because they may be part of a key.
constexpr unsigned flags =
    pugi::parse_cdata | pugi::parse_ws_pcdata | pugi::parse_doctype | pugi::parse_fragment | pugi::parse_embed_pcdata;
constexpr std::array<bool, 256> escaped = [] {
    std::array<bool, 256> marks{};
    for (char const c : std::string_view("&<>\"\r\n\t")) marks[static_cast<unsigned char>(c)] = true;
    return marks;
}();
constexpr std::size_t depth_limit = 32;
constexpr std::size_t bytes_of_a_node = 32;  // about, in a listing

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

/// Brings a document into the order of its text, and says what is wrong with it. pugixml walks without recursion: depth is the sender's
/// choice until it is checked.
class flattening final : public pugi::xml_tree_walker {
public:
    explicit flattening(std::vector<xml_node>& to) : to_(to) {}

    /// Empty when there is exactly one root, and nothing else that counts beside it or is wrong inside.
    std::string_view wrong() const noexcept {
        if (!wrong_.empty()) return wrong_;
        if (roots_ == 0) return "no root element";
        return roots_ == 1 ? std::string_view() : "more than one root element";
    }

private:
    bool for_each(pugi::xml_node& node) override {
        xml_node one;
        switch (node.type()) {
        case pugi::node_element:
            name(one, node.name());
            one.encoded = std::string_view(node.attribute("Encoded").value()) == "true";
            break;
        case pugi::node_pcdata: one.kind = xml_node::what::text; break;
        case pugi::node_cdata: one.kind = xml_node::what::verbatim; break;
        default: return refuse("a DOCTYPE is not accepted");  // the flags let nothing else through
        }
        std::string_view const text = node.value();
        one.text_at = text.data();
        one.text_size = static_cast<std::uint32_t>(text.size());
        auto const level = static_cast<std::size_t>(depth());
        if (level > depth_limit) return refuse("nested too deeply");
        if (level == 0) {
            if (one.kind != xml_node::what::element) return only_space(text) || refuse("text outside the root element");
            ++roots_;
        }
        if (one.kind != xml_node::what::verbatim && !references_are_sound(text))
            return refuse("an unknown entity or a forbidden character");
        add(one, level);
        return true;
    }

    static void name(xml_node& of, std::string_view name) noexcept {
        std::size_t const colon = name.find(':');
        if (colon != std::string_view::npos) name.remove_prefix(colon + 1);
        of.name_at = name.data();
        of.name_size = static_cast<std::uint32_t>(name.size());
    }

    void add(xml_node const& one, std::size_t const level) {
        std::size_t const at = to_.size();
        if (last_[level] != 0) to_[last_[level] - 1].next = static_cast<std::uint32_t>(at - (last_[level] - 1));
        if (level > 0) to_[last_[level - 1] - 1].has_child = true;
        last_[level] = at + 1;
        last_[level + 1] = 0;
        to_.push_back(one);
    }

    bool refuse(std::string_view const why) noexcept {
        wrong_ = why;
        return false;
    }

    std::vector<xml_node>& to_;
    std::string_view wrong_;
    int roots_ = 0;
    std::array<std::size_t, depth_limit + 2> last_{};  // the latest node of each level below the present parents, counted from 1
};

failure refused(std::string_view const why) { return {errc::protocol, "the XML of the answer is refused: " + std::string(why)}; }

}  // namespace

struct xml_document::state {
    std::string text;  // what the nodes point into
    std::vector<xml_node> nodes;
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
    pugi::xml_document document;
    pugi::xml_parse_result const parsed = document.load_buffer_inplace(s->text.data(), s->text.size(), flags, pugi::encoding_utf8);
    if (!parsed) return refused(std::string(parsed.description()) + " at byte " + std::to_string(parsed.offset));
    s->nodes.reserve(s->text.size() / bytes_of_a_node);
    flattening walk(s->nodes);
    document.traverse(walk);
    if (!walk.wrong().empty()) return refused(walk.wrong());
    return xml_document(std::move(s));
}

xml_element xml_document::root() const noexcept { return xml_element(state_->nodes.data()); }

xml_element xml_element::child(std::string_view const wanted) const noexcept {
    xml_element found = first_child();
    while (found && found.name() != wanted) found = found.next();
    return found;
}

std::string xml_element::text() const {
    std::string joined;
    std::string_view const all = text(joined);
    if (all.data() != joined.data()) joined = all;
    return joined;
}

std::string_view xml_element::text(std::string& scratch) const {
    if (node_ == nullptr) return {};
    xml_node const* part = inside(node_);
    std::string_view const first = node_->text();
    if (part == nullptr && first.find('&') == std::string_view::npos) return first;
    scratch.clear();
    append_decoded(scratch, first);
    for (; part != nullptr; part = behind(part)) {
        if (part->kind == xml_node::what::text) append_decoded(scratch, part->text());
        if (part->kind == xml_node::what::verbatim) scratch += part->text();
    }
    return scratch;
}

void xml_escape(std::string& to, std::string_view const text) {
    std::size_t done = 0;  // what needs no reference is appended at once: most names are nothing else
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (!escaped[static_cast<unsigned char>(text[at])]) continue;
        to.append(text, done, at - done);
        switch (text[at]) {
        case '&': to += "&amp;"; break;
        case '<': to += "&lt;"; break;
        case '>': to += "&gt;"; break;
        case '"': to += "&quot;"; break;
        case '\r': to += "&#13;"; break;
        case '\n': to += "&#10;"; break;
        default: to += "&#9;"; break;
        }
        done = at + 1;
    }
    to.append(text, done);
}

}  // namespace sluice::inline v0::codec
