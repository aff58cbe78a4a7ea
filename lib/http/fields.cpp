#include "http/fields.hpp"

namespace sluice::inline v0::http {

void fields::add(std::string_view const name, std::string_view const value) {
    auto const at = static_cast<std::uint32_t>(text_.size());
    auto const name_size = static_cast<std::uint32_t>(name.size());
    text_.append(name).append(value);
    spans_.push_back({at, name_size, at + name_size, static_cast<std::uint32_t>(value.size())});
}

void fields::clear() noexcept {
    text_.clear();
    spans_.clear();
}

fields::view fields::operator[](std::size_t const index) const noexcept {
    span const& s = spans_[index];
    std::string_view const text = text_;
    return {text.substr(s.name_at, s.name_size), text.substr(s.value_at, s.value_size)};
}

std::optional<std::string_view> fields::find(std::string_view const name) const noexcept {
    for (std::size_t i = 0; i < size(); ++i)
        if (view const field = (*this)[i]; equal_ignoring_case(field.name, name)) return field.value;
    return std::nullopt;
}

std::string_view fields::value_or(std::string_view const name, std::string_view const otherwise) const noexcept {
    return find(name).value_or(otherwise);
}

}  // namespace sluice::inline v0::http
