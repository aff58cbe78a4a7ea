#pragma once

#include <sluice/object.hpp>

#include <string>
#include <string_view>

namespace sluice::inline v0 {

/// The root of the store that a path lies in, and the path's key or prefix there: its folder and its last name. Pure.
struct file_place {
    file_place() {}
    std::string root;
    object_key key;
};

/// "/a/b" is "b" in "/a", "/a/b/" all of "/a/b", "b" is "b" in ".".
file_place place_of(std::string_view path);

}  // namespace sluice::inline v0
