#pragma once

#include "backend/s3/request.hpp"

#include <sluice/credentials.hpp>
#include <sluice/error.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>

// Sessions of directory buckets: keys that the bucket gives for five minutes in exchange for the account's. (API page CreateSession.)
namespace sluice::inline v0::s3 {

class core;

/// Asks for a session that may do what the keys may: without a mode the service tries to let it write, and else to let it read.
recipe session_recipe();

inline constexpr std::size_t session_limit = 64 * 1024;

/// Pure. Errors: protocol, never with a word of the document, which holds keys.
result<credentials> parse_session(std::string document);

/// When a session ends by our clock, if it does at `expires` by the service's, which read `there` when ours read `here`. Keys that the
/// service has just given are good, whatever our clock says of them.
wall_time end_by_our_clock(wall_time expires, std::optional<wall_time> there, wall_time here) noexcept;

/// Sessions of the bucket of `account`, which signs by the account's keys: one for all who ask, renewed before it expires and when the
/// service refuses it, as keys are in docs/design/011.
std::shared_ptr<credential_source> session_keys(std::shared_ptr<core const> account);

}  // namespace sluice::inline v0::s3
