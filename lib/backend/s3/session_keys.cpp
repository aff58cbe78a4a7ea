#include "async/clock.hpp"
#include "auth/provider.hpp"
#include "backend/s3/operation.hpp"
#include "backend/s3/session.hpp"
#include "base/http_date.hpp"
#include "retry/classify.hpp"

#include <boost/asio/this_coro.hpp>

#include <utility>

namespace sluice::inline v0::s3 {

namespace {

class bucket_sessions final : public auth::provider {
public:
    explicit bucket_sessions(std::shared_ptr<core const> account) : account_(std::move(account)) {}

    std::string name() const override { return "the sessions of " + account_->uri; }

    awaitable<result<credentials>> fetch() override {
        boost::asio::any_io_executor executor = co_await boost::asio::this_coro::executor;
        async::clock const& clock = async::clock::of(executor);
        operation op(account_, std::move(executor), "create session", {}, retry::operation_kind::read, call_options());
        recipe const r = session_recipe();
        std::optional<wall_time> there;
        for (;;) {
            std::optional<failure> f;
            {
                result<http::response> answer = co_await op.send(&r);
                if (!answer) co_return told(std::move(answer).error(), op);
                there = base::parse_http_date(answer->head().headers.value_or("date"));
                result<std::string> text = co_await answer->read_text(session_limit);
                if (text) op.succeeded(0);
                if (text) co_return session_in(std::move(*text), there, clock.wall());
                f = std::move(text).error();
            }
            retry::outcome const row = retry::classify(*f);
            std::optional<failure> final = co_await op.recover(std::move(*f), row);
            if (final) co_return told(std::move(*final), op);
        }
    }

private:
    static failure told(failure f, operation const& op) {
        op.describe(f.info());
        f.info().detail = "no session with the bucket: " + f.info().detail;
        return f;
    }

    static result<credentials> session_in(std::string document, std::optional<wall_time> there, wall_time here) {
        result<credentials> keys = parse_session(std::move(document));
        if (keys) keys->expires = end_by_our_clock(*keys->expires, there, here);
        if (keys && *keys->expires <= here) return failure(errc::protocol, "the session that the service gave has expired already");
        return keys;
    }

    std::shared_ptr<core const> const account_;
};

}  // namespace

std::shared_ptr<credential_source> session_keys(std::shared_ptr<core const> account) {
    return auth::cached(std::make_shared<bucket_sessions>(std::move(account)));
}

}  // namespace sluice::inline v0::s3
