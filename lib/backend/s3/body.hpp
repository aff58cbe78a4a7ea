#pragma once

#include "backend/s3/checksums.hpp"
#include "backend/s3/operation.hpp"
#include "backend/s3/response.hpp"

#include <sluice/body.hpp>
#include <sluice/byte_range.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

namespace sluice::inline v0::s3 {

/// The bytes of one range of one version of one object, over as many requests as it takes: what breaks off is resumed at the first
/// missing byte, under If-Match with the ETag of the first answer, and every answer is checked against that. Without a strong ETag
/// nothing can be resumed: the bytes could be of two versions. Where the whole is read and the service tells its checksum, the end is only
/// reached when that is right.
///
/// Lifetime: `*op` outlives it.
class download {
public:
    download(operation* op, byte_range asked, get_options const& options);

    /// Sends the first request; then `object` and `range` are known.
    awaitable<result<void>> open();

    object_meta const& object() const noexcept { return meta_; }
    object_meta take_object() noexcept { return std::move(meta_); }
    resolved_range range() const noexcept { return range_; }
    bool complete() const noexcept { return left() == 0; }

    /// At least one byte into the front of `into`, unless it is empty or all was read.
    awaitable<result<std::size_t>> read_some(std::span<std::byte> into);

    /// Fills `into`, which is not longer than what is left.
    awaitable<result<std::size_t>> read_all(std::span<std::byte> into);

private:
    awaitable<result<void>> open_empty(failure why);
    result<void> accept(http::response answer);
    awaitable<result<void>> resume(failure why);
    result<void> accept_rest(http::response answer);
    awaitable<result<void>> finish();
    std::size_t take_delivered(std::span<std::byte const> into) noexcept;
    std::uint64_t left() const noexcept { return range_.length - done_; }

    operation* op_;
    byte_range asked_;
    recipe recipe_;
    std::string version_;
    customer_key key_;
    http::response answer_;
    object_meta meta_;
    resolved_range range_;
    std::optional<arrival_check> check_;
    std::uint64_t done_ = 0;       // bytes of the range given out
    std::uint64_t delivered_ = 0;  // of them by the present answer
    bool open_ = false;            // there is an answer to read from
};

/// The whole of a `read`: `range` into the front of `into`; a body whose bits changed on the way is asked for again. Errors are raised by
/// `*op`, which outlives the await.
awaitable<read_result> read_into(operation* op, byte_range range, std::span<std::byte> into, get_options options);

/// The body of `get`.
class s3_body final : public body_source {
public:
    s3_body(std::shared_ptr<core const> store, boost::asio::any_io_executor executor, object_key key, get_options const& options);

    object_meta const& object() const noexcept override { return download_.object(); }
    resolved_range range() const noexcept override { return download_.range(); }
    awaitable<std::size_t> read_some(std::span<std::byte> into) override;

    awaitable<void> open();
    operation const& op() const noexcept { return op_; }

private:
    void note_end();

    operation op_;
    download download_;
    bool told_ = false;  // that all is well
};

}  // namespace sluice::inline v0::s3
