#include "backend/azure/operation.hpp"

#include "async/entropy.hpp"
#include "backend/azure/batch.hpp"
#include "backend/azure/request.hpp"
#include "base/http_date.hpp"
#include "cloud/service_time.hpp"

#include <boost/asio/this_coro.hpp>

#include <utility>

namespace sluice::inline v0::azure {

namespace {

// The newest whose every request and answer is told here; emulators know it as well.
constexpr std::string_view version = "2021-12-02";

}  // namespace

operation::operation(std::shared_ptr<core const> store, boost::asio::any_io_executor executor, std::string_view const name, object_key key,
                     retry::operation_kind const kind, call_options const& options)
    : cloud::operation(*store, std::move(executor), name, std::move(key), kind, options),
      store_(std::move(store)) {}

awaitable<result<http::response>> operation::send(recipe const* const what) {
    what_ = what;
    return send_request();
}

awaitable<result<std::string>> operation::send_for_text(recipe const* const what, std::size_t const limit) {
    what_ = what;
    return send_request_for_text(limit);
}

awaitable<result<std::string>> operation::send_batch(std::span<object_key const> const keys) {
    boost::asio::any_io_executor const executor = co_await boost::asio::this_coro::executor;
    boundary_ = "batch_" + async::entropy::of(executor).id_text();
    batch_ = keys;
    recipe const what = batch_recipe();
    what_ = &what;
    co_return co_await send_request_for_text(batch_answer_limit);
}

void operation::learn_no_batches() const {
    if (store_->learn_no_batches() && logs_info())
        log_info(store_->where.host + " refuses batches: objects of " + store_->uri + " are removed one by one");
}

awaitable<result<void>> operation::prepare(outgoing* const into) {
    if (store_->settings.tokens) token_ = co_await store_->settings.tokens->get();
    into->to = &store_->where.origin;
    into->host = store_->where.host;
    into->ask_first = what_->ask_first && store_->asks_before(what_->body.size());
    http::request& request = into->request;
    std::string const path = what_->key.empty() ? store_->container_path() : store_->blobs_path();
    cloud::render(*what_, store_->where.host, path, request);
    as_.at = cloud::service_time(*store_, clock().wall());
    request.headers.add("x-ms-version", version);
    if (!batch_.empty()) add_batch(request);
    prove(request);
    co_return result<void>();
}

/// Adds the time, and what proves who asks.
void operation::prove(http::request& request) {
    request.headers.add("x-ms-date", base::format_http_date(as_.at));
    as_.how = sent_as::by::nobody;
    if (token_ && !token_->value.empty()) {
        as_.how = sent_as::by::token;
        request.headers.add("Authorization", "Bearer " + token_->value);
    } else if (store_->key) {
        as_.how = sent_as::by::key;
        store_->key->sign(request);
    } else if (!store_->sas.empty()) {
        as_.how = sent_as::by::signature;
        request.target += request.target.find('?') == std::string::npos ? '?' : '&';
        request.target += store_->sas;
    }
}

/// Each request of a batch proves by itself who asks; its version is that of the batch.
void operation::add_batch(http::request& request) {
    batch_body body(boundary_);
    http::request part;
    for (batched_ = 0; batched_ < batch_.size(); ++batched_) {
        recipe const what = delete_recipe(batch_[batched_]);
        cloud::render(what, store_->where.host, store_->blobs_path(), part);
        prove(part);
        if (!body.add(part)) break;
    }
    request.headers.add("Content-Type", body.content_type());
    request.body = payload(body.take());
}

cloud::refusal& operation::read_refusal(http::response_head const& head, std::string body) {
    refusal_ = azure::read_refusal(head, std::move(body));
    return refusal_;
}

failure operation::judge(retry::outcome* const row) const {
    *row = outcome_of(refusal_, as_);
    return failure_of(refusal_, as_);
}

failure operation::unanswered(failure f) {
    refusal_ = cloud::refusal();
    if (f.reason() == errc::protocol && f.info().status == 0)
        f.info().detail += "; is " + store_->where.host + " an endpoint of Azure Blob Storage?";
    return f;
}

awaitable<bool> operation::mend(retry::verdict const fix) {
    if (fix == retry::verdict::fix_clock) co_return learn_clock(refusal_);
    if (fix != retry::verdict::refresh_credentials || !store_->settings.tokens) co_return false;
    std::shared_ptr<access_token const> const old = token_;
    store_->settings.tokens->rejected(old);
    token_ = co_await store_->settings.tokens->get();
    co_return token_ != old;
}

std::string operation::shown(http::request const& request) const {
    std::string target = cloud::operation::shown(request);
    if (!store_->sas.empty() && target.ends_with(store_->sas)) target.resize(target.size() - store_->sas.size() - 1);
    return target;
}

}  // namespace sluice::inline v0::azure
