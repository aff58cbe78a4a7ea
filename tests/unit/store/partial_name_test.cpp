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
