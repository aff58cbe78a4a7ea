#include "async/blocking.hpp"
#include "open/file_place.hpp"
#include "store/at_edge.hpp"

#include <sluice/open.hpp>

#include <boost/asio/this_coro.hpp>

#include <filesystem>
#include <functional>
#include <system_error>
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

/// Where the links of a path lead, since they may lead out of its folder; the path itself, when that cannot be told.
awaitable<std::string> without_links(std::string path) {
    boost::asio::any_io_executor const executor = co_await boost::asio::this_coro::executor;
    std::string real;
    std::function<void()> work = [&path, &real] {
        std::error_code failed;
        real = std::filesystem::canonical(path, failed).string();
        if (failed) real = path;
    };
    co_await async::blocking::of(executor).run(std::move(work));
    co_return real;
}

awaitable<put_result> put(std::shared_ptr<object_store> store, object_key where, std::string path, put_options options, progress report) {
    std::string const real = co_await without_links(std::move(path));
    opened from = file_at(real);
    copy_options how;
    how.put = std::move(options);
    how.report = std::move(report);
    copied done = co_await copy_object(std::move(from.store), std::move(from.key), std::move(store), std::move(where), std::move(how));
    co_return std::move(done.put);
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
    return store::at_edge("put_file", store->uri() + where, put(store, where, std::move(path), std::move(options), std::move(report)));
}

}  // namespace sluice::inline v0
