// What simdjson lets pass or gives back, as seen through our wrapper: a new version of it must not change it silently.
#include "codec/json.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

using namespace sluice;
using codec::json_document;

namespace {

constexpr std::size_t limit = 1 << 20;

bool parses(std::string const& text) { return json_document::parse(text, limit).has_value(); }

std::optional<std::string> text_of(std::string const& text, json_document::path names) {
    return json_document::parse(text, limit).value().text(names);
}

std::string nested(std::size_t depth) { return "{\"a\":" + std::string(depth, '[') + std::string(depth, ']') + "}"; }

}  // namespace

TEST_CASE("json: a name that comes twice has no value, wherever it stands") {
    CHECK(text_of(R"({"a":"1","b":"2"})", {"a"}) == "1");
    CHECK_FALSE(text_of(R"({"a":"1","b":"2","a":"3"})", {"a"}));
    CHECK_FALSE(text_of(R"({"a":"1","a":"1"})", {"a"}));
    CHECK_FALSE(text_of(R"({"a":"1","\u0061":"3"})", {"a"}));
    CHECK(text_of(R"({"a":"1","b":"2","a":"3"})", {"b"}) == "2");
    CHECK_FALSE(text_of(R"({"o":{"a":"1","a":"3"}})", {"o", "a"}));
    CHECK_FALSE(text_of(R"({"o":{"a":"1"},"o":{"a":"3"}})", {"o", "a"}));
    CHECK_FALSE(json_document::parse(R"({"n":1,"n":2})", limit).value().integer({"n"}));
}

TEST_CASE("json: what stands behind the document, or cuts it off, makes it none") {
    std::string const good = R"({"a":"1"})";
    CHECK(parses(good));
    CHECK(parses(" \r\n\t" + good + " \n"));
    for (std::string_view const rest : {"x", "{", "{\"a\":\"1\"}", ",", "null", "]"}) CHECK_FALSE(parses(good + std::string(rest)));
    CHECK_FALSE(parses(good + std::string(1, '\0')));
    for (std::size_t size = 0; size < good.size(); ++size) CHECK_FALSE(parses(good.substr(0, size)));
    for (char const* const other : {"[]", "\"a\"", "7", "null", "", " ", "{'a':1}", "{\"a\":1,}", "{\"a\":01}", "{\"a\":\"\n\"}"})
        CHECK_FALSE(parses(other));
    CHECK_FALSE(parses("{\"a\":\"\xff\"}"));
}

TEST_CASE("json: depth and size are bounded") {
    CHECK(parses(nested(100)));
    CHECK_FALSE(parses(nested(2000)));
    CHECK_FALSE(parses(nested(400'000)));
    std::string const text = R"({"a":"1"})";
    CHECK(json_document::parse(text, text.size()).has_value());
    CHECK_FALSE(json_document::parse(text, text.size() - 1).has_value());
}

TEST_CASE("json: numbers are no texts, texts are no numbers, and neither is cut to fit") {
    json_document const d =
        json_document::parse(R"({"s":"7","n":7,"f":7.5,"big":9223372036854775808,"neg":-1,"t":true,"z":null})", limit).value();
    CHECK_FALSE(d.integer({"s"}));
    CHECK_FALSE(d.text({"n"}));
    CHECK(d.integer({"n"}) == 7);
    CHECK(d.integer({"neg"}) == -1);
    for (char const* const name : {"f", "big", "t", "z", "none"}) {
        CHECK_FALSE(d.integer({name}));
        CHECK_FALSE(d.text({name}));
    }
    CHECK_FALSE(d.text({"s", "deeper"}));
}
