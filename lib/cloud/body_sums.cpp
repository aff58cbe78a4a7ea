#include "cloud/body_sums.hpp"

#include <algorithm>
#include <vector>

namespace sluice::inline v0::cloud {

namespace {

constexpr std::size_t read_at_once = 256 * 1024;
constexpr std::size_t summed_at_once = 64 * 1024;  // stays in the cache from one sum to the other

}  // namespace

body_sums::body_sums(std::optional<checksum_algorithm> const checksum, bool const digest)
    : shared_(digest && checksum == checksum_algorithm::sha256) {
    if (checksum && !shared_) stream_.emplace(*checksum);
    if (digest) digest_.emplace(base::sha_stream::kind::sha256);
}

void body_sums::update(std::span<std::byte const> data) noexcept {
    checksum_.size += data.size();
    while (!data.empty()) {
        std::size_t const n = stream_ && digest_ ? std::min(summed_at_once, data.size()) : data.size();
        if (stream_) stream_->update(data.first(n));
        if (digest_) digest_->update(data.first(n));
        data = data.subspan(n);
    }
}

void body_sums::finish() {
    if (stream_) {
        checksum_.crc = stream_->crc();
        checksum_.value = stream_->finish();
    }
    if (!digest_) return;
    base::sha256_digest const digest = digest_->finish_sha256();
    payload_hash_ = base::hex(digest);
    if (shared_) checksum_.value = base::base64_encode(digest);
}

awaitable<void> sum_source(payload_source* const source, body_sums* const sums) {
    std::uint64_t const size = source->size();
    std::vector<std::byte> memory(static_cast<std::size_t>(std::min<std::uint64_t>(read_at_once, size)));
    for (std::uint64_t at = 0; at < size;) {
        std::span<std::byte> const piece =
            std::span(memory).first(static_cast<std::size_t>(std::min<std::uint64_t>(memory.size(), size - at)));
        co_await source->read(at, piece);
        sums->update(piece);
        at += piece.size();
    }
    sums->finish();
}

}  // namespace sluice::inline v0::cloud
