#include "backend/gcs/settings.hpp"

#include <sluice/gcs_credentials.hpp>

namespace sluice::inline v0 {

namespace gcs {

gcs_settings read_settings(auth::surroundings const& around) {
    gcs_settings settings;
    settings.project = auth::first_of(around, {"GOOGLE_CLOUD_PROJECT", "GCLOUD_PROJECT"});
    settings.network = auth::network_of(around);
    settings.endpoint = around.variable("STORAGE_EMULATOR_HOST");
    bool const bare = !settings.endpoint.empty() && settings.endpoint.find("://") == std::string::npos;
    if (bare) settings.endpoint.insert(0, "http://");
    if (settings.endpoint.empty()) settings.tokens = google_credentials();
    return settings;
}

}  // namespace gcs

gcs_settings gcs_settings::from_env() { return gcs::read_settings(auth::real_surroundings()); }

}  // namespace sluice::inline v0
