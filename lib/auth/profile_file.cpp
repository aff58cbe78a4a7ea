#include "auth/profile_file.hpp"

#include <algorithm>
#include <optional>

namespace sluice::inline v0::auth {

namespace {

constexpr std::string_view blanks = " \t\r";

std::string_view trimmed(std::string_view text) noexcept {
    std::size_t const first = text.find_first_not_of(blanks);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(blanks) + 1 - first);
}

/// A # or ; behind a blank begins a comment; inside of a word it is part of the value.
std::string_view without_comment(std::string_view const text) noexcept {
    for (std::size_t i = 1; i < text.size(); ++i)
        if ((text[i] == '#' || text[i] == ';') && (text[i - 1] == ' ' || text[i - 1] == '\t')) return trimmed(text.substr(0, i));
    return text;
}

/// `profile   "my profile"` as "profile my profile".
std::string header_name(std::string_view const inside) {
    std::string name;
    for (char const c : trimmed(inside)) {
        if (c == '"' || c == '\'') continue;
        bool const blank = c == ' ' || c == '\t';
        if (!blank)
            name += c;
        else if (!name.ends_with(' '))
            name += ' ';
    }
    return name;
}

class parser {
public:
    explicit parser(std::string_view const file) : file_(file) {}

    /// Tells what is wrong with the line, if something is.
    std::optional<failure> line(std::string_view const text) {
        ++number_;
        std::string_view const said = trimmed(text);
        if (said.empty() || said.front() == '#' || said.front() == ';') return std::nullopt;
        std::size_t const indent = text.find_first_not_of(blanks);
        // Deeper than the setting above it: a part of that one's value ("s3 =" and its list), which nothing here needs.
        if (in_setting_ && indent > setting_indent_) return std::nullopt;
        setting_indent_ = indent;
        return said.front() == '[' ? header(said) : setting(said);
    }

    profile_sections sections;

private:
    std::optional<failure> header(std::string_view const said) {
        std::size_t const end = said.find(']');
        if (end == std::string_view::npos) return wrong("a section without its ]");
        std::string_view const rest = trimmed(said.substr(end + 1));
        if (!rest.empty() && rest.front() != '#' && rest.front() != ';') return wrong("text behind a section's ]");
        std::string name = header_name(said.substr(1, end - 1));
        if (name.empty()) return wrong("a section without a name");
        in_setting_ = false;
        section_ = &sections[std::move(name)];
        return std::nullopt;
    }

    std::optional<failure> setting(std::string_view const said) {
        if (section_ == nullptr) return wrong("a setting outside of any section");
        std::size_t const separator = said.find_first_of("=:");
        if (separator == std::string_view::npos) return wrong("neither a [section] nor name = value");
        std::string name(trimmed(said.substr(0, separator)));
        if (name.empty()) return wrong("a value without a name");
        std::ranges::transform(name, name.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
        std::string_view const value = without_comment(said.substr(separator + 1));
        (*section_)[std::move(name)] = trimmed(value);
        in_setting_ = true;
        return std::nullopt;
    }

    failure wrong(std::string_view const what) const {
        return {errc::invalid_argument, std::string(file_) + ", line " + std::to_string(number_) + ": " + std::string(what)};
    }

    std::string_view file_;
    std::size_t number_ = 0;
    profile_section* section_ = nullptr;
    bool in_setting_ = false;
    std::size_t setting_indent_ = 0;
};

}  // namespace

result<profile_sections> parse_profile_file(std::string_view text, std::string_view const file) {
    if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);  // the byte order mark of Windows editors
    parser lines(file);
    while (!text.empty()) {
        std::size_t const end = std::min(text.find('\n'), text.size());
        if (auto wrong = lines.line(text.substr(0, end))) return *std::move(wrong);
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return std::move(lines.sections);
}

}  // namespace sluice::inline v0::auth
