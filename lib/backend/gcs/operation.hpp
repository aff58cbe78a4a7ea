#pragma once

#include "backend/gcs/core.hpp"
#include "backend/gcs/errors.hpp"
#include "backend/gcs/request.hpp"
#include "backend/gcs/response.hpp"
#include "cloud/operation.hpp"

#include <sluice/awaitable.hpp>
#include <sluice/options.hpp>
#include <sluice/token.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace sluice::inline v0::gcs {

/// An operation on Google Cloud Storage.
class operation final : public cloud::operation {
public:
    operation(std::shared_ptr<core const> store, boost::asio::any_io_executor executor, std::string_view name, object_key key,
              retry::operation_kind kind, call_options const& options);

    /// Sends `what` until a good answer comes; its body is yet to be read.
    awaitable<result<http::response>> send(recipe const* what);
    /// Sends it once. Of a failure `row` tells what it is in the retry table, for `recover`.
    awaitable<result<http::response>> send_once(recipe const* what, retry::outcome* row);
    /// `send`, and the whole of a small body. Sends again when the body breaks off.
    awaitable<result<std::string>> send_for_text(recipe const* what, std::size_t limit);
    /// `send_for_text` of what is answered by the resource of an object.
    awaitable<result<resource>> send_for_resource(recipe const* what);

    core const& store() const noexcept { return *store_; }
    cloud::refusal const& last_refusal() const noexcept { return refusal_; }
    std::string const& bucket() const noexcept { return store_->settings.bucket; }

private:
    awaitable<result<void>> prepare(outgoing* into) override;
    bool is_good(int status) const noexcept override;
    result<void> check(http::response_head const& head) override;
    cloud::refusal& read_refusal(http::response_head const& head, std::string body) override;
    failure judge(retry::outcome* row) const override;
    failure unanswered(failure f) override;
    awaitable<bool> mend(retry::verdict fix) override;
    bool is_anonymous() const noexcept { return !token_ || token_->value.empty(); }

    std::shared_ptr<core const> store_;
    recipe const* what_ = nullptr;
    std::shared_ptr<access_token const> token_;
    refusal refusal_;
};

}  // namespace sluice::inline v0::gcs
