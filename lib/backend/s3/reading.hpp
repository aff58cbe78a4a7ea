#pragma once

#include "backend/s3/operation.hpp"
#include "cloud/download.hpp"

#include <sluice/options.hpp>

namespace sluice::inline v0::s3 {

/// How S3 is read: pinned to a version by If-Match with the ETag of the first answer.
class reading : public cloud::reading {
public:
    reading(std::shared_ptr<core const> store, boost::asio::any_io_executor executor, std::string_view name, object_key key,
            get_options options);

    operation& op() noexcept override { return op_; }
    result<void> check(byte_range range) const override;
    awaitable<result<http::response>> ask(byte_range range) override;
    awaitable<result<http::response>> ask_rest(byte_range rest, object_meta const* object) override;
    awaitable<result<object_meta>> find_empty(failure why) override;
    object_meta object_in(http::response_head const& head) const override;
    result<void> check_same(http::response_head const& head, object_meta const& object) const override;
    char const* unpinned(object_meta const& object) const noexcept override;
    bool checks() const noexcept override { return op_.checksums().check; }

protected:
    get_options const options_;
    operation op_;

private:
    recipe recipe_;
};

}  // namespace sluice::inline v0::s3
