#pragma once

#include "http/request.hpp"

#include <sluice/error.hpp>

#include <optional>
#include <string>

namespace sluice::inline v0::http {

/// Appends the head of `what` as it goes over the line, Content-Length included where there is a body or the method is PUT or POST.
/// Errors: invalid_argument for what could change the meaning of the head (CR, LF or NUL anywhere, a space in the target, a name that
/// is not a token) and for framing fields of the caller's own; `to` is then of no use.
std::optional<failure> format_head(request const& what, std::string& to);

}  // namespace sluice::inline v0::http
