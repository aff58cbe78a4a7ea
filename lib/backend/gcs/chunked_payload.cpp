#include "backend/gcs/chunked_payload.hpp"

#include "base/checksum.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace sluice::inline v0::gcs {

struct chunked_payload::summed {
    explicit summed(std::shared_ptr<payload_source> of) : source(std::move(of)) {}

    void note(std::uint64_t const at, std::span<std::byte const> const came) {
        if (at > so_far.size || at + came.size() <= so_far.size) return;
        so_far.crc = base::crc_extend(base::crc_kind::crc32c, so_far.crc, came.subspan(static_cast<std::size_t>(so_far.size - at)));
        so_far.size = at + came.size();
    }

    std::shared_ptr<payload_source> const source;
    front so_far;
};

namespace {

constexpr std::size_t piece_size = 1u << 20;  // of what is read for its sum alone

/// A piece of a source.
class window final : public payload_source {
public:
    window(std::shared_ptr<chunked_payload::summed> of, std::uint64_t offset, std::uint64_t length)
        : of_(std::move(of)),
          offset_(offset),
          length_(length) {}

    std::uint64_t size() const noexcept override { return length_; }

    awaitable<void> read(std::uint64_t const offset, std::span<std::byte> const into) override {
        // A member coroutine: the request that reads it holds it.
        co_await of_->source->read(offset_ + offset, into);
        of_->note(offset_ + offset, into);
    }

private:
    std::shared_ptr<chunked_payload::summed> of_;
    std::uint64_t offset_, length_;
};

std::string sum_of(payload const& data) {
    base::checksum_stream sum(checksum_algorithm::crc32c);
    for (bytes const& piece : data.pieces()) sum.update(piece.view());
    return sum.finish();
}

}  // namespace

chunked_payload::chunked_payload(payload data) : data_(std::move(data)) {
    if (data_.source())
        source_ = std::make_shared<summed>(data_.source());
    else
        known_ = sum_of(data_);
}

payload chunked_payload::slice(std::uint64_t offset, std::uint64_t length) const {
    if (source_) {
        std::shared_ptr<payload_source> piece = std::make_shared<window>(source_, offset, length);
        return payload(std::move(piece));
    }
    std::vector<bytes> pieces;
    for (bytes const& piece : data_.pieces()) {
        if (offset < piece.size() && length > 0) {
            auto const n = std::min<std::uint64_t>(piece.size() - offset, length);
            pieces.push_back(piece.slice(static_cast<std::size_t>(offset), static_cast<std::size_t>(n)));
            length -= n;
        }
        offset -= std::min<std::uint64_t>(offset, piece.size());
    }
    return payload(std::move(pieces));
}

std::string chunked_payload::crc32c() const {
    if (!source_) return known_;
    if (source_->so_far.size != data_.size()) return {};
    return base::crc_text(base::crc_kind::crc32c, source_->so_far.crc);
}

chunked_payload::front chunked_payload::summed_up() const { return source_ ? source_->so_far : front(); }

awaitable<void> chunked_payload::sum_up_to(std::uint64_t const end) const {
    if (!source_ || source_->so_far.size >= end) co_return;
    std::vector<std::byte> memory(static_cast<std::size_t>(std::min<std::uint64_t>(end - source_->so_far.size, piece_size)));
    while (source_->so_far.size < end) {
        std::uint64_t const at = source_->so_far.size;
        std::span<std::byte> const into =
            std::span(memory).first(static_cast<std::size_t>(std::min<std::uint64_t>(end - at, memory.size())));
        co_await source_->source->read(at, into);
        source_->note(at, into);
    }
}

}  // namespace sluice::inline v0::gcs
