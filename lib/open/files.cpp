#include "open/file_place.hpp"

#include <sluice/open.hpp>

#include <utility>

namespace sluice::inline v0 {

namespace {

opened file_at(std::string const& path) {
    file_place place = place_of(path);
    opened there;
    there.key = std::move(place.key);
    file_settings settings;
    settings.root = std::move(place.root);
    there.store = make_file_store(std::move(settings));
    return there;
}

}  // namespace

awaitable<object_meta> get_file(std::shared_ptr<object_store> store, object_key where, std::string path, range_engine_options options,
                                progress report) {
    opened to = file_at(path);
    copy_options how;
    how.read = std::move(options);
    how.report = std::move(report);
    copied done = co_await copy_object(std::move(store), std::move(where), std::move(to.store), std::move(to.key), std::move(how));
    co_return std::move(done.object);
}

awaitable<put_result> put_file(std::shared_ptr<object_store> store, object_key where, std::string path, put_options options,
                               progress report) {
    opened from = file_at(path);
    copy_options how;
    how.put = std::move(options);
    how.report = std::move(report);
    copied done = co_await copy_object(std::move(from.store), std::move(from.key), std::move(store), std::move(where), std::move(how));
    co_return std::move(done.put);
}

}  // namespace sluice::inline v0
