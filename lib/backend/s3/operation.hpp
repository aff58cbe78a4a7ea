#pragma once

#include "backend/s3/core.hpp"
#include "backend/s3/errors.hpp"
#include "backend/s3/request.hpp"
#include "http/client.hpp"
#include "retry/retrying.hpp"
#include "store/edge.hpp"

#include <sluice/awaitable.hpp>
#include <sluice/credentials.hpp>
#include <sluice/options.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace sluice::inline v0::s3 {

/// One public operation on its way: all its requests, however often, share one history, one deadline and one error context.
///
/// Lifetime: outlives its coroutines; lives in the frame of the operation's outermost one.
class operation final : public store::edge {
public:
    /// `name` is a literal; `key` is empty for operations on the bucket.
    operation(std::shared_ptr<core const> store, boost::asio::any_io_executor executor, std::string_view name, object_key key,
              retry::operation_kind kind, call_options const& options);

    /// Sends `what` until a 2xx answers; its body is yet to be read.
    awaitable<result<http::response>> send(recipe const* what);

    /// `send`, and the whole of a small body. Sends again when the body breaks off.
    awaitable<result<std::string>> send_for_text(recipe const* what, std::size_t limit);

    /// After an attempt that failed as `f`: waits and returns nothing when it is to be tried again, else the final failure.
    awaitable<std::optional<failure>> recover(failure f, retry::outcome row);

    /// The failure that an error document inside a good answer tells, and its row of the retry table.
    failure refused_inside(http::response_head const& head, std::string document, retry::outcome* row);

    /// A request that got no answer on a kept connection is not sent again in silence, but as an attempt: for an operation that must know
    /// whether it may have been applied before.
    void tell_resends() noexcept { how_.replayable = false; }

    /// The service works on bytes it has before it answers.
    void expect_long_work() noexcept { how_.long_work = true; }

    unsigned attempts() const noexcept { return attempts_; }
    /// Body bytes came since the last request.
    void progressed() noexcept { tries_.progressed(); }
    /// All is well; `bytes` of data were moved.
    void succeeded(std::uint64_t bytes);

    core const& store() const noexcept { return *store_; }
    object_key const& key() const noexcept { return key_; }
    checksum_rules const& checksums() const noexcept { return store_->checksums; }
    /// Those for a body that comes from a source: without keys it is neither coded nor signed.
    awaitable<checksum_rules> rules_for_source();
    /// The last answer that was no success.
    refusal const& last_refusal() const noexcept { return refusal_; }

    std::string_view name() const override { return name_; }
    std::string uri() const override { return store_->uri + key_; }
    void describe(error_info& info) const override;

private:
    void prepare(recipe const& what);
    awaitable<void> take_refusal(http::response* answer);
    bool learn(retry::verdict fix);
    void learn_not_to_ask() const;
    awaitable<bool> refresh_credentials();
    void tell_attempt(int status, std::optional<errc> failed) const;
    void log_attempt(result<http::response> const& answer) const;
    void log_retry(failure const& f, std::chrono::nanoseconds pause) const;

    std::shared_ptr<core const> store_;
    std::string_view name_;
    object_key key_;
    retry::retrying tries_;
    std::function<void(attempt const&)> on_attempt_;
    place const* where_ = nullptr;
    http::request request_;
    http::send_options how_;
    std::shared_ptr<credentials const> keys_;
    sent_as as_;
    refusal refusal_;
    async::time_point sent_at_;
    unsigned attempts_ = 0;
};

}  // namespace sluice::inline v0::s3
