#pragma once

#include "auth/chunk_signatures.hpp"
#include "backend/s3/checksums.hpp"

#include <sluice/bytes.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// The aws-chunked coding, whose trailer carries a checksum that is known only when the body has been read. (S3 API Reference: "Using an
// unsigned payload option with a trailer", docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html)
namespace sluice::inline v0::s3 {

inline constexpr std::string_view unsigned_with_trailer = "STREAMING-UNSIGNED-PAYLOAD-TRAILER";  ///< in place of the body's digest

// No chunk but the last may be shorter than 8 KiB. One that is signed is in memory before its head is sent.
inline constexpr std::uint64_t plain_chunk = 1u << 20, signed_chunk = 64u << 10;

/// Where what lies in a coded body: chunks of one size, a shorter one if need be, and the end. Pure.
class chunk_layout {
public:
    /// `more_head`: bytes in the head of a chunk besides the digits and the line's end. `end_size`: of the last chunk, which is empty, and
    /// the trailer.
    chunk_layout(std::uint64_t size, std::uint64_t chunk_size, std::size_t more_head, std::size_t end_size) noexcept
        : size_(size),
          chunk_size_(chunk_size),
          more_head_(more_head),
          end_size_(end_size) {}

    enum class kind : std::uint8_t { chunk_head, data, chunk_end, body_end };
    struct place {
        kind what = kind::data;
        std::uint64_t at = 0;     ///< in the source for `data`, else in the text
        std::uint64_t left = 0;   ///< to the end of this piece
        std::uint64_t chunk = 0;  ///< bytes of data in this chunk
        std::uint64_t begin = 0;  ///< where that data begins in the source
    };
    /// `offset` is less than `coded_size`.
    place find(std::uint64_t offset) const noexcept;
    std::uint64_t coded_size() const noexcept;

private:
    std::uint64_t head_size(std::uint64_t chunk) const noexcept;
    std::uint64_t whole_size(std::uint64_t chunk) const noexcept;

    std::uint64_t size_, chunk_size_;
    std::size_t more_head_, end_size_;
};

/// "100000\r\n", or with a signature "10000;chunk-signature=...\r\n".
std::string chunk_head(std::uint64_t size, std::string_view signature = {});

/// A source in the aws-chunked coding, its checksum in the trailer. Each byte is read once a sending.
///
/// Threads: as any source. It is read from front to end; beginning again at 0 begins the checksum anew.
class aws_chunked_source final : public payload_source {
public:
    aws_chunked_source(std::shared_ptr<payload_source> of, checksum_algorithm algorithm, bool sign);

    bool is_signed() const noexcept { return sign_; }
    /// The head is signed anew, and with it all that follows: before each sending of one that is signed.
    void sign_by(auth::chunk_signatures signatures) { signatures_.emplace(std::move(signatures)); }

    std::uint64_t size() const noexcept override { return layout_.coded_size(); }
    awaitable<void> read(std::uint64_t offset, std::span<std::byte> into) override;

    std::uint64_t decoded_size() const noexcept { return size_; }
    /// Of what was sent last, once it has been read to its end.
    part_checksum const& checksum() const noexcept { return checksum_; }

private:
    void begin();
    awaitable<void> load(std::uint64_t offset, std::uint64_t chunk);
    std::string const& end_text();

    std::shared_ptr<payload_source> const of_;
    checksum_algorithm const algorithm_;
    bool const sign_;
    std::uint64_t const size_;
    chunk_layout const layout_;
    std::optional<auth::chunk_signatures> signatures_;
    std::vector<std::byte> chunk_;  // that is being sent, if it is signed
    std::string head_;              // of it
    std::uint64_t at_ = 0;          // where the coded body stands
    std::optional<base::checksum_stream> stream_;
    std::string end_;  // empty: not reached yet
    part_checksum checksum_;
};

}  // namespace sluice::inline v0::s3
