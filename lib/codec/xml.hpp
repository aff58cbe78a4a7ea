#pragma once

#include <sluice/error.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace sluice::inline v0::codec {

/// A part of a document, in the order of its text: the first child of a node, if it has any, is the one behind it.
struct xml_node {
    enum class what : std::uint8_t { element, text, verbatim };  // verbatim: CDATA

    std::string_view name() const noexcept { return {name_at, name_size}; }
    std::string_view text() const noexcept { return {text_at, text_size}; }

    char const* name_at = nullptr;  // of an element, without its prefix
    char const* text_at = nullptr;  // as it is written; of an element, what stands before its first child
    std::uint32_t name_size = 0, text_size = 0;
    std::uint32_t next = 0;  // how many nodes further the next one of the same parent is; 0: none
    what kind = what::element;
    bool has_child = false;
    bool encoded = false;  // it has the attribute Encoded="true"
};

/// One element of an `xml_document`, or none. A view: it lives as long as its document.
class xml_element {
public:
    xml_element() noexcept {}

    explicit operator bool() const noexcept { return node_ != nullptr; }
    /// Without a namespace prefix.
    std::string_view name() const noexcept { return node_ != nullptr ? node_->name() : std::string_view(); }
    /// Whether it says Encoded="true" of its text; of all attributes the only one that is kept.
    bool is_encoded() const noexcept { return node_ != nullptr && node_->encoded; }
    /// The first child element of that name, or none.
    xml_element child(std::string_view name) const noexcept;
    xml_element first_child() const noexcept { return xml_element(element_from(inside(node_))); }
    /// The next element beside this one, or none.
    xml_element next() const noexcept { return xml_element(element_from(behind(node_))); }
    /// All text and CDATA directly inside, joined; comments are skipped, white space is kept. Empty for no element.
    std::string text() const;
    /// `text`, without a copy where the document holds it as it is; else put together in `scratch`. Valid as long as both.
    std::string_view text(std::string& scratch) const;
    /// The text of the child of that name; empty when there is none.
    std::string text_of(std::string_view name) const { return child(name).text(); }

private:
    friend class xml_document;
    explicit xml_element(xml_node const* node) noexcept : node_(node) {}

    static xml_node const* inside(xml_node const* node) noexcept { return node != nullptr && node->has_child ? node + 1 : nullptr; }
    static xml_node const* behind(xml_node const* node) noexcept {
        return node != nullptr && node->next != 0 ? node + node->next : nullptr;
    }
    static xml_node const* element_from(xml_node const* node) noexcept {
        while (node != nullptr && node->kind != xml_node::what::element) node = behind(node);
        return node;
    }

    xml_node const* node_ = nullptr;
};

/// A small, closed document as services send it. The only user of pugixml, and stricter than it: no DOCTYPE, no NUL (also not as a
/// reference), no invalid UTF-8, no unknown entity, no depth above 32, nothing but white space and comments around the one root.
/// Line ends are not normalised: they may be part of a name.
class xml_document {
public:
    xml_document(xml_document&&) noexcept;
    xml_document& operator=(xml_document&&) noexcept;
    ~xml_document();

    /// Errors: protocol, naming what is wrong with it.
    static result<xml_document> parse(std::string text, std::size_t limit);

    xml_element root() const noexcept;

private:
    struct state;
    explicit xml_document(std::unique_ptr<state> s) noexcept;
    std::unique_ptr<state> state_;
};

/// `text` as character data: markup and CR, LF and tab are written as references, so that no parser normalises them away.
void xml_escape(std::string& to, std::string_view text);

}  // namespace sluice::inline v0::codec
