#pragma once

#include "backend/gcs/compose_recipes.hpp"
#include "backend/gcs/core.hpp"

#include <sluice/awaitable.hpp>
#include <sluice/options.hpp>

#include <memory>
#include <string>
#include <vector>

namespace sluice::inline v0::gcs {

/// The parts of an upload on their way to one object.
struct composition {
    composition() {}
    std::shared_ptr<core const> store;
    object_key target;
    std::string folder;  ///< of the upload, with the slash behind it
    put_options options;
};

/// What temporary objects have of an upload's options: by which keys they are kept.
put_options options_of_parts(put_options const& whole);

/// Makes `parts`, which are at least one, the object. What is put together on the way lies in the folder.
awaitable<put_result> compose_all(composition const* what, std::vector<part_object> parts);

/// All that lies in the folder. Errors name `operation`.
awaitable<parts_page> list_folder(composition const* what, char const* operation);

/// Removes all that lies in the folder. Errors name "abort upload".
awaitable<void> clear_folder(composition const* what);

}  // namespace sluice::inline v0::gcs
