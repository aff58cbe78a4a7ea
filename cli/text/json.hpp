#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

namespace sluice::inline v0::cli {

/// `text` in quotes. What is not UTF-8 becomes U+FFFD, one for each broken byte: JSON has no other bytes.
std::string json_string(std::string_view text);

/// Shortest form that reads back as the same number; null for what is not finite.
std::string json_number(double value);

/// One JSON object, field by field, in the order given, on one line.
class json_object {
public:
    json_object& add(std::string_view name, std::string_view text) { return add_raw(name, json_string(text)); }
    json_object& add(std::string_view name, char const* text) { return add(name, std::string_view(text)); }
    json_object& add(std::string_view name, double value) { return add_raw(name, json_number(value)); }
    json_object& add(std::string_view name, bool value) { return add_raw(name, value ? "true" : "false"); }
    template <std::integral T>
    json_object& add(std::string_view name, T value) {
        return add_raw(name, std::to_string(value));
    }
    json_object& add(std::string_view name, json_object const& value) { return add_raw(name, value.text()); }
    /// `json` as it stands.
    json_object& add_raw(std::string_view name, std::string_view json);

    std::string text() const { return '{' + fields_ + '}'; }

private:
    std::string fields_;
};

}  // namespace sluice::inline v0::cli
