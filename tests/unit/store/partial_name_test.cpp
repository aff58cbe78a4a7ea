#include "store/partial_name.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace sluice;

TEST_CASE("the name of a half-written file is told by its shape") {
    CHECK(store::is_partial_name(store::partial_name("0123456789abcdef0123456789abcdef")));
    CHECK(store::partial_name(std::string(32, 'a')).starts_with('.'));
    for (std::string_view const other :
         {"", ".sluice-", ".sluice-.partial", ".sluice-0123456789abcdef0123456789abcdeg.partial",
          ".sluice-0123456789abcdef0123456789abcde.partial", ".sluice-0123456789abcdef0123456789abcdef0.partial",
          ".sluice-0123456789abcdef0123456789abcdef.partial~", "sluice-0123456789abcdef0123456789abcdef.partial"})
        CHECK_MESSAGE(!store::is_partial_name(other), other);
}

TEST_CASE("a journal has the name of its half-written file, but for its end") {
    std::string const id = "0123456789abcdef0123456789abcdef";
    std::string const partial = store::partial_name(id), journal = store::journal_name(id);
    CHECK(partial != journal);
    CHECK(store::is_partial_name(journal));
    CHECK(store::is_journal_name(journal));
    CHECK_FALSE(store::is_journal_name(partial));
    CHECK_FALSE(store::is_journal_name(".sluice-" + id + ".journal~"));
    CHECK(store::journal_beside(partial) == journal);
    CHECK(store::partial_beside(journal) == partial);
}
