#pragma once

#include <sluice/error.hpp>

#include <doctest/doctest.h>

#include <string_view>

namespace sluice::test {

/// Whether a failure's own words hold `what`; prints them when not.
inline bool says(failure const& f, std::string_view what) {
    bool const found = f.info().detail.find(what) != std::string::npos;
    if (!found) MESSAGE(f.info().detail);
    return found;
}

}  // namespace sluice::test
