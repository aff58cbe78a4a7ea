#include "backend/gcs/operation.hpp"

#include <utility>

namespace sluice::inline v0::gcs {

operation::operation(std::shared_ptr<core const> store, boost::asio::any_io_executor executor, std::string_view const name, object_key key,
                     retry::operation_kind const kind, call_options const& options)
    : cloud::operation(*store, std::move(executor), name, std::move(key), kind, options),
      store_(std::move(store)) {}

awaitable<result<http::response>> operation::send(recipe const* const what) {
    what_ = what;
    return send_request();
}

awaitable<result<http::response>> operation::send_once(recipe const* const what, retry::outcome* const row) {
    what_ = what;
    return send_request(row);
}

awaitable<result<std::string>> operation::send_for_text(recipe const* const what, std::size_t const limit) {
    what_ = what;
    return send_request_for_text(limit);
}

awaitable<result<resource>> operation::send_for_resource(recipe const* const what) {
    result<std::string> const text = co_await send_for_text(what, resource_limit);
    if (!text) co_return text.error();
    co_return parse_resource(*text);
}

awaitable<result<void>> operation::prepare(outgoing* const into) {
    if (store_->settings.tokens) token_ = co_await store_->settings.tokens->get();
    into->to = &store_->where.origin;
    into->host = store_->where.host;
    http::request& request = into->request;
    cloud::render(*what_, store_->where.host, store_->where.path + what_->path, request);
    if (!store_->settings.user_project.empty()) request.headers.add("x-goog-user-project", store_->settings.user_project);
    if (!store_->settings.api_key.empty()) request.headers.add("x-goog-api-key", store_->settings.api_key);
    if (!is_anonymous()) request.headers.add("Authorization", "Bearer " + token_->value);
    co_return result<void>();
}

bool operation::is_good(int const status) const noexcept {
    return cloud::operation::is_good(status) || (status == 308 && what_->of_session);
}

result<void> operation::check(http::response_head const&) { return {}; }

cloud::refusal& operation::read_refusal(http::response_head const& head, std::string body) {
    refusal_ = gcs::read_refusal(head, std::move(body));
    return refusal_;
}

failure operation::judge(retry::outcome* const row) const {
    *row = outcome_of(refusal_, is_anonymous());
    return failure_of(refusal_, is_anonymous());
}

failure operation::unanswered(failure f) {
    refusal_ = refusal();
    return f;
}

awaitable<bool> operation::mend(retry::verdict const fix) {
    if (fix != retry::verdict::refresh_credentials || !store_->settings.tokens) co_return false;
    std::shared_ptr<access_token const> const old = token_;
    store_->settings.tokens->rejected(old);
    token_ = co_await store_->settings.tokens->get();
    co_return token_ != old;
}

}  // namespace sluice::inline v0::gcs
