// Documents: what is taken is sound and not deep; what was escaped comes back as it was.
#include "input.hpp"

#include "base/utf8.hpp"
#include "codec/xml.hpp"

using namespace sluice;

namespace {

constexpr std::size_t limit = 64 * 1024;

std::size_t walk(codec::xml_element const of, std::size_t const depth) {
    fuzz::must(depth <= 32, "no depth above 32");
    std::size_t elements = 1;
    std::string scratch;
    std::string const text = of.text();
    fuzz::must(of.text(scratch) == text, "the same text by both ways");
    fuzz::must(base::valid_utf8(text) && text.find('\0') == text.npos, "sound text");
    fuzz::must(of.name().find_first_of(" <>&/\t\r\n") == std::string_view::npos, "a name");
    for (codec::xml_element e = of.first_child(); e; e = e.next()) elements += walk(e, depth + 1);
    return elements;
}

/// What is written into a document is read from it.
void write_and_read(std::string_view const text) {
    std::string document = "<Key>";
    codec::xml_escape(document, text);
    auto const parsed = codec::xml_document::parse(document + "</Key>", limit);
    bool const possible = base::valid_utf8(text) && text.find('\0') == text.npos;
    fuzz::must(parsed.has_value() == possible, "what can be written can be read");
    fuzz::must(!parsed || parsed->root().text() == text, "what was written is what is read");
}

}  // namespace

void fuzz::run(input in) {
    std::string const text(in.rest());
    write_and_read(text);
    auto const parsed = codec::xml_document::parse(text, limit);
    if (!parsed) {
        must(parsed.error().reason() == errc::protocol && parsed.error().info().detail.size() < 200, "a short protocol error");
        return;
    }
    must(walk(parsed->root(), 0) <= text.size(), "not more elements than bytes");
    must(!codec::xml_document::parse("<!DOCTYPE a>" + text, limit), "no DOCTYPE");
    must(!codec::xml_document::parse(text + "<more/>", limit), "one root");
    must(!codec::xml_document::parse(text, text.size() - 1), "the limit");
}
