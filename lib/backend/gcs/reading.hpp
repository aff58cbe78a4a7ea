#pragma once

#include "backend/gcs/operation.hpp"
#include "cloud/download.hpp"
#include "store/conditions.hpp"

#include <sluice/options.hpp>

#include <string>

namespace sluice::inline v0::gcs {

/// Looks at an object and judges the conditions, all of them, by what is found: the service does not.
/// Errors: those of a look; precondition_failed, not_modified.
awaitable<result<resource>> look(operation* op, head_options const* options);

/// How Google Cloud Storage is read: pinned to the generation of the first answer. If-Match alone is judged by that answer; other
/// conditions cost a look before.
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
    result<void> check_same(http::response_head const& head, object_meta const& object) const override;
    char const* unpinned(object_meta const& object) const noexcept override;
    bool checks() const noexcept override { return true; }

private:
    awaitable<failure> missed_range(failure why);
    awaitable<result<void>> check_match(std::string version, std::string etag);

    get_options const options_;
    operation op_;
    recipe recipe_;
};

}  // namespace sluice::inline v0::gcs
