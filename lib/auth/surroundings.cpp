#include "auth/surroundings.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <utility>

namespace sluice::inline v0::auth {

namespace {

constexpr std::size_t most_bytes = 1 << 20;  // of a file of settings: a device or a core dump is refused, not read

result<std::optional<std::string>> read_file(std::string const& path) {
    std::error_code ignored;
    std::filesystem::file_status const status = std::filesystem::status(path, ignored);
    if (!std::filesystem::exists(status)) return std::optional<std::string>();
    if (std::filesystem::is_directory(status)) return failure(errc::invalid_argument, path + " is a directory, not a file of settings");
    std::ifstream file(path, std::ios::binary);
    if (!file) return failure(errc::permission_denied, "cannot read " + path);
    std::string text(most_bytes, '\0');
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    if (file.bad()) return failure(errc::io, "cannot read " + path);
    if (file.gcount() == static_cast<std::streamsize>(most_bytes))
        return failure(errc::invalid_argument, path + " is too long for a file of settings");
    text.resize(static_cast<std::size_t>(file.gcount()));
    return std::optional<std::string>(std::move(text));
}

}  // namespace

surroundings real_surroundings() {
    surroundings real;
    real.variable = [](char const* name) {
        char const* const value = std::getenv(name);
        return std::string(value == nullptr ? "" : value);
    };
    real.file = read_file;
    return real;
}

std::string first_of(surroundings const& around, std::initializer_list<char const*> const names) {
    for (char const* name : names)
        if (std::string value = around.variable(name); !value.empty()) return value;
    return {};
}

network_options network_of(surroundings const& around) {
    network_options network;
    network.https_proxy = first_of(around, {"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"});
    network.http_proxy = first_of(around, {"http_proxy", "all_proxy", "ALL_PROXY"});
    network.no_proxy = first_of(around, {"no_proxy", "NO_PROXY"});
    return network;
}

network_options network_or_that_of(surroundings const& around, network_options given) {
    auto const& [https, http, except, address, device] = given;
    bool const untouched = https.empty() && http.empty() && except.empty() && address.empty() && device.empty();
    return untouched ? network_of(around) : given;
}

}  // namespace sluice::inline v0::auth
