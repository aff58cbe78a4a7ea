#pragma once

#include <sluice/object.hpp>

#include <string>
#include <string_view>

namespace sluice::inline v0::cli {

/// `text` for people on one line: control characters and broken bytes as `\n`, `\x1b` and the like. Exact bytes come with --json.
std::string printable(std::string_view text);

/// Whether it is a URL of the web, as presigned ones are.
bool is_web_url(std::string_view text);

/// A URI as it was typed, but for what stands before an `@` in its host (that may be a password, and no URI of ours has one), and for the
/// query of a URL of the web (that may be a signature).
std::string without_secrets(std::string_view uri);

/// "2026-03-01T12:00:00Z"; with `millis` "2026-03-01T12:00:00.000Z".
std::string iso8601(wall_time when, bool millis = false);

}  // namespace sluice::inline v0::cli
