#include "backend/s3/uploads.hpp"

#include "backend/s3/multipart.hpp"
#include "backend/s3/operation.hpp"
#include "backend/s3/upload_listing.hpp"
#include "store/check.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace sluice::inline v0::s3 {

namespace {

using store_pointer = std::shared_ptr<core const>;
using retry::operation_kind;

constexpr std::size_t drain_limit = 64 * 1024;

/// One page is one operation: its retries and its time limit are its own, as with `object_store::list`.
awaitable<upload_page> uploads_page(store_pointer store, std::string prefix, listing_marker after, key_form* form, call_options options) {
    boost::asio::any_io_executor executor = co_await boost::asio::this_coro::executor;
    operation op(std::move(store), std::move(executor), "list uploads", prefix, operation_kind::read, options);
    try {
        for (;;) {
            recipe const r = op.deliver(list_uploads_recipe(prefix, after, *form));
            result<std::string> text = co_await op.send_for_text(&r, uploads_limit);
            std::string document = op.deliver(std::move(text));
            upload_page page = op.deliver(parse_uploads(std::move(document), prefix, *form));
            if (!page.unclear) {
                op.succeeded(0);
                co_return std::move(page);
            }
            *form = key_form::plain;
        }
    } catch (...) {
        op.rethrow();
    }
}

failure without_id() { return {errc::invalid_argument, "an upload is named by its key and its id; the id is empty"}; }

}  // namespace

awaitable<void> for_each_upload(store_pointer store, std::string prefix, upload_visitor visit, call_options options) {
    listing_marker after;
    listing_progress progress;
    key_form form = key_form::encoded;
    for (;;) {
        upload_page page = co_await uploads_page(store, prefix, after, &form, options);
        bool const more = page.more;
        after = std::move(page.next);
        bool const go_on = co_await visit(std::move(page.uploads));
        if (!go_on || !more) co_return;
        if (!progress.advances_to(after))
            throw_error(failure(errc::protocol, "the service goes round in circles"), "list uploads", store->uri + prefix);
    }
}

awaitable<std::vector<open_upload>> uploads(store_pointer store, std::string prefix, call_options options) {
    std::vector<open_upload> all;
    upload_visitor const collect = [&all](std::vector<open_upload> page) -> awaitable<bool> {
        std::ranges::move(page, std::back_inserter(all));
        co_return true;
    };
    co_await for_each_upload(std::move(store), std::move(prefix), collect, std::move(options));
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
            result<std::string> text = co_await op.send_for_text(&r, uploads_limit);
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
    boost::asio::any_io_executor executor = co_await boost::asio::this_coro::executor;
    operation op(std::move(store), std::move(executor), "abort upload", std::move(where), operation_kind::overwrite, options);
    try {
        op.deliver(store::check_key(op.key()));
        if (id.empty()) op.raise(without_id());
        op.tell_resends();
        recipe const r = abort_recipe(op.key(), id);
        result<http::response> answer = co_await op.send(&r);
        bool const gone = !answer && answer.error().info().service_code == "NoSuchUpload" && op.attempts() > 1;
        if (!gone) {
            http::response done = op.deliver(std::move(answer));
            co_await done.drain(drain_limit);
        }
        op.succeeded(0);
    } catch (...) {
        op.rethrow();
    }
}

}  // namespace sluice::inline v0::s3
