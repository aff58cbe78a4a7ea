#pragma once

#include "backend/gcs/request.hpp"
#include "backend/gcs/response.hpp"

#include <sluice/error.hpp>
#include <sluice/options.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

// Copies within the service. Pure.
namespace sluice::inline v0::gcs {

/// One step of a rewrite.
struct rewrite_step {
    rewrite_step() {}
    std::string token;  ///< for the next step
    std::uint64_t done_bytes = 0;
    std::optional<resource> made;  ///< after the last one
};

/// `from` is pinned to its generation; `described` is the metadata of the new object, empty for that of the source.
recipe rewrite_recipe(std::string_view bucket, object_meta const& from, object_key const& as, store_copy_options const& options,
                      target_condition const& condition, std::string_view described);

/// Errors: protocol.
result<rewrite_step> parse_rewrite(std::string_view document);

}  // namespace sluice::inline v0::gcs
