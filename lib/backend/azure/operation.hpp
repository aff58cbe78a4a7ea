#pragma once

#include "backend/azure/core.hpp"
#include "backend/azure/errors.hpp"
#include "cloud/operation.hpp"
#include "cloud/recipe.hpp"

#include <sluice/awaitable.hpp>
#include <sluice/token.hpp>

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace sluice::inline v0::azure {

using cloud::recipe;

/// An operation on Azure Blob Storage.
class operation final : public cloud::operation {
public:
    operation(std::shared_ptr<core const> store, boost::asio::any_io_executor executor, std::string_view name, object_key key,
              retry::operation_kind kind, call_options const& options);

    /// Sends `what` until a 2xx answers; its body is yet to be read.
    awaitable<result<http::response>> send(recipe const* what);
    /// `send`, and the whole of a small body. Sends again when the body breaks off.
    awaitable<result<std::string>> send_for_text(recipe const* what, std::size_t limit);

    /// Sends the removals of `keys`, or of as many of them from the front as one request takes: `batched`. The text of its answer. The keys
    /// outlive the await.
    awaitable<result<std::string>> send_batch(std::span<object_key const> keys);
    std::size_t batched() const noexcept { return batched_; }
    /// The service refused a batch as such.
    void learn_no_batches() const;

    core const& store() const noexcept { return *store_; }
    /// The last answer that was no success.
    cloud::refusal const& last_refusal() const noexcept { return refusal_; }
    sent_as const& sent() const noexcept { return as_; }

private:
    awaitable<result<void>> prepare(outgoing* into) override;
    result<void> check(http::response_head const&) override { return {}; }
    cloud::refusal& read_refusal(http::response_head const& head, std::string body) override;
    failure judge(retry::outcome* row) const override;
    failure unanswered(failure f) override;
    awaitable<bool> mend(retry::verdict fix) override;
    std::string shown(http::request const& request) const override;
    void prove(http::request& request);
    void add_batch(http::request& request);

    std::shared_ptr<core const> store_;
    recipe const* what_ = nullptr;
    std::shared_ptr<access_token const> token_;
    sent_as as_;
    cloud::refusal refusal_;
    std::span<object_key const> batch_;  // what the request at hand removes, if it is a batch
    std::size_t batched_ = 0;
    std::string boundary_;
};

}  // namespace sluice::inline v0::azure
