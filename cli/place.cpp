#include "place.hpp"

#include "text/printable.hpp"

#include <sluice/uri.hpp>

#include <filesystem>

namespace fs = std::filesystem;

namespace sluice::inline v0::cli {

std::string place::uri_of(std::string const& path_of_file) const {
    std::error_code ec;
    bool const link = fs::is_symlink(path_of_file, ec);
    std::string const meant = link ? fs::weakly_canonical(path_of_file, ec).string() : path_of_file;
    return meant.starts_with('/') ? scheme + "://" + meant : meant;
}

place place_of(std::string const& text) {
    place p;
    p.text = text;
    if (text == "-") {
        p.what = place::kind::standard;
        return p;
    }
    if (is_web_url(text)) {
        p.web = true;
        return p;
    }
    result<uri> const parsed = parse_uri(text);
    if (parsed.has_error()) throw_error(parsed.error(), "cp", without_secrets(text));
    if (!parsed->bucket.empty()) return p;
    p.scheme = parsed->scheme;
    p.path = parsed->key;
    std::error_code ec;
    fs::file_status const about = fs::status(p.path, ec);
    p.what = fs::is_directory(about) || p.path.ends_with('/')   ? place::kind::folder
             : fs::exists(about) && !fs::is_regular_file(about) ? place::kind::stream
                                                                : place::kind::file;
    return p;
}

std::string last_name(std::string const& of, std::string const& text) {
    std::string const name = of.substr(of.rfind('/') + 1);  // npos + 1 is 0
    if (name.empty() || name == "." || name == "..")
        throw_error(failure(errc::invalid_argument, "its last part is no file name: name the target"), "cp", without_secrets(text));
    return name;
}

}  // namespace sluice::inline v0::cli
