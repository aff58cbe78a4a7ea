#include "testing/http_reader.hpp"

#include "base/ascii.hpp"

namespace sluice::inline v0::testing {

bool same_name(std::string_view const a, std::string_view const b) noexcept { return base::equal_ignoring_case(a, b); }

std::string_view received_request::header(std::string_view const name) const noexcept {
    for (auto const& [field, value] : headers)
        if (same_name(field, name)) return value;
    return {};
}

}  // namespace sluice::inline v0::testing
