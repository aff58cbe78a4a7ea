#include "codec/xml.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

using namespace sluice;
using codec::xml_document, codec::xml_element;

namespace {

constexpr std::size_t roomy = 64u << 20;

/// The text of the root, or "refused: ..." and why.
std::string text_of(std::string document) {
    auto const parsed = xml_document::parse(std::move(document), roomy);
    return parsed ? parsed->root().text() : "refused: " + parsed.error().info().detail;
}

bool refused(std::string document) {
    auto const parsed = xml_document::parse(std::move(document), roomy);
    if (!parsed) CHECK(parsed.error().reason() == errc::protocol);
    return !parsed;
}

}  // namespace

TEST_CASE("xml: text is joined over comments and CDATA, white space is kept") {
    CHECK(text_of("<a>x<![CDATA[y]]>z</a>") == "xyz");
    CHECK(text_of("<a>x<!--c-->z</a>") == "xz");
    CHECK(text_of("<a>x<?pi y?>z</a>") == "xz");
    CHECK(text_of("<a> </a>") == " ");
    CHECK(text_of("<a>\n\t x \n</a>") == "\n\t x \n");
    CHECK(text_of("<a>one<b>not this</b>two</a>") == "onetwo");
    CHECK(text_of("<a/>").empty());
    CHECK(text_of("<a><![CDATA[&#0;&bogus;<b>]]></a>") == "&#0;&bogus;<b>");
}

TEST_CASE("xml: line ends and control characters come as they were sent") {
    CHECK(text_of("<a>x\r\ny\rz</a>") == "x\r\ny\rz");
    CHECK(text_of("<a>x&#13;&#10;&#xA;&#9;y</a>") == "x\r\n\n\ty");
    CHECK(text_of("<a>&#1;</a>") == "\x01");
}

TEST_CASE("xml: references") {
    CHECK(text_of("<a>&lt;&gt;&amp;&quot;&apos;</a>") == "<>&\"'");
    CHECK(text_of("<a>&amp;lt;</a>") == "&lt;");
    CHECK(text_of("<a>&#xe9;&#8364;&#x1F600;</a>") == "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80");
    CHECK(text_of("<a>&#x7f;&#x80;&#x7ff;&#x800;</a>") == "\x7f\xc2\x80\xdf\xbf\xe0\xa0\x80");
    CHECK(text_of("<a>&#xd7ff;&#xe000;&#xfffd;&#x10000;&#x10ffff;</a>") ==
          "\xed\x9f\xbf\xee\x80\x80\xef\xbf\xbd\xf0\x90\x80\x80\xf4\x8f\xbf\xbf");
    for (std::string_view const bad : {"&#0;", "&#x0;", "&#x00;", "&bogus;", "&", "& ", "&;", "&#;", "&#x;", "&#12a;", "&#xD800;",
                                       "&#xDFFF;", "&#x110000;", "&#99999999999999;", "&#-1;", "&lt", "&nbsp;"}) {
        CAPTURE(bad);
        CHECK(refused("<a>" + std::string(bad) + "</a>"));
    }
}

TEST_CASE("xml: what pugixml lets pass is refused") {
    CHECK(refused("<!DOCTYPE a><a/>"));
    CHECK(refused("<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>"));
    CHECK(refused("<!DOCTYPE lolz [<!ENTITY lol \"lol\"><!ENTITY lol1 \"&lol;&lol;\">]><lolz>&lol1;</lolz>"));
    CHECK(refused("<a/>trailing"));
    CHECK(refused("<a></a>x"));
    CHECK(refused("<a/>>"));
    CHECK(refused("leading<a/>"));
    CHECK(refused("<a/><b/>"));
    CHECK(refused("<a/><![CDATA[x]]>"));
    CHECK(refused("<a>caf\xe9</a>"));
    CHECK(refused("<a>\xc0\x80</a>"));
    CHECK(refused("<a>\xed\xa0\x80</a>"));
    CHECK(refused(std::string("<a>x\0y</a>", 10)));
    CHECK(refused(std::string("<a>x</a>\0", 9)));
}

TEST_CASE("xml: what is no document is refused") {
    for (std::string_view const bad :
         {"", " ", "text", "<a>", "<a><b></a>", "<a></b>", "<a", "<a b=>", "<?xml version=\"1.0\"?>", "<!-- only -->", "<a>]]></a", "<a>x",
          "<html><body>Not Found<br></body></html>", "{\"json\": true}"}) {
        CAPTURE(bad);
        CHECK(refused(std::string(bad)));
    }
}

TEST_CASE("xml: what may stand around the root") {
    CHECK(text_of("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<a>x</a>\n") == "x");
    CHECK(text_of("\xef\xbb\xbf<?xml version=\"1.0\"?><a>x</a>") == "x");
    CHECK(text_of("<!-- before --><a>x</a><!-- after -->\n") == "x");
    CHECK(text_of("<a xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\" b='c'>x</a>") == "x");
}

TEST_CASE("xml: every cut of a document is refused") {
    std::string const whole = "<?xml version=\"1.0\"?><r><Key>a&amp;b</Key><Size>1</Size></r>";
    REQUIRE_FALSE(refused(whole));
    for (std::size_t n = 0; n < whole.size(); ++n) {
        CAPTURE(n);
        CHECK(refused(whole.substr(0, n)));
    }
}

TEST_CASE("xml: depth and size are bounded") {
    std::string deep;
    for (int i = 0; i < 200'000; ++i) deep += "<a>";
    for (int i = 0; i < 200'000; ++i) deep += "</a>";
    CHECK(refused(deep));
    CHECK(xml_document::parse("<a>12345</a>", 12).has_value());
    CHECK_FALSE(xml_document::parse("<a>12345</a>", 11).has_value());
}

TEST_CASE("xml: elements by name, namespaces aside") {
    auto const parsed = xml_document::parse("<s:r xmlns:s='u'><s:k>1</s:k>text<x/><k>2</k><!-- --><k>3</k></s:r>", roomy);
    REQUIRE(parsed.has_value());
    xml_element const root = parsed->root();
    CHECK(root.name() == "r");
    CHECK(root.text_of("k") == "1");
    CHECK_FALSE(root.child("missing"));
    CHECK(root.text_of("missing").empty());
    CHECK_FALSE(root.child("missing").child("deeper").next());
    std::string names;
    for (xml_element e = root.first_child(); e; e = e.next()) names += std::string(e.name()) + e.text() + ' ';
    CHECK(names == "k1 x k2 k3 ");
}

TEST_CASE("xml: escaped text comes back") {
    std::string const nasty = "a&b<c>d\"e'f\rg\nh\ti ]]> \xf0\x9f\x98\x80";
    std::string document = "<a>";
    codec::xml_escape(document, nasty);
    CHECK(text_of(document + "</a>") == nasty);
}
