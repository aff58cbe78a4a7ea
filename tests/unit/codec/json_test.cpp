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

TEST_CASE("json: what an array holds, and the members of an object") {
    json_document const all =
        json_document::parse(R"({"a":[{"n":"1"},{"n":"2"}],"t":["x","y"],"m":{"k":"v","n":3,"l":"w"},"b":true})", limit).value();
    auto const items = all.items({"a"});
    REQUIRE(items.size() == 2);
    CHECK(items[1].text({"n"}) == "2");
    CHECK(all.texts({"t"}) == std::vector<std::string>{"x", "y"});
    CHECK(all.boolean({"b"}) == true);
    CHECK_FALSE(all.boolean({"t"}).has_value());
    auto const members = all.members({"m"});
    REQUIRE(members.size() == 2);
    CHECK(members[1] == std::pair<std::string, std::string>("l", "w"));
    CHECK(all.object({"m"}).value().text({"k"}) == "v");
    CHECK_FALSE(all.object({"a"}).has_value());
    CHECK(all.items({"t"}).empty());
    CHECK(all.texts({"a"}).empty());
    CHECK(all.items({"none"}).empty());
}

TEST_CASE("json: the documents of an array outlive the one they were in") {
    std::vector<json_document> items;
    {
        json_document const all = json_document::parse(R"({"a":[{"n":"kept"}]})", limit).value();
        items = all.items({"a"});
    }
    REQUIRE(items.size() == 1);
    CHECK(items[0].text({"n"}) == "kept");
}

TEST_CASE("json: what is written reads as it was") {
    std::string all;
    for (char c = 1; c < 0x7f; ++c) all += c;
    all += "\x7f \xc3\xa4 \xf0\x9f\x98\x80";
    codec::json_object object;
    CHECK(object.empty());
    object.add("text", all);
    object.add_flag("flag", false);
    object.add_raw("list", codec::json_array({"1", "\"b\""}));
    CHECK_FALSE(object.empty());
    json_document const read = json_document::parse(object.text(), limit).value();
    CHECK(read.text({"text"}) == all);
    CHECK(read.boolean({"flag"}) == false);
    CHECK(object.text().ends_with(R"("flag":false,"list":[1,"b"]})"));
    CHECK(codec::json_object().text() == "{}");
    CHECK(codec::json_array({}) == "[]");
}
