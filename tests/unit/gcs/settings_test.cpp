#include "backend/gcs/settings.hpp"

#include <doctest/doctest.h>

#include <map>
#include <string>

using namespace sluice;

namespace {

gcs_settings read(std::map<std::string, std::string> variables) {
    auth::surroundings around;
    around.variable = [variables](char const* name) {
        auto const found = variables.find(name);
        return found == variables.end() ? std::string() : found->second;
    };
    return gcs::read_settings(around);
}

}  // namespace

TEST_CASE("gcs settings: from the environment") {
    CHECK(read({}).endpoint.empty());
    CHECK(read({}).project.empty());
    CHECK(read({{"STORAGE_EMULATOR_HOST", "localhost:4443"}}).endpoint == "http://localhost:4443");
    CHECK(read({{"STORAGE_EMULATOR_HOST", "https://localhost:4443/"}}).endpoint == "https://localhost:4443/");
    CHECK(read({{"STORAGE_EMULATOR_HOST", "localhost:4443"}}).tokens == nullptr);
    CHECK(read({}).tokens != nullptr);
    CHECK(read({{"GCLOUD_PROJECT", "old"}}).project == "old");
    CHECK(read({{"GCLOUD_PROJECT", "old"}, {"GOOGLE_CLOUD_PROJECT", "new"}}).project == "new");
    CHECK(read({{"https_proxy", "http://proxy:1"}}).network.https_proxy == "http://proxy:1");
}
