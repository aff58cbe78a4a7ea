// Command lines: words that were quoted come back as they were.
#include "input.hpp"

#include "auth/shell_words.hpp"

using namespace sluice;

void fuzz::run(input in) {
    std::string const line(in.rest());
    auto const words = auth::shell_words(line);
    if (!words)
        return must(words.error().reason() == errc::invalid_argument && words.error().info().detail.size() < 100,
                    "an error without the line");
    must(!words->empty(), "a word at least");
    std::string single, twice;
    for (std::string const& word : *words) {
        single += " '";
        twice += "\t\"";
        for (char const c : word) {
            single += c == '\'' ? "'\\''" : std::string(1, c);
            twice += c == '"' || c == '\\' ? std::string("\\") + c : std::string(1, c);
        }
        single += '\'';
        twice += '"';
    }
    must(*auth::shell_words(single) == *words && *auth::shell_words(twice) == *words, "quoted, they come back");
}
