#include "backend/s3/one_request.hpp"

namespace sluice::inline v0::s3 {

namespace {

constexpr std::size_t drain_limit = 64 * 1024;

}  // namespace

awaitable<void> apply(std::shared_ptr<core const> store, char const* name, object_key key, result<recipe> what, std::string as_good,
                      call_options options) {
    boost::asio::any_io_executor executor = co_await boost::asio::this_coro::executor;
    operation op(std::move(store), std::move(executor), name, std::move(key), retry::operation_kind::overwrite, options);
    try {
        if (!as_good.empty()) op.tell_resends();
        recipe const r = op.deliver(std::move(what));
        result<http::response> answer = co_await op.send(&r);
        bool const refused = !answer && op.attempts() > 1;
        bool const was_applied = refused && !as_good.empty() && answer.error().info().service_code == as_good;
        if (!was_applied) {
            http::response done = op.deliver(std::move(answer));
            co_await done.drain(drain_limit);
        }
        op.succeeded(0);
    } catch (...) {
        op.rethrow();
    }
}

}  // namespace sluice::inline v0::s3
