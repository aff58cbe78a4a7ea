#include "backend/s3/aws_chunked.hpp"

#include <sluice/error.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <utility>

namespace sluice::inline v0::s3 {

namespace {

constexpr std::string_view line_end = "\r\n", before_signature = ";chunk-signature=", trailer_signature = "x-amz-trailer-signature:";

std::size_t digits_of(std::uint64_t value) noexcept {
    std::size_t n = 1;
    while (value >>= 4) ++n;
    return n;
}

/// Base64 of a checksum; its size depends on nothing but the algorithm.
std::size_t value_size(checksum_algorithm const algorithm) { return base::checksum_stream(algorithm).finish().size(); }

std::size_t more_head(bool const sign) noexcept { return sign ? before_signature.size() + auth::chunk_signatures::size : 0; }

std::size_t end_size(checksum_algorithm const algorithm, bool const sign) {
    std::size_t const trailer = checksum_header(algorithm).size() + 1 + value_size(algorithm) + line_end.size();
    std::size_t const signature = sign ? trailer_signature.size() + auth::chunk_signatures::size + line_end.size() : 0;
    return 1 + more_head(sign) + line_end.size() + trailer + signature + line_end.size();
}

}  // namespace

std::uint64_t chunk_layout::head_size(std::uint64_t const chunk) const noexcept { return digits_of(chunk) + more_head_ + line_end.size(); }

std::uint64_t chunk_layout::whole_size(std::uint64_t const chunk) const noexcept { return head_size(chunk) + chunk + line_end.size(); }

std::uint64_t chunk_layout::coded_size() const noexcept {
    std::uint64_t const rest = size_ % chunk_size_;
    return size_ / chunk_size_ * whole_size(chunk_size_) + (rest > 0 ? whole_size(rest) : 0) + end_size_;
}

chunk_layout::place chunk_layout::find(std::uint64_t const offset) const noexcept {
    std::uint64_t const full = size_ / chunk_size_, rest = size_ % chunk_size_;
    std::uint64_t const number = std::min(offset / whole_size(chunk_size_), full);
    std::uint64_t at = offset - number * whole_size(chunk_size_);
    place found;
    found.chunk = number < full ? chunk_size_ : rest;
    found.begin = number * chunk_size_;
    if (found.chunk == 0 || at >= whole_size(found.chunk)) {
        if (found.chunk > 0) at -= whole_size(found.chunk);
        return {kind::body_end, at, end_size_ - at, 0, size_};
    }
    std::uint64_t const head = head_size(found.chunk);
    if (at < head) return {kind::chunk_head, at, head - at, found.chunk, found.begin};
    at -= head;
    if (at < found.chunk) return {kind::data, found.begin + at, found.chunk - at, found.chunk, found.begin};
    at -= found.chunk;
    return {kind::chunk_end, at, line_end.size() - at, found.chunk, found.begin};
}

std::string chunk_head(std::uint64_t const size, std::string_view const signature) {
    std::array<char, 16> digits{};
    auto const [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), size, 16);
    std::string text(digits.data(), end);
    if (!signature.empty()) text.append(before_signature).append(signature);
    return text.append(line_end);
}

aws_chunked_source::aws_chunked_source(std::shared_ptr<payload_source> of, checksum_algorithm const algorithm, bool const sign)
    : of_(std::move(of)),
      algorithm_(algorithm),
      sign_(sign),
      size_(of_->size()),
      layout_(size_, sign ? signed_chunk : plain_chunk, more_head(sign), end_size(algorithm, sign)) {}

void aws_chunked_source::begin() {
    if (sign_ && !signatures_) throw_error(failure(errc::unauthenticated, "there are no keys to sign the body with"), "read", "");
    at_ = 0;
    stream_.emplace(algorithm_);
    end_.clear();
    checksum_ = part_checksum();
}

/// Of a chunk that is signed: all of it, for its head.
awaitable<void> aws_chunked_source::load(std::uint64_t const offset, std::uint64_t const chunk) {
    chunk_.resize(static_cast<std::size_t>(chunk));
    co_await of_->read(offset, chunk_);
    stream_->update(chunk_);
    head_ = chunk_head(chunk, signatures_->chunk(base::sha256(chunk_)));
}

std::string const& aws_chunked_source::end_text() {
    if (!end_.empty()) return end_;
    checksum_.size = size_;
    checksum_.crc = stream_->crc();
    checksum_.value = stream_->finish();
    std::string line(checksum_header(algorithm_));
    line.append(":").append(checksum_.value);
    end_ = sign_ ? chunk_head(0, signatures_->chunk(base::sha256(""))) : chunk_head(0);
    end_.append(line).append(line_end);
    if (sign_) end_.append(trailer_signature).append(signatures_->trailer(line + '\n')).append(line_end);
    end_.append(line_end);
    signatures_.reset();  // each sending has its own
    return end_;
}

awaitable<void> aws_chunked_source::read(std::uint64_t const offset, std::span<std::byte> into) {
    if (offset == 0) begin();
    if (!stream_ || offset != at_) throw_error(failure(errc::invalid_argument, "a coded body is read in order"), "read", "");
    while (!into.empty()) {
        chunk_layout::place const here = layout_.find(at_);
        std::span<std::byte> const some = into.first(static_cast<std::size_t>(std::min<std::uint64_t>(into.size(), here.left)));
        if (here.what == chunk_layout::kind::data && !sign_) {
            co_await of_->read(here.at, some);
            stream_->update(some);
        } else if (here.what == chunk_layout::kind::data) {
            std::memcpy(some.data(), chunk_.data() + (here.at - here.begin), some.size());
        } else if (here.what == chunk_layout::kind::chunk_head) {
            if (sign_ && here.at == 0) co_await load(here.begin, here.chunk);
            if (!sign_) head_ = chunk_head(here.chunk);
            std::memcpy(some.data(), head_.data() + here.at, some.size());
        } else {
            std::string_view const text = here.what == chunk_layout::kind::chunk_end ? line_end : std::string_view(end_text());
            std::memcpy(some.data(), text.data() + here.at, some.size());
        }
        at_ += some.size();
        into = into.subspan(some.size());
    }
}

}  // namespace sluice::inline v0::s3
