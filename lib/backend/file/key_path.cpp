#include "backend/file/key_path.hpp"

#include "store/check.hpp"
#include "store/partial_name.hpp"

#include <algorithm>

namespace sluice::inline v0::file {

namespace {

constexpr std::size_t name_limit = 255;  // NAME_MAX

result<void> check_segment(std::string_view const segment) {
    auto const refused = [](std::string why) { return failure(errc::invalid_argument, "the key is no path of a file: " + std::move(why)); };
    if (segment.empty()) return refused("there is nothing before or after one of its slashes");
    if (segment == "." || segment == "..") return refused("\"" + std::string(segment) + "\" is not the name of a folder");
    if (segment.size() > name_limit) return refused("the name of a file has at most 255 bytes");
    return {};
}

}  // namespace

result<key_path> path_of(std::string_view const key) {
    result<void> const checked = store::check_key(key);
    if (!checked) return checked.error();
    for (std::size_t at = 0; at <= key.size();) {
        std::size_t const end = std::min(key.find('/', at), key.size());
        result<void> const fits = check_segment(key.substr(at, end - at));
        if (!fits) return fits.error();
        at = end + 1;
    }
    std::size_t const slash = key.rfind('/');
    key_path path;
    path.folder = slash == std::string_view::npos ? "." : key.substr(0, slash);
    path.name = slash == std::string_view::npos ? key : key.substr(slash + 1);
    return path;
}

result<key_path> path_to_write(std::string_view const key) {
    result<key_path> path = path_of(key);
    if (path && store::is_partial_name(path->name))
        return failure(errc::invalid_argument, "the key is the name of a half-written file, which no listing shows");
    return path;
}

}  // namespace sluice::inline v0::file
