#pragma once

#include "cloud/arrival_check.hpp"
#include "cloud/operation.hpp"

#include <sluice/awaitable.hpp>
#include <sluice/byte_range.hpp>
#include <sluice/error.hpp>
#include <sluice/object.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

namespace sluice::inline v0::cloud {

/// How one service is asked for the bytes of one object, and what its answers tell. Lifetime: outlives its coroutines.
class reading {
public:
    virtual ~reading() = default;

    /// Whose history, deadline and errors it shares.
    virtual operation& op() noexcept = 0;
    /// Whether `range` may be asked for. Nothing is sent. Errors: invalid_argument, unsupported.
    virtual result<void> check(byte_range range) const = 0;
    /// Asks for `range`.
    virtual awaitable<result<http::response>> ask(byte_range range) = 0;
    /// Asks for `rest` of no other version than that of `object`.
    virtual awaitable<result<http::response>> ask_rest(byte_range rest, object_meta const* object) = 0;
    /// A range that begins at 0 was refused as `why`, being outside of the object: it is empty, which the refusal tells or a request.
    /// Errors: `why`, when it is not.
    virtual awaitable<result<object_meta>> find_empty(failure why) = 0;
    /// Key and all that the head of an answer tells, but for the size.
    virtual object_meta object_in(http::response_head const& head) const = 0;
    /// The checksum of the bytes that are asked for, where `head`, the answer to `ask`, tells it although they are not the whole.
    virtual std::optional<object_checksum> range_checksum(http::response_head const&) const { return std::nullopt; }
    /// What is wrong when `head`, an answer to `ask_rest`, is of another version.
    virtual result<void> check_same(http::response_head const& head, object_meta const& object) const = 0;
    /// Why the version of `object` cannot be asked for again; nullptr when it can.
    virtual char const* unpinned(object_meta const& object) const noexcept = 0;
    /// Whether what comes is checked.
    virtual bool checks() const noexcept = 0;
};

/// The bytes of one range of one version of one object, over as many requests as it takes: what breaks off is resumed at the first
/// missing byte, of the version of the first answer, and every answer is checked against that. Where the version cannot be named nothing
/// is resumed: the bytes could be of two. Where the whole is read and the service tells its checksum, the end is only reached when that
/// is right.
///
/// Lifetime: `*how` outlives it.
class download {
public:
    download(reading* how, byte_range asked) : how_(how), asked_(asked) {}

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
    result<void> accept(http::response answer);
    awaitable<result<void>> resume(failure why);
    result<void> accept_rest(http::response answer);
    awaitable<result<void>> finish();
    std::size_t take_delivered(std::span<std::byte const> into) noexcept;
    std::uint64_t left() const noexcept { return range_.length - done_; }

    reading* how_;
    byte_range asked_;
    http::response answer_;
    object_meta meta_;
    resolved_range range_;
    std::optional<arrival_check> check_;
    std::uint64_t done_ = 0;       // bytes of the range given out
    std::uint64_t delivered_ = 0;  // of them by the present answer
    bool open_ = false;            // there is an answer to read from
};

}  // namespace sluice::inline v0::cloud
