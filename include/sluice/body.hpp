#pragma once

#include <sluice/awaitable.hpp>
#include <sluice/object.hpp>

#include <cstddef>
#include <memory>
#include <span>

namespace sluice::inline v0 {

/// What a store implements for `get`: the bytes of one object or range, in order.
class SLUICE_API body_source {
public:
    virtual ~body_source() = default;
    virtual object_meta const& object() const noexcept = 0;
    virtual resolved_range range() const noexcept = 0;
    /// At least one byte unless `into` is empty or the end is reached; 0 is the end, and only then.
    virtual awaitable<std::size_t> read_some(std::span<std::byte> into) = 0;
};

/// The open body of one object: pull bytes straight into your own memory.
///
/// Lifetime: holds a connection; destroying it early closes that connection. Threads: one coroutine at a time.
/// Errors: `truncated` never goes unnoticed: the end is only reported when every announced byte was delivered.
/// Cancel: the reader is then at an unknown place; destroy it.
class SLUICE_API body_reader {
public:
    explicit body_reader(std::unique_ptr<body_source> source) : source_(std::move(source)) {}

    object_meta const& object() const noexcept { return source_->object(); }
    resolved_range range() const noexcept { return source_->range(); }

    /// Some bytes into the front of `into` (which must live until the await completes); 0 at the end.
    awaitable<std::size_t> read_some(std::span<std::byte> into) { return source_->read_some(into); }

    /// Fills `into` or stops at the end; the number of bytes read.
    awaitable<std::size_t> read_all(std::span<std::byte> into);

private:
    std::unique_ptr<body_source> source_;
};

}  // namespace sluice::inline v0
