#include "backend/s3/tagging.hpp"

#include "backend/s3/directory.hpp"
#include "backend/s3/one_request.hpp"

#include <utility>

namespace sluice::inline v0::s3 {

awaitable<object_tags> read_tags(std::shared_ptr<core const> store, object_key where, std::string version, call_options options) {
    result<recipe> what = store->directory ? no_directory_has("tags") : read_tags_recipe(where, version);
    return ask<object_tags>(std::move(store), "read tags", std::move(where), std::move(what), tags_limit, &parse_tags, std::move(options));
}

awaitable<void> write_tags(std::shared_ptr<core const> store, object_key where, object_tags tags, std::string version,
                           call_options options) {
    result<recipe> what = store->directory ? no_directory_has("tags") : write_tags_recipe(where, version, tags);
    return apply(std::move(store), "write tags", std::move(where), std::move(what), {}, std::move(options));
}

}  // namespace sluice::inline v0::s3
