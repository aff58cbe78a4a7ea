#pragma once

#include "codec/xml.hpp"

#include <sluice/error.hpp>

#include <cstddef>
#include <string>
#include <string_view>

// What the documents of a service have in common.
namespace sluice::inline v0::s3 {

/// Errors: protocol for what is no sound XML or has another root.
result<codec::xml_document> parse_as(std::string document, std::size_t limit, std::string_view root);

/// A key or prefix of a listing: form-encoded where the page says so. A plus is a space then: services that write a space as %20
/// write a plus as %2B. Errors: protocol.
result<std::string> name_of(codec::xml_element element, bool encoded);

/// Such a name, which must lie under the prefix that was asked for: whoever removes what is listed relies on it. Errors: protocol.
result<std::string> name_under(std::string_view prefix, codec::xml_element element, bool encoded);

}  // namespace sluice::inline v0::s3
