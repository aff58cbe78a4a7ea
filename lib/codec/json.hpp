#pragma once

#include <sluice/error.hpp>

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

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
    std::optional<bool> boolean(path names) const;
    /// The object behind these names; it outlives this one.
    std::optional<json_document> object(path names) const;
    /// The objects in the array behind these names, in order; they outlive this one. Nothing where there is no array, or one of else.
    std::vector<json_document> items(path names) const;
    /// The texts in the array behind these names. Nothing where there is no array, or one of else.
    std::vector<std::string> texts(path names) const;
    /// Names and values of what is text in the object behind these names, in order.
    std::vector<std::pair<std::string, std::string>> members(path names) const;

private:
    struct state;
    explicit json_document(std::unique_ptr<state> s) noexcept;
    std::unique_ptr<state> state_;
};

/// Appends `text`, which is UTF-8, as a JSON string, quotes included.
void json_quote(std::string& to, std::string_view text);

/// Writes one object, member by member.
class json_object {
public:
    void add(std::string_view name, std::string_view text);
    void add_flag(std::string_view name, bool value);
    /// `json` as it stands.
    void add_raw(std::string_view name, std::string_view json);
    bool empty() const noexcept { return text_.size() == 1; }
    std::string text() const { return text_ + '}'; }

private:
    void begin(std::string_view name);
    std::string text_ = "{";
};

/// "[a,b]" of what is JSON already.
std::string json_array(std::vector<std::string> const& elements);

}  // namespace sluice::inline v0::codec
