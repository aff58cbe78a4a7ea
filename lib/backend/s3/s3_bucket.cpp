#include <sluice/s3_bucket.hpp>

#include "async/clock.hpp"
#include "backend/s3/bucket.hpp"
#include "backend/s3/core.hpp"
#include "backend/s3/directory.hpp"
#include "backend/s3/one_request.hpp"
#include "backend/s3/presign.hpp"
#include "backend/s3/tagging.hpp"
#include "backend/s3/upload_listing.hpp"
#include "backend/s3/uploads.hpp"
#include "backend/s3/versions.hpp"
#include "cloud/service_time.hpp"
#include "store/at_edge.hpp"
#include "store/check.hpp"

#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <iterator>
#include <utility>

namespace sluice::inline v0 {

namespace s3 {

namespace {

using store_pointer = std::shared_ptr<core const>;
using retry::operation_kind;

awaitable<std::string> head(store_pointer store, call_options options) {
    boost::asio::any_io_executor executor = co_await boost::asio::this_coro::executor;
    operation op(std::move(store), std::move(executor), "head bucket", {}, operation_kind::read, options);
    try {
        recipe r;
        r.method = "HEAD";
        result<http::response> sent = co_await op.send(&r);
        http::response const answer = op.deliver(std::move(sent));
        std::string region(answer.head().headers.value_or("x-amz-bucket-region"));
        if (!valid_region(region)) region.clear();
        op.succeeded(0);
        co_return region;
    } catch (...) {
        op.rethrow();
    }
}

/// Asks for a document about the bucket, or all buckets.
template <class T>
awaitable<T> ask_bucket(store_pointer store, char const* name, std::string query, result<T> (*parse)(std::string), call_options options) {
    result<recipe> what{recipe()};
    what->query = std::move(query);
    if (store->directory) what = no_directory_has("versions, and no location but the zone in its name");
    return ask<T>(std::move(store), name, {}, std::move(what), buckets_limit, parse, std::move(options));
}

awaitable<std::vector<listed_bucket>> list_buckets(store_pointer store, call_options options) {
    std::vector<listed_bucket> all;
    std::string token;
    do {
        std::string query;
        if (!token.empty()) cloud::add_query(query, "continuation-token", token);
        buckets_page page = co_await ask_bucket<buckets_page>(store, "list buckets", query, &parse_buckets, options);
        std::ranges::move(page.buckets, std::back_inserter(all));
        bool const forward = page.next.empty() || page.next != token;
        token = std::move(page.next);
        if (!forward) throw_error(failure(errc::protocol, "the service repeats a page token"), "list buckets", store->uri);
    } while (!token.empty());
    co_return all;
}

/// Transfer acceleration and sessions are for what is in a bucket: AWS makes and removes buckets elsewhere.
store_pointer outside(store_pointer store) {
    if (!store->settings.accelerate && !store->directory) return store;
    s3_settings settings = by_account(store)->settings;
    settings.accelerate = false;
    settings.region = store->where().region;
    auto made = core::make_control(std::move(settings));
    if (!made) throw_error(std::move(made).error(), "open", store->uri);
    return std::move(*made);
}

awaitable<std::string> presign(store_pointer store, object_key where, presign_options options) {
    boost::asio::any_io_executor executor = co_await boost::asio::this_coro::executor;
    wall_time const now = async::clock::of(executor).wall();
    operation op(store, executor, "presign", std::move(where), operation_kind::read, call_options());
    try {
        op.deliver(store::check_key(op.key()));
        recipe const r = op.deliver(presign_recipe(op.key(), options));
        std::shared_ptr<credentials const> keys;
        if (store->settings.credentials) keys = co_await store->settings.credentials->get();
        if (!keys || keys->access_key.empty()) op.raise({errc::unauthenticated, "a presigned URL needs credentials, and there are none"});
        wall_time const at = cloud::service_time(*store, now);
        co_return presigned_url(store->signer, r, store->where(), *keys, at, options.expires);
    } catch (...) {
        op.rethrow();
    }
}

}  // namespace

}  // namespace s3

s3_bucket::s3_bucket(s3_settings settings) {
    std::string const uri = "s3://" + settings.bucket + '/';
    auto made = s3::core::make(std::move(settings));
    if (!made) throw_error(std::move(made).error(), "open", uri);
    core_ = std::move(*made);
}

way_out s3_bucket::way() const {
    s3::place const& to = core_->where();
    way_out found;
    found.host = to.host;
    found.tls = to.origin.tls != nullptr;
    network_options const& network = core_->settings.network;
    if (net::proxy const* const via = to.origin.via())
        found.proxy = net::with_port(via->host, via->port);
    else
        found.no_proxy = !(found.tls ? network.https_proxy : network.http_proxy).empty();
    return found;
}

std::string s3_bucket::uri() const { return core_->uri; }

awaitable<void> s3_bucket::for_each_upload(std::string prefix, upload_visitor visit, call_options options) const {
    std::string where = core_->uri + prefix;
    return store::at_edge(s3::upload_listing::operation, std::move(where),
                          s3::for_each_entry<s3::upload_listing>(core_, std::move(prefix), std::move(visit), std::move(options)));
}

awaitable<std::vector<open_upload>> s3_bucket::uploads(std::string prefix, call_options options) const {
    std::string where = core_->uri + prefix;
    return store::at_edge(s3::upload_listing::operation, std::move(where), s3::uploads(core_, std::move(prefix), std::move(options)));
}

awaitable<upload_size> s3_bucket::size_of_upload(object_key where, std::string id, call_options options) const {
    return s3::size_of_upload(core_, std::move(where), std::move(id), std::move(options));
}

awaitable<void> s3_bucket::abort_upload(object_key where, std::string id, call_options options) const {
    return s3::abort_upload(core_, std::move(where), std::move(id), std::move(options));
}

awaitable<void> s3_bucket::create(create_bucket_options options) const {
    result<s3::recipe> what = s3::create_recipe(core_->settings.bucket, core_->where(), options);
    return s3::apply(s3::outside(core_), "create bucket", {}, std::move(what), "BucketAlreadyOwnedByYou", std::move(options));
}

awaitable<void> s3_bucket::remove(call_options options) const {
    s3::recipe what;
    what.method = "DELETE";
    return s3::apply(s3::outside(core_), "remove bucket", {}, std::move(what), "NoSuchBucket", std::move(options));
}

awaitable<std::string> s3_bucket::head(call_options options) const { return s3::head(core_, std::move(options)); }

awaitable<std::string> s3_bucket::location(call_options options) const {
    return s3::ask_bucket<std::string>(core_, "bucket location", "location=", &s3::parse_location, std::move(options));
}

awaitable<bucket_versioning> s3_bucket::versioning(call_options options) const {
    return s3::ask_bucket<bucket_versioning>(core_, "bucket versioning", "versioning=", &s3::parse_versioning, std::move(options));
}

awaitable<void> s3_bucket::set_versioning(bucket_versioning const wanted, call_options options) const {
    result<s3::recipe> what = s3::versioning_recipe(wanted);
    if (core_->directory) what = s3::no_directory_has("versions");
    return s3::apply(core_, "bucket versioning", {}, std::move(what), {}, std::move(options));
}

awaitable<void> s3_bucket::for_each_version(std::string prefix, version_visitor visit, call_options options) const {
    std::string where = core_->uri + prefix;
    return store::at_edge(s3::version_listing::operation, std::move(where),
                          s3::for_each_entry<s3::version_listing>(core_, std::move(prefix), std::move(visit), std::move(options)));
}

awaitable<remove_report> s3_bucket::remove_versions(std::vector<object_version> what, call_options options) const {
    return s3::remove_versions(core_, std::move(what), std::move(options));
}

awaitable<object_tags> s3_bucket::tags(object_key where, std::string version, call_options options) const {
    return s3::read_tags(core_, std::move(where), std::move(version), std::move(options));
}

awaitable<void> s3_bucket::set_tags(object_key where, object_tags tags, std::string version, call_options options) const {
    return s3::write_tags(core_, std::move(where), std::move(tags), std::move(version), std::move(options));
}

awaitable<std::string> s3_bucket::presign(object_key where, presign_options options) const {
    return s3::presign(core_, std::move(where), std::move(options));
}

awaitable<std::vector<listed_bucket>> list_buckets(s3_settings settings, call_options options) {
    auto made = s3::core::make_service(std::move(settings));
    if (!made) throw_error(std::move(made).error(), "list buckets", "s3://");
    return store::at_edge("list buckets", (*made)->uri, s3::list_buckets(*made, std::move(options)));
}

}  // namespace sluice::inline v0
