#include "backend/file/boot.hpp"

#include <doctest/doctest.h>

using namespace sluice;

TEST_CASE("boot: the id of a start of the machine is what the kernel writes, and nothing else") {
    std::string const id = "0f0e0d0c-0b0a-0908-0706-050403020100";
    CHECK(file::boot_in(id + '\n') == id);
    CHECK(file::boot_in(id) == id);
    for (std::string const& other : {std::string(), std::string("\n"), id + "\n\n", id + '0', id.substr(1), id.substr(1) + ' '})
        CHECK_MESSAGE(!file::boot_in(other), other);
}

TEST_CASE("boot: the umask is that of its line") {
    CHECK(file::umask_in("Name:\tx\nUmask:\t0022\nState:\tR\n") == 022u);
    CHECK(file::umask_in("Name:\tx\nUmask:\t0777\n") == 0777u);
    for (char const* const other : {"", "Name:\tx\nState:\tR\n", "Name:\tUmask:\t0022\n", "Name:\tx\nUmask:\t\n",
                                    "Name:\tx\nUmask:\t0088\n", "Name:\tx\nUmask:\t1777\n", "Name:\tx\nUmask:\t0022"})
        CHECK_MESSAGE(!file::umask_in(other), other);
}
