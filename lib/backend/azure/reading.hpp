#pragma once

#include "backend/azure/operation.hpp"
#include "cloud/download.hpp"

#include <sluice/options.hpp>

namespace sluice::inline v0::azure {

/// How Azure is read: pinned to a version by If-Match with the ETag of the first answer.
class reading final : public cloud::reading {
public:
    reading(std::shared_ptr<core const> store, boost::asio::any_io_executor executor, std::string_view name, object_key key,
            get_options options);

    operation& op() noexcept override { return op_; }
    result<void> check(byte_range range) const override;
    awaitable<result<http::response>> ask(byte_range range) override;
    awaitable<result<http::response>> ask_rest(byte_range rest, object_meta const* object) override;
    awaitable<result<object_meta>> find_empty(failure why) override;
    object_meta object_in(http::response_head const& head) const override;
    std::optional<object_checksum> range_checksum(http::response_head const& head) const override;
    result<void> check_same(http::response_head const& head, object_meta const& object) const override;
    char const* unpinned(object_meta const& object) const noexcept override;
    bool checks() const noexcept override { return op_.store().settings.checksum != azure_checksum::none; }

private:
    awaitable<result<http::response>> ask_last(std::uint64_t length);

    get_options const options_;
    operation op_;
    recipe recipe_;
};

}  // namespace sluice::inline v0::azure
