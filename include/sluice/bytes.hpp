#pragma once

#include <sluice/awaitable.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::inline v0 {

/// An immutable, shared slice of memory. Copying and slicing never copy the bytes; the memory lives as long as its last slice.
class bytes {
public:
    bytes() {}
    /// `view` must stay valid and unchanged while `owner` lives.
    bytes(std::shared_ptr<void const> owner, std::span<std::byte const> view) : owner_(std::move(owner)), view_(view) {}

    /// Copies `data`.
    SLUICE_API static bytes copy_of(std::span<std::byte const> data);
    SLUICE_API static bytes copy_of(std::string_view text);

    std::byte const* data() const noexcept { return view_.data(); }
    std::size_t size() const noexcept { return view_.size(); }
    bool empty() const noexcept { return view_.empty(); }
    std::span<std::byte const> view() const noexcept { return view_; }
    std::string_view text() const noexcept { return {reinterpret_cast<char const*>(view_.data()), view_.size()}; }

    /// Bytes [offset, offset + length), both cut to what is there.
    SLUICE_API bytes slice(std::size_t offset, std::size_t length) const;

private:
    std::shared_ptr<void const> owner_;
    std::span<std::byte const> view_;
};

/// Where the bytes of a write come from when they are not in memory. Must give the same bytes each time: a retry reads again.
///
/// Threads: used by one coroutine at a time.
class SLUICE_API payload_source {
public:
    virtual ~payload_source() = default;
    virtual std::uint64_t size() const noexcept = 0;
    /// Fills all of `into` from `offset` on; throws `error` when it cannot (also when the source has become shorter).
    virtual awaitable<void> read(std::uint64_t offset, std::span<std::byte> into) = 0;
};

/// The bytes of one write: pieces of memory in order, or a source that can be read again.
class SLUICE_API payload {
public:
    payload() {}
    payload(bytes one);
    payload(std::vector<bytes> pieces);
    payload(std::shared_ptr<payload_source> source);
    /// Copies `text`.
    payload(std::string_view text);
    payload(char const* text) : payload(std::string_view(text)) {}
    payload(std::string const& text) : payload(std::string_view(text)) {}

    std::uint64_t size() const noexcept { return size_; }
    std::vector<bytes> const& pieces() const noexcept { return pieces_; }
    std::shared_ptr<payload_source> const& source() const noexcept { return source_; }

private:
    std::vector<bytes> pieces_;
    std::shared_ptr<payload_source> source_;
    std::uint64_t size_ = 0;
};

}  // namespace sluice::inline v0
