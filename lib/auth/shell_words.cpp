#include "auth/shell_words.hpp"

#include <optional>

namespace sluice::inline v0::auth {

result<std::vector<std::string>> shell_words(std::string_view const line, std::string_view const what) {
    auto const bad = [what](char const* why) { return failure(errc::invalid_argument, std::string(what) + " " + why); };
    std::vector<std::string> words;
    std::optional<std::string> word;  // nothing between words; "" is one
    char quote = 0;
    for (std::size_t i = 0; i < line.size(); ++i) {
        char const c = line[i];
        bool const blank = c == ' ' || c == '\t' || c == '\n' || c == '\r';
        if (quote == 0 && blank) {
            if (word) words.push_back(*std::move(word));
            word.reset();
            continue;
        }
        if (!word) word.emplace();
        bool const escapes = c == '\\' && quote != '\'';
        if (escapes && i + 1 == line.size()) return bad("ends with a backslash");
        bool const kept_in_quotes = escapes && quote == '"' && line[i + 1] != '"' && line[i + 1] != '\\';
        if (escapes && !kept_in_quotes)
            *word += line[++i];
        else if (quote == 0 && (c == '\'' || c == '"'))
            quote = c;
        else if (quote != 0 && c == quote)
            quote = 0;
        else
            *word += c;
    }
    if (quote != 0) return bad("has a quote that is not closed");
    if (word) words.push_back(*std::move(word));
    if (words.empty()) return bad("is empty");
    return words;
}

}  // namespace sluice::inline v0::auth
