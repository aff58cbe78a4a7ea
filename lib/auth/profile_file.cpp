#include "auth/profile_file.hpp"

#include "base/ascii.hpp"

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
        if (in_setting_ && indent > setting_indent_) {  // a part of the value above it
            deeper(said);
            return std::nullopt;
        }
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
        std::string name = base::lower(trimmed(said.substr(0, separator)));
        if (name.empty()) return wrong("a value without a name");
        std::string_view const value = trimmed(without_comment(said.substr(separator + 1)));
        outer_ = value.empty() ? name : std::string();
        (*section_)[std::move(name)] = value;
        in_setting_ = true;
        return std::nullopt;
    }

    /// A setting below one without a value of its own. Anything else is text of several lines, which no setting here has.
    void deeper(std::string_view const said) {
        std::size_t const separator = said.find('=');
        if (outer_.empty() || separator == std::string_view::npos) return;
        std::string const name = base::lower(trimmed(said.substr(0, separator)));
        if (!name.empty()) (*section_)[nested(outer_, name)] = trimmed(without_comment(said.substr(separator + 1)));
    }

    failure wrong(std::string_view const what) const {
        return {errc::invalid_argument, std::string(file_) + ", line " + std::to_string(number_) + ": " + std::string(what)};
    }

    std::string_view file_;
    std::size_t number_ = 0;
    profile_section* section_ = nullptr;
    bool in_setting_ = false;
    std::string outer_;  // the setting above, if it may have others below it
    std::size_t setting_indent_ = 0;
};

}  // namespace

std::string nested(std::string_view const outer, std::string_view const name) { return std::string(outer) + '\n' + std::string(name); }

std::string setting_of(profile_section const& section, std::string_view const name) {
    auto const at = section.find(name);
    return at == section.end() ? std::string() : at->second;
}

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
