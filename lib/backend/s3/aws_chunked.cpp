#include "backend/s3/aws_chunked.hpp"

#include <sluice/error.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <utility>

namespace sluice::inline v0::s3 {

namespace {

constexpr std::string_view line_end = "\r\n", last_chunk = "0\r\n";

std::size_t digits_of(std::uint64_t value) noexcept {
    std::size_t n = 1;
    while (value >>= 4) ++n;
    return n;
}

std::size_t head_size(std::uint64_t chunk) noexcept { return digits_of(chunk) + line_end.size(); }

std::uint64_t whole_size(std::uint64_t chunk) noexcept { return head_size(chunk) + chunk + line_end.size(); }

/// Base64 of a checksum; its size depends on nothing but the algorithm.
std::size_t value_size(checksum_algorithm const algorithm) { return base::checksum_stream(algorithm).finish().size(); }

std::size_t end_size(checksum_algorithm const algorithm) {
    return last_chunk.size() + checksum_header(algorithm).size() + 1 + value_size(algorithm) + 2 * line_end.size();
}

}  // namespace

std::uint64_t chunk_layout::coded_size() const noexcept {
    std::uint64_t const rest = size_ % chunk_size;
    return size_ / chunk_size * whole_size(chunk_size) + (rest > 0 ? whole_size(rest) : 0) + end_size_;
}

chunk_layout::place chunk_layout::find(std::uint64_t const offset) const noexcept {
    std::uint64_t const full = size_ / chunk_size, rest = size_ % chunk_size;
    std::uint64_t const number = std::min(offset / whole_size(chunk_size), full);
    std::uint64_t at = offset - number * whole_size(chunk_size);
    place found;
    found.chunk = number < full ? chunk_size : rest;
    if (found.chunk == 0 || at >= whole_size(found.chunk)) {
        if (found.chunk > 0) at -= whole_size(found.chunk);
        return {kind::body_end, at, end_size_ - at, 0};
    }
    std::uint64_t const head = head_size(found.chunk);
    if (at < head) return {kind::chunk_head, at, head - at, found.chunk};
    at -= head;
    if (at < found.chunk) return {kind::data, number * chunk_size + at, found.chunk - at, found.chunk};
    at -= found.chunk;
    return {kind::chunk_end, at, line_end.size() - at, found.chunk};
}

std::string chunk_head(std::uint64_t const size) {
    std::array<char, 16> digits{};
    auto const [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), size, 16);
    return std::string(digits.data(), end).append(line_end);
}

aws_chunked_source::aws_chunked_source(std::shared_ptr<payload_source> of, checksum_algorithm const algorithm)
    : of_(std::move(of)),
      algorithm_(algorithm),
      size_(of_->size()),
      layout_(size_, end_size(algorithm)) {}

void aws_chunked_source::begin() {
    at_ = 0;
    stream_.emplace(algorithm_);
    end_.clear();
    checksum_ = part_checksum();
}

std::string const& aws_chunked_source::end_text() {
    if (!end_.empty()) return end_;
    checksum_.size = size_;
    checksum_.crc = stream_->crc();
    checksum_.value = stream_->finish();
    end_.append(last_chunk).append(checksum_header(algorithm_)).append(":").append(checksum_.value).append(line_end).append(line_end);
    return end_;
}

awaitable<void> aws_chunked_source::read(std::uint64_t const offset, std::span<std::byte> into) {
    if (offset == 0) begin();
    if (!stream_ || offset != at_) throw_error(failure(errc::invalid_argument, "a coded body is read in order"), "read", "");
    while (!into.empty()) {
        chunk_layout::place const here = layout_.find(at_);
        std::span<std::byte> const some = into.first(static_cast<std::size_t>(std::min<std::uint64_t>(into.size(), here.left)));
        if (here.what == chunk_layout::kind::data) {
            co_await of_->read(here.at, some);
            stream_->update(some);
        } else {
            std::string const text = here.what == chunk_layout::kind::chunk_head  ? chunk_head(here.chunk)
                                     : here.what == chunk_layout::kind::chunk_end ? std::string(line_end)
                                                                                  : end_text();
            std::memcpy(some.data(), text.data() + here.at, some.size());
        }
        at_ += some.size();
        into = into.subspan(some.size());
    }
}

}  // namespace sluice::inline v0::s3
