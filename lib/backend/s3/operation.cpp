#include "backend/s3/operation.hpp"

#include "backend/s3/aws_chunked.hpp"
#include "backend/s3/response.hpp"
#include "cloud/service_time.hpp"

#include <utility>

namespace sluice::inline v0::s3 {

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

awaitable<checksum_rules> operation::rules_for_source() {
    checksum_rules rules = store_->checksums;
    if (!rules.behind && !rules.sign) co_return rules;
    if (store_->settings.credentials) keys_ = co_await store_->settings.credentials->get();
    bool const anonymous = !keys_ || keys_->access_key.empty();
    if (anonymous) rules.behind = rules.sign = false;  // what says how such a body is to be read belongs to the signature
    co_return rules;
}

awaitable<result<void>> operation::prepare(outgoing* const into) {
    if (store_->settings.credentials) keys_ = co_await store_->settings.credentials->get();
    where_ = &store_->where();
    into->to = &where_->origin;
    into->host = where_->host;
    into->ask_first = what_->ask_first && store_->asks_before(what_->body.size());
    http::request& request = into->request;
    cloud::render(*what_, where_->host, where_->path, request);
    if (store_->settings.requester_pays) request.headers.add("x-amz-request-payer", "requester");
    if (store_->presigned) request.target = store_->presigned->target;
    as_.presigned = store_->presigned.has_value();
    if (store_->presigned) as_.good_until = store_->presigned->good_until;
    bool const anonymous = !keys_ || keys_->access_key.empty();
    as_.anonymous = anonymous;
    as_.temporary = !anonymous && !keys_->session_token.empty();
    as_.region = where_->region;
    as_.signed_at = cloud::service_time(*store_, clock().wall());
    if (anonymous) co_return result<void>();
    std::string_view hash = what_->payload_hash;
    // An empty body need not be left out of the signature, but by default writes are signed as they ever were.
    bool const has_body = what_->body.size() > 0 || (!store_->checksums.sign && (what_->method == "PUT" || what_->method == "POST"));
    if (hash.empty()) hash = has_body ? auth::unsigned_payload : auth::empty_payload_hash;
    if (what_->signed_chunks)
        what_->signed_chunks->sign_by(store_->signer.sign_chunked(request, *keys_, where_->region, as_.signed_at));
    else
        store_->signer.sign(request, *keys_, where_->region, as_.signed_at, hash);
    co_return result<void>();
}

result<void> operation::check(http::response_head const& head) {
    if (what_->method == "POST") return {};
    return check_key_used(what_->headers, head);
}

cloud::refusal& operation::read_refusal(http::response_head const& head, std::string body) {
    refusal_ = s3::read_refusal(head, std::move(body));
    if (!store_->presigned) return refusal_;
    refusal_.message = without_query(*store_->presigned, std::move(refusal_.message));
    refusal_.code = without_query(*store_->presigned, std::move(refusal_.code));
    return refusal_;
}

failure operation::judge(retry::outcome* const row) const {
    *row = outcome_of(refusal_, as_);
    return failure_of(refusal_, as_);
}

failure operation::unanswered(failure f) {
    refusal_ = refusal();
    return about_place(std::move(f), *where_);
}

awaitable<bool> operation::mend(retry::verdict const fix) {
    if (fix == retry::verdict::follow_region) co_return learn_region();
    if (fix == retry::verdict::fix_clock) co_return learn_clock(refusal_);
    co_return co_await refresh_credentials();
}

std::string operation::shown(http::request const& request) const {
    if (store_->presigned) return std::string(store_->presigned->path());
    return cloud::operation::shown(request);
}

bool operation::learn_region() const {
    bool const followed = store_->learn_region(refusal_.region);
    if (followed && logs_info()) log_info(store_->uri + " is in region " + refusal_.region + ", not " + as_.region);
    return followed;
}

awaitable<bool> operation::refresh_credentials() {
    if (!store_->settings.credentials) co_return false;
    std::shared_ptr<credentials const> const old = keys_;
    store_->settings.credentials->rejected(old);
    keys_ = co_await store_->settings.credentials->get();
    co_return keys_ != old;
}

}  // namespace sluice::inline v0::s3
