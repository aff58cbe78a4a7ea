#pragma once

#include <sluice/error.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace sluice::inline v0::codec {

/// One element of an `xml_document`, or none. A view: it lives as long as its document.
class xml_element {
public:
    xml_element() noexcept {}

    explicit operator bool() const noexcept { return node_ != nullptr; }
    /// Without a namespace prefix.
    std::string_view name() const noexcept;
    /// The first child element of that name, or none.
    xml_element child(std::string_view name) const noexcept;
    xml_element first_child() const noexcept;
    /// The next element beside this one, or none.
    xml_element next() const noexcept;
    /// All text and CDATA directly inside, joined; comments are skipped, white space is kept. Empty for no element.
    std::string text() const;
    /// The text of the child of that name; empty when there is none.
    std::string text_of(std::string_view name) const { return child(name).text(); }

private:
    friend class xml_document;
    explicit xml_element(void* node) noexcept : node_(node) {}
    void* node_ = nullptr;
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
