#pragma once

#include "backend/s3/core.hpp"
#include "backend/s3/errors.hpp"
#include "backend/s3/request.hpp"
#include "cloud/operation.hpp"

#include <sluice/awaitable.hpp>
#include <sluice/credentials.hpp>
#include <sluice/options.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace sluice::inline v0::s3 {

/// An operation on S3.
class operation final : public cloud::operation {
public:
    operation(std::shared_ptr<core const> store, boost::asio::any_io_executor executor, std::string_view name, object_key key,
              retry::operation_kind kind, call_options const& options);

    /// Sends `what` until a 2xx answers; its body is yet to be read.
    awaitable<result<http::response>> send(recipe const* what);
    /// `send`, and the whole of a small body. Sends again when the body breaks off.
    awaitable<result<std::string>> send_for_text(recipe const* what, std::size_t limit);

    core const& store() const noexcept { return *store_; }
    checksum_rules const& checksums() const noexcept { return store_->checksums; }
    /// Those for a body that comes from a source: without keys it is neither coded nor signed.
    awaitable<checksum_rules> rules_for_source();
    /// The last answer that was no success.
    refusal const& last_refusal() const noexcept { return refusal_; }

private:
    awaitable<result<void>> prepare(outgoing* into) override;
    result<void> check(http::response_head const& head) override;
    cloud::refusal& read_refusal(http::response_head const& head, std::string body) override;
    failure judge(retry::outcome* row) const override;
    failure unanswered(failure f) override;
    awaitable<bool> mend(retry::verdict fix) override;
    std::string shown(http::request const& request) const override;

    bool learn_region() const;
    awaitable<bool> refresh_credentials();

    std::shared_ptr<core const> store_;
    recipe const* what_ = nullptr;
    place const* where_ = nullptr;
    std::shared_ptr<credentials const> keys_;
    sent_as as_;
    refusal refusal_;
};

}  // namespace sluice::inline v0::s3
