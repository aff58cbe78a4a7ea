#include "open/file_place.hpp"

namespace sluice::inline v0 {

file_place place_of(std::string_view const path) {
    file_place place;
    std::size_t const slash = path.rfind('/');
    std::string_view const name = slash == std::string_view::npos ? path : path.substr(slash + 1);
    if (name == "." || name == "..") {
        place.root = path;
        return place;
    }
    place.key = name;
    place.root = path.substr(0, path.size() - name.size());
    if (place.root.empty()) place.root = ".";
    return place;
}

}  // namespace sluice::inline v0
