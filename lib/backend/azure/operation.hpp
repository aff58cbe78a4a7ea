#pragma once

#include "backend/azure/core.hpp"
#include "backend/azure/errors.hpp"
#include "cloud/operation.hpp"
#include "cloud/recipe.hpp"

#include <sluice/awaitable.hpp>
#include <sluice/token.hpp>

#include <cstddef>
#include <memory>
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

    core const& store() const noexcept { return *store_; }
    /// The last answer that was no success.
    cloud::refusal const& last_refusal() const noexcept { return refusal_; }

private:
    awaitable<result<void>> prepare(outgoing* into) override;
    result<void> check(http::response_head const&) override { return {}; }
    cloud::refusal& read_refusal(http::response_head const& head, std::string body) override;
    failure judge(retry::outcome* row) const override;
    failure unanswered(failure f) override;
    awaitable<bool> mend(retry::verdict fix) override;
    std::string shown(http::request const& request) const override;

    std::shared_ptr<core const> store_;
    recipe const* what_ = nullptr;
    std::shared_ptr<access_token const> token_;
    sent_as as_;
    cloud::refusal refusal_;
};

}  // namespace sluice::inline v0::azure
