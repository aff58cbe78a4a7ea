#pragma once

#include "http/request.hpp"
#include "net/route.hpp"

#include <sluice/error.hpp>

#include <optional>
#include <string>

namespace sluice::inline v0::http {

/// Appends the head of `what` as it goes over the line, Content-Length included where there is a body or the method is PUT or POST.
/// Errors: invalid_argument for what could change the meaning of the head (CR, LF or NUL anywhere, a space in the target, a name that
/// is not a token) and for framing fields and an Expect of the caller's own; `to` is then of no use. With `ask` the peer is asked to say
/// before the body whether it wants it. `by` is a proxy that is to forward it: its target
/// is then an absolute URL with the host of `Host`, and the proxy's authorization is added.
std::optional<failure> format_head(request const& what, std::string& to, net::proxy const* by = nullptr, bool ask = false);

}  // namespace sluice::inline v0::http
