#pragma once

#include <sluice/error.hpp>

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace sluice::inline v0::codec {

/// A small, closed document as services send it. The only user of simdjson.
class json_document {
public:
    json_document(json_document&&) noexcept;
    json_document& operator=(json_document&&) noexcept;
    ~json_document();

    /// Errors: protocol for what is no JSON object, or longer than `limit`. Never quotes the text: it may hold secrets.
    static result<json_document> parse(std::string_view text, std::size_t limit);

    using path = std::initializer_list<std::string_view>;
    /// The text behind these names, one inside the other; nothing where there is none, several, or something else.
    std::optional<std::string> text(path names) const;
    std::optional<std::int64_t> integer(path names) const;

private:
    struct state;
    explicit json_document(std::unique_ptr<state> s) noexcept;
    std::unique_ptr<state> state_;
};

}  // namespace sluice::inline v0::codec
