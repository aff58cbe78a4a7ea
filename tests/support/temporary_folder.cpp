#include "support/temporary_folder.hpp"

#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <system_error>

namespace sluice::test {

temporary_folder::temporary_folder(std::string const& below) : path_(below + "/sluice-test-XXXXXX") {
    if (::mkdtemp(path_.data()) == nullptr) throw std::runtime_error("no folder below " + below);
}

temporary_folder::~temporary_folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

std::string on_disk() {
    char const* const wanted = std::getenv("TMPDIR");
    return wanted == nullptr ? "/var/tmp" : wanted;
}

std::string in_memory() { return "/dev/shm"; }

}  // namespace sluice::test
