#pragma once

#include <sluice/error.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace sluice::inline v0::http {

/// Decodes the chunked coding, fed piece by piece, in place: the data moves to the front of what it was fed.
class chunked_decoder {
public:
    struct progress {
        std::size_t data = 0;  ///< bytes of data, now at the front
        std::size_t used = 0;  ///< bytes of input taken: less than all only when the body is done
    };

    void reset() noexcept { *this = chunked_decoder(); }

    /// Errors: protocol (no chunk size, one beyond 2^60, garbage behind a chunk, extensions or trailers beyond their limit). After an
    /// error the decoder must not be fed again.
    result<progress> feed(std::span<std::byte> bytes);

    bool done() const noexcept { return at_ == place::done; }

    static constexpr std::size_t extension_limit = 8 * 1024;  ///< of one chunk, and of the digits of its size
    static constexpr std::size_t trailer_limit = 64 * 1024;

private:
    enum class place : std::uint8_t {
        size_begin,
        size,
        extension,
        size_lf,
        data,
        data_cr,
        data_lf,
        trailer_begin,
        trailer,
        trailer_lf,
        end_lf,
        done
    };

    char const* step(unsigned char c) noexcept;
    char const* size_step(unsigned char c) noexcept;
    char const* trailer_step(unsigned char c) noexcept;

    place at_ = place::size_begin;
    std::uint64_t left_ = 0;  // of this chunk's data; while the size is read: the size so far
    std::size_t passed_ = 0;  // bytes of this size, of this extension, or of all trailers
};

}  // namespace sluice::inline v0::http
