#pragma once

#include <sluice/error.hpp>
#include <sluice/object.hpp>
#include <sluice/options.hpp>

#include <string_view>

namespace sluice::inline v0::store {

/// A key every store takes: 1 to 1024 bytes of valid UTF-8 without NUL. Errors: invalid_argument.
result<void> check_key(std::string_view key);

/// A prefix, delimiter or start of a listing: as a key, but may be empty. Errors: invalid_argument naming `what`.
result<void> check_listing_text(std::string_view text, std::string_view what);

/// What every store asks of a listing: texts as above, and a page that may hold something. Errors: invalid_argument naming what is wrong.
result<void> check_listing(std::string_view prefix, list_options const& options);

/// Attributes that can travel as header fields and come back as they were: names are tokens, used once; values are printable ASCII
/// without blanks at their ends. Errors: invalid_argument naming the attribute.
result<void> check_attributes(attributes const& a);

/// What can travel as header fields and makes sense together. Errors: invalid_argument naming the choice.
result<void> check_keeping(keeping const& k);

/// None, or one of 32 bytes. Errors: invalid_argument.
result<void> check_customer_key(customer_key const& key);

/// For stores without such choices. Errors: unsupported naming the first that is made.
result<void> check_no_keeping(keeping const& k);

}  // namespace sluice::inline v0::store
