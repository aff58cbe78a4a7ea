#pragma once

#include "auth/fetch.hpp"

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace sluice::inline v0::auth {

/// "name=value&..", in the order given, without what is empty. Pure.
std::string token_form(std::initializer_list<std::pair<std::string_view, std::string_view>> fields);

/// A POST of a form. Pure.
key_request form_request(web_address to, std::string form, way_out const& by);

/// "Basic ..." of RFC 7617. Pure.
std::string basic_authorization(std::string_view name, std::string_view password);

}  // namespace sluice::inline v0::auth
