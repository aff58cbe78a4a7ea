#include "backend/s3/uploads.hpp"

#include "backend/s3/multipart.hpp"
#include "backend/s3/one_request.hpp"
#include "backend/s3/upload_listing.hpp"
#include "store/check.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace sluice::inline v0::s3 {

namespace {

using store_pointer = std::shared_ptr<core const>;
using retry::operation_kind;

failure without_id() { return {errc::invalid_argument, "an upload is named by its key and its id; the id is empty"}; }

result<recipe> checked_abort(object_key const& where, std::string_view const id) {
    if (auto const checked = store::check_key(where); !checked) return checked.error();
    if (id.empty()) return without_id();
    return abort_recipe(where, id);
}

}  // namespace

awaitable<std::vector<open_upload>> uploads(store_pointer store, std::string prefix, call_options options) {
    std::vector<open_upload> all;
    upload_visitor const collect = [&all](std::vector<open_upload> page) -> awaitable<bool> {
        std::ranges::move(page, std::back_inserter(all));
        co_return true;
    };
    co_await for_each_entry<upload_listing>(std::move(store), std::move(prefix), collect, std::move(options));
    co_return all;
}

awaitable<upload_size> size_of_upload(store_pointer store, object_key where, std::string id, call_options options) {
    boost::asio::any_io_executor executor = co_await boost::asio::this_coro::executor;
    operation op(std::move(store), std::move(executor), "list parts", std::move(where), operation_kind::read, options);
    try {
        op.deliver(store::check_key(op.key()));
        if (id.empty()) op.raise(without_id());
        upload_size total;
        std::uint32_t after = 0;
        do {
            recipe const r = list_parts_recipe(op.key(), id, after);
            result<std::string> text = co_await op.send_for_text(&r, marked_page_limit);
            std::string document = op.deliver(std::move(text));
            parts_page const page = op.deliver(parse_parts(std::move(document), after));
            total.parts += page.size.parts;
            total.bytes += page.size.bytes;
            after = page.next;
        } while (after != 0);
        op.succeeded(0);
        co_return total;
    } catch (...) {
        op.rethrow();
    }
}

awaitable<void> abort_upload(store_pointer store, object_key where, std::string id, call_options options) {
    result<recipe> what = checked_abort(where, id);
    return apply(std::move(store), "abort upload", std::move(where), std::move(what), "NoSuchUpload", std::move(options));
}

}  // namespace sluice::inline v0::s3
