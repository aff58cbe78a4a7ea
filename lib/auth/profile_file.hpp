#pragma once

#include <sluice/error.hpp>

#include <map>
#include <string>
#include <string_view>

namespace sluice::inline v0::auth {

/// The settings of one section; names in lower case.
using profile_section = std::map<std::string, std::string, std::less<>>;

/// The sections of one file by their header, as it stands between the brackets: spaces folded, quotes removed.
using profile_sections = std::map<std::string, profile_section, std::less<>>;

/// The syntax alone. `file` names it in errors.
result<profile_sections> parse_profile_file(std::string_view text, std::string_view file);

}  // namespace sluice::inline v0::auth
