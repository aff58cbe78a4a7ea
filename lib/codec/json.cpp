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
    simdjson::dom::parser parser;
    simdjson::dom::element root;

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
    simdjson::error_code const error = made->parser.parse(text.data(), text.size()).get(made->root);
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

}  // namespace sluice::inline v0::codec
