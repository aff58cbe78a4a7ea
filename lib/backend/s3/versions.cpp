#include "backend/s3/versions.hpp"

#include "backend/s3/remove.hpp"
#include "base/http_date.hpp"

#include <charconv>
#include <utility>

namespace sluice::inline v0::s3 {

namespace {

using codec::xml_element;
using store_pointer = std::shared_ptr<core const>;
using retry::operation_kind;

failure broken(std::string what) { return {errc::protocol, std::move(what)}; }

}  // namespace

result<object_version> version_listing::read(xml_element const entry, std::string_view const prefix, bool const encoded) {
    auto key = name_under(prefix, entry.child("Key"), encoded);
    if (!key) return key.error();
    object_version one;
    one.key = std::move(*key);
    one.version = entry.text_of("VersionId");
    if (one.version.empty()) return broken("the listing has a version without an id");
    one.latest = entry.text_of("IsLatest") == "true";
    one.removed = entry.name() == "DeleteMarker";
    one.last_modified = base::parse_iso8601(entry.text_of("LastModified"));
    if (one.removed) return one;
    std::string const size = entry.text_of("Size");
    auto const [end, error] = std::from_chars(size.data(), size.data() + size.size(), one.size);
    if (error != std::errc() || end != size.data() + size.size()) return broken("the listing has a version without a size");
    one.etag = quoted_etag(entry.text_of("ETag"));
    return one;
}

awaitable<remove_report> remove_versions(store_pointer store, std::vector<object_version> what, call_options options) {
    boost::asio::any_io_executor executor = co_await boost::asio::this_coro::executor;
    object_key const shown = what.size() == 1 ? what.front().key : object_key();
    operation op(std::move(store), std::move(executor), "remove versions", shown, operation_kind::overwrite, options);
    try {
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
