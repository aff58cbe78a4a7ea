#include "backend/s3/versions.hpp"

#include "backend/s3/directory.hpp"
#include "backend/s3/remove.hpp"

#include <utility>

namespace sluice::inline v0::s3 {

namespace {

using store_pointer = std::shared_ptr<core const>;
using retry::operation_kind;

}  // namespace

awaitable<remove_report> remove_versions(store_pointer store, std::vector<object_version> what, call_options options) {
    boost::asio::any_io_executor executor = co_await boost::asio::this_coro::executor;
    object_key const shown = what.size() == 1 ? what.front().key : object_key();
    operation op(std::move(store), std::move(executor), "remove versions", shown, operation_kind::overwrite, options);
    try {
        if (op.store().directory) op.raise(no_directory_has("versions"));
        std::vector<removal> each;
        each.reserve(what.size());
        for (object_version& one : what) {
            if (one.version.empty()) op.raise({errc::invalid_argument, "a version has an id; to remove an object there is `remove`"});
            each.emplace_back(std::move(one.key), std::move(one.version));
        }
        result<remove_report> removed = co_await remove_all(&op, std::move(each));
        remove_report report = op.deliver(std::move(removed));
        op.succeeded(0);
        co_return std::move(report);
    } catch (...) {
        op.rethrow();
    }
}

}  // namespace sluice::inline v0::s3
