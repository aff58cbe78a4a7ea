#pragma once

#include <sluice/error.hpp>

#include <map>
#include <string>
#include <string_view>

namespace sluice::inline v0::auth {

/// The settings of one section; names in lower case. Those below another one ("s3 =", and deeper lines) have the name of `nested`.
using profile_section = std::map<std::string, std::string, std::less<>>;

/// The name in its section of the setting `name` below `outer`: one that no line of a file can have.
std::string nested(std::string_view outer, std::string_view name);

/// Empty for a setting that is not there.
std::string setting_of(profile_section const& section, std::string_view name);

/// The sections of one file by their header, as it stands between the brackets: spaces folded, quotes removed.
using profile_sections = std::map<std::string, profile_section, std::less<>>;

/// The syntax alone. `file` names it in errors.
result<profile_sections> parse_profile_file(std::string_view text, std::string_view file);

}  // namespace sluice::inline v0::auth
