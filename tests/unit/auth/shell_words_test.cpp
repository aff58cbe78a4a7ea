#include "auth/shell_words.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace sluice;
using auth::shell_words;

TEST_CASE("a command line in words, as Python's shlex splits it") {
    struct {
        char const* line;
        std::vector<std::string> words;
    } const table[] = {
        {"a b  c\t d\n", {"a", "b", "c", "d"}},
        {R"(/opt/my\ tool --name 'two words' "three $HOME 'words'")", {"/opt/my tool", "--name", "two words", "three $HOME 'words'"}},
        {R"("a\"b\\c\d" 'e\f')", {"a\"b\\c\\d", "e\\f"}},
        {R"(x"y"'z' "")", {"xyz", ""}},
        {"a\r\nb\r", {"a", "b"}},
        {"a;b|c>d $(e) `f` *", {"a;b|c>d", "$(e)", "`f`", "*"}},
    };
    for (auto const& row : table) CHECK(shell_words(row.line).value() == row.words);
    for (char const* bad : {"", "  ", "a 'b", "a \"b", "a\\"}) CHECK(shell_words(bad).error().reason() == errc::invalid_argument);
}
