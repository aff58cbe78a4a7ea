#pragma once

#include "cloud/body_sums.hpp"
#include "http/fields.hpp"

#include <sluice/awaitable.hpp>
#include <sluice/bytes.hpp>
#include <sluice/error.hpp>

#include <optional>
#include <string>

namespace sluice::inline v0::azure {

/// The header that proves a body by such a checksum; nothing without one.
void add_proof(http::fields& to, std::optional<checksum_algorithm> algorithm, cloud::part_checksum const& sum);

/// Of what lies in memory the checksum, of a source that of all it gives. Errors: what the source throws. `data` outlives the await.
awaitable<cloud::part_checksum> checksum_of(payload const* data, std::optional<checksum_algorithm> algorithm);

/// What is wrong when a service says it stored something else than was sent; nothing when it says nothing of it.
result<void> check_stored(http::fields const& answer, std::optional<checksum_algorithm> algorithm, cloud::part_checksum const& sent);

}  // namespace sluice::inline v0::azure
