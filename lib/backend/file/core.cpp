#include "backend/file/core.hpp"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

namespace sluice::inline v0::file {

namespace {

std::string uri_of(file_settings const& settings) {
    std::string uri = settings.access == file_access::direct ? "direct://" : "file://";
    uri += settings.root;
    if (!uri.ends_with('/')) uri += '/';
    return uri;
}

/// As it is written, made absolute; a working directory that changes later does not matter.
result<std::string> absolute(std::string root) {
    if (root.empty() || root.find('\0') != std::string::npos) return failure(errc::invalid_argument, "a store of files needs a folder");
    if (root.front() != '/') {
        std::error_code failed;
        std::filesystem::path const here = std::filesystem::current_path(failed);
        if (failed) return failure(errc::invalid_argument, "the working directory cannot be told: " + failed.message());
        while (root.starts_with("./")) root.erase(0, root.find_first_not_of('/', 1));
        root = root.empty() || root == "." ? here.string() : here.string() + '/' + root;
    }
    while (root.size() > 1 && root.back() == '/') root.pop_back();
    return root;
}

}  // namespace

result<std::shared_ptr<core const>> core::make(file_settings settings) {
    result<std::string> root = absolute(std::move(settings.root));
    if (!root) return root.error();
    settings.root = std::move(*root);
    return std::make_shared<core const>(std::move(settings));
}

core::core(file_settings s) : settings(std::move(s)), uri(uri_of(settings)), log(settings.log, settings.verbosity) {}

}  // namespace sluice::inline v0::file
