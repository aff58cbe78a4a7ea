#include <sluice/gcs_bucket.hpp>

#include "backend/gcs/bucket.hpp"
#include "backend/gcs/core.hpp"
#include "backend/gcs/operation.hpp"
#include "store/at_edge.hpp"

#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <iterator>
#include <utility>

namespace sluice::inline v0 {

namespace gcs {

namespace {

using store_pointer = std::shared_ptr<core const>;
using retry::operation_kind;

constexpr std::size_t drain_limit = 64 * 1024;

failure no_project() { return {errc::invalid_argument, "which project? Set gcs_settings::project or GOOGLE_CLOUD_PROJECT"}; }

awaitable<void> create(store_pointer store, create_gcs_bucket_options options) {
    boost::asio::any_io_executor executor = co_await boost::asio::this_coro::executor;
    operation op(store, std::move(executor), "create bucket", {}, operation_kind::overwrite, options);
    try {
        op.tell_resends();
        if (store->settings.project.empty()) op.raise(no_project());
        recipe const r = create_bucket_recipe(op.bucket(), store->settings.project, options);
        result<http::response> answer = co_await op.send(&r);
        if (answer) {
            co_await answer->drain(drain_limit);
            op.succeeded(0);
            co_return;
        }
        failure why = std::move(answer).error();
        bool const ours = why.info().status == 409 && why.info().service_message.find("you already own it") != std::string::npos;
        if (ours && op.attempts() > 1) co_return;  // made by an attempt whose answer was lost
        if (why.info().status == 409) {
            why.reason(errc::already_exists);
            why.info().detail = ours ? "you have a bucket of that name already" : "there is a bucket of that name: choose another";
        }
        op.raise(std::move(why));
    } catch (...) {
        op.rethrow();
    }
}

awaitable<void> remove_bucket(store_pointer store, call_options options) {
    boost::asio::any_io_executor executor = co_await boost::asio::this_coro::executor;
    operation op(store, std::move(executor), "remove bucket", {}, operation_kind::overwrite, options);
    try {
        op.tell_resends();
        recipe r;
        r.method = "DELETE";
        r.path = bucket_path(op.bucket());
        result<http::response> answer = co_await op.send(&r);
        bool const gone_before = !answer && answer.error().reason() == errc::not_found && op.attempts() > 1;
        if (!answer && !gone_before) {
            failure why = std::move(answer).error();
            if (why.info().status == 409) why.info().detail = "the bucket is not empty: remove its objects first";
            op.raise(std::move(why));
        }
        if (answer) co_await answer->drain(drain_limit);
        op.succeeded(0);
    } catch (...) {
        op.rethrow();
    }
}

awaitable<gcs_bucket_info> get_bucket(store_pointer store, call_options options) {
    boost::asio::any_io_executor executor = co_await boost::asio::this_coro::executor;
    operation op(store, std::move(executor), "get bucket", {}, operation_kind::read, options);
    try {
        recipe r;
        r.path = bucket_path(op.bucket());
        result<std::string> text = co_await op.send_for_text(&r, buckets_limit);
        std::string const document = op.deliver(std::move(text));
        gcs_bucket_info info = op.deliver(parse_bucket(document));
        op.succeeded(0);
        co_return std::move(info);
    } catch (...) {
        op.rethrow();
    }
}

awaitable<buckets_page> list_page_of(store_pointer store, std::string token, call_options options) {
    boost::asio::any_io_executor executor = co_await boost::asio::this_coro::executor;
    operation op(store, std::move(executor), "list buckets", {}, operation_kind::read, options);
    try {
        if (store->settings.project.empty()) op.raise(no_project());
        recipe const r = list_buckets_recipe(store->settings.project, token);
        result<std::string> text = co_await op.send_for_text(&r, buckets_limit);
        std::string const document = op.deliver(std::move(text));
        buckets_page page = op.deliver(parse_buckets(document));
        op.succeeded(0);
        co_return std::move(page);
    } catch (...) {
        op.rethrow();
    }
}

awaitable<std::vector<gcs_bucket_info>> list_all_buckets(store_pointer store, call_options options) {
    std::vector<gcs_bucket_info> all;
    std::string token;
    do {
        buckets_page page = co_await list_page_of(store, token, options);
        std::ranges::move(page.buckets, std::back_inserter(all));
        bool const forward = page.next.empty() || page.next != token;
        token = std::move(page.next);
        if (!forward) throw_error(failure(errc::protocol, "the service repeats a page token"), "list buckets", store->uri);
    } while (!token.empty());
    co_return std::move(all);
}

}  // namespace

}  // namespace gcs

gcs_bucket::gcs_bucket(gcs_settings settings) {
    std::string const uri = "gs://" + settings.bucket + '/';
    auto made = gcs::core::make(std::move(settings));
    if (!made) throw_error(std::move(made).error(), "open", uri);
    core_ = *std::move(made);
}

std::string gcs_bucket::uri() const { return core_->uri; }

awaitable<void> gcs_bucket::create(create_gcs_bucket_options options) const { return gcs::create(core_, std::move(options)); }

awaitable<void> gcs_bucket::remove(call_options options) const { return gcs::remove_bucket(core_, std::move(options)); }

awaitable<gcs_bucket_info> gcs_bucket::get(call_options options) const { return gcs::get_bucket(core_, std::move(options)); }

awaitable<std::vector<gcs_bucket_info>> list_buckets(gcs_settings settings, call_options options) {
    auto made = gcs::core::make_service(std::move(settings));
    if (!made) throw_error(std::move(made).error(), "list buckets", "gs://");
    std::string uri = (*made)->uri;
    return store::at_edge("list buckets", std::move(uri), gcs::list_all_buckets(*made, std::move(options)));
}

}  // namespace sluice::inline v0
