#include "cloud/core.hpp"

#include <utility>

namespace sluice::inline v0::cloud {

core::core(std::string shown, service_settings const& settings, std::uint64_t const ask_above)
    : uri(std::move(shown)),
      log(settings.log, settings.verbosity),
      limits(settings.timeouts),
      policy(settings.retry),
      pool(settings.pool),
      ask_above_(ask_above),
      tokens_(settings.retry.bucket_size) {}

}  // namespace sluice::inline v0::cloud
