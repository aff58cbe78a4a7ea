#include "codec/json.hpp"

#include <simdjson.h>

#include <new>
#include <utility>

namespace sluice::inline v0::codec {

namespace {

/// The value of that name. Of a name that comes twice nobody can say which was meant: readers differ, and so it has none.
std::optional<simdjson::dom::element> only(simdjson::dom::object const& in, std::string_view const name) {
    std::optional<simdjson::dom::element> found;
    for (auto const& [key, value] : in) {
        if (key != name) continue;
        if (found) return std::nullopt;
        found = value;
    }
    return found;
}

}  // namespace

struct json_document::state {
    std::shared_ptr<simdjson::dom::parser> parser;  // shared with the documents inside this one
    simdjson::dom::element root;

    std::unique_ptr<state> inside(simdjson::dom::element const here) const {
        auto inner = std::make_unique<state>();
        inner->parser = parser;
        inner->root = here;
        return inner;
    }

    std::optional<simdjson::dom::element> at(path const names) const {
        simdjson::dom::element here = root;
        for (std::string_view const name : names) {
            simdjson::dom::object object;
            if (here.get(object) != simdjson::SUCCESS) return std::nullopt;
            std::optional<simdjson::dom::element> const next = only(object, name);
            if (!next) return std::nullopt;
            here = *next;
        }
        return here;
    }
};

json_document::json_document(std::unique_ptr<state> s) noexcept : state_(std::move(s)) {}
json_document::json_document(json_document&&) noexcept = default;
json_document& json_document::operator=(json_document&&) noexcept = default;
json_document::~json_document() = default;

result<json_document> json_document::parse(std::string_view const text, std::size_t const limit) {
    if (text.size() > limit) return failure(errc::protocol, "the document is longer than " + std::to_string(limit) + " bytes");
    auto made = std::make_unique<state>();
    made->parser = std::make_shared<simdjson::dom::parser>();
    simdjson::error_code const error = made->parser->parse(text.data(), text.size()).get(made->root);
    if (error == simdjson::MEMALLOC) throw std::bad_alloc();
    if (error != simdjson::SUCCESS || !made->root.is_object()) return failure(errc::protocol, "the document is no JSON object");
    return json_document(std::move(made));
}

std::optional<std::string> json_document::text(path const names) const {
    auto const found = state_->at(names);
    std::string_view value;
    if (!found || found->get(value) != simdjson::SUCCESS) return std::nullopt;
    return std::string(value);
}

std::optional<std::int64_t> json_document::integer(path const names) const {
    auto const found = state_->at(names);
    std::int64_t value = 0;
    if (!found || found->get(value) != simdjson::SUCCESS) return std::nullopt;
    return value;
}

std::optional<bool> json_document::boolean(path const names) const {
    auto const found = state_->at(names);
    bool value = false;
    if (!found || found->get(value) != simdjson::SUCCESS) return std::nullopt;
    return value;
}

std::optional<json_document> json_document::object(path const names) const {
    auto const found = state_->at(names);
    if (!found || !found->is_object()) return std::nullopt;
    return json_document(state_->inside(*found));
}

std::vector<json_document> json_document::items(path const names) const {
    std::vector<json_document> all;
    auto const found = state_->at(names);
    simdjson::dom::array array;
    if (!found || found->get(array) != simdjson::SUCCESS) return all;
    for (simdjson::dom::element const one : array) {
        if (!one.is_object()) return {};
        all.push_back(json_document(state_->inside(one)));
    }
    return all;
}

std::vector<std::string> json_document::texts(path const names) const {
    std::vector<std::string> all;
    auto const found = state_->at(names);
    simdjson::dom::array array;
    if (!found || found->get(array) != simdjson::SUCCESS) return all;
    for (simdjson::dom::element const one : array) {
        std::string_view value;
        if (one.get(value) != simdjson::SUCCESS) return {};
        all.emplace_back(value);
    }
    return all;
}

std::vector<std::pair<std::string, std::string>> json_document::members(path const names) const {
    std::vector<std::pair<std::string, std::string>> all;
    auto const found = state_->at(names);
    simdjson::dom::object object;
    if (!found || found->get(object) != simdjson::SUCCESS) return all;
    for (auto const& [name, element] : object) {
        std::string_view value;
        if (element.get(value) == simdjson::SUCCESS) all.emplace_back(name, value);
    }
    return all;
}

void json_quote(std::string& to, std::string_view const text) {
    constexpr std::string_view digits = "0123456789abcdef";
    to += '"';
    for (char const c : text) {
        auto const byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            to += '\\';
            to += c;
        } else if (byte < 0x20 || byte == 0x7f) {
            to += "\\u00";
            to += digits[byte >> 4u];
            to += digits[byte & 0xfu];
        } else {
            to += c;
        }
    }
    to += '"';
}

void json_object::begin(std::string_view const name) {
    if (!empty()) text_ += ',';
    json_quote(text_, name);
    text_ += ':';
}

void json_object::add(std::string_view const name, std::string_view const text) {
    begin(name);
    json_quote(text_, text);
}

void json_object::add_flag(std::string_view const name, bool const value) { add_raw(name, value ? "true" : "false"); }

void json_object::add_raw(std::string_view const name, std::string_view const json) {
    begin(name);
    text_ += json;
}

std::string json_array(std::vector<std::string> const& elements) {
    std::string text = "[";
    for (std::string const& one : elements) {
        if (text.size() > 1) text += ',';
        text += one;
    }
    return text + ']';
}

}  // namespace sluice::inline v0::codec
