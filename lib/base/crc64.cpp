// CRC-64/NVME is in ISA-L from 2.31 on; Debian 12 has 2.30. When that is the oldest to be met, this file can go.
#include "base/crc64.hpp"

#include "base/crc.hpp"
#include "base/crc_polynomial.hpp"

#include <array>
#include <bit>
#include <cstring>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace sluice::inline v0::base {

namespace {

constexpr crc_field field = crc64nvme_field;

using tables = std::array<std::array<std::uint64_t, 256>, 8>;

/// tables[k][b]: byte b, with k bytes behind it.
constexpr tables make_tables() {
    tables t{};
    for (std::uint64_t b = 0; b < 256; ++b) {
        std::uint64_t value = b;
        for (int i = 0; i < 8; ++i) value = field.times_x(value);
        t[0][b] = value;
    }
    for (std::size_t k = 1; k < t.size(); ++k)
        for (std::size_t b = 0; b < 256; ++b) t[k][b] = (t[k - 1][b] >> 8) ^ t[0][t[k - 1][b] & 0xff];
    return t;
}

constexpr tables by_byte = make_tables();

std::uint64_t load(std::byte const* const at) noexcept {
    std::uint64_t word = 0;
    std::memcpy(&word, at, sizeof word);
    if constexpr (std::endian::native == std::endian::big) word = __builtin_bswap64(word);
    return word;
}

/// `state` is not inverted.
std::uint64_t advance(std::uint64_t state, std::span<std::byte const> data) noexcept {
    for (; data.size() >= 8; data = data.subspan(8)) {
        state ^= load(data.data());
        std::uint64_t next = 0;
        for (std::size_t i = 0; i < 8; ++i) next ^= by_byte[7 - i][(state >> (8 * i)) & 0xff];
        state = next;
    }
    for (std::byte const b : data) state = (state >> 8) ^ by_byte[0][(state ^ std::to_integer<std::uint64_t>(b)) & 0xff];
    return state;
}

#if defined(__x86_64__)

#define SLUICE_CARRY_LESS __attribute__((target("pclmul,sse4.1")))

/// Multipliers that move 16 bytes `Bits` bits onward. Reflected products come out one bit short, hence the powers one lower.
template <std::uint64_t Bits>
struct fold_by {
    static constexpr std::uint64_t front = field.power(Bits + 63);  // of the 8 bytes that come first
    static constexpr std::uint64_t back = field.power(Bits - 1);
};

template <std::uint64_t Bits>
SLUICE_CARRY_LESS __m128i fold(__m128i const block, __m128i const onto) noexcept {
    __m128i const by = _mm_set_epi64x(static_cast<long long>(fold_by<Bits>::back), static_cast<long long>(fold_by<Bits>::front));
    __m128i const front = _mm_clmulepi64_si128(block, by, 0x00);
    __m128i const back = _mm_clmulepi64_si128(block, by, 0x11);
    return _mm_xor_si128(_mm_xor_si128(front, back), onto);
}

SLUICE_CARRY_LESS __m128i block_at(std::byte const* const at) noexcept { return _mm_loadu_si128(reinterpret_cast<__m128i const*>(at)); }

constexpr std::size_t block_size = 16, lanes = 8, stride = block_size * lanes;

/// The state behind `all` and the less than `stride` bytes of `data` that follow it.
SLUICE_CARRY_LESS std::uint64_t close(__m128i all, std::span<std::byte const> data) noexcept {
    for (; data.size() >= block_size; data = data.subspan(block_size)) all = fold<block_size * 8>(all, block_at(data.data()));
    std::array<std::byte, block_size> folded;
    _mm_storeu_si128(reinterpret_cast<__m128i*>(folded.data()), all);
    return advance(advance(0, folded), data);
}

/// Eight blocks abreast, as one multiplication takes several cycles but a new one can begin in each. `data` holds 128 bytes at least.
SLUICE_CARRY_LESS std::uint64_t advance_by_folding(std::uint64_t const state, std::span<std::byte const> data) noexcept {
    __m128i lane[lanes];
    for (std::size_t i = 0; i < lanes; ++i) lane[i] = block_at(data.data() + i * block_size);
    lane[0] = _mm_xor_si128(lane[0], _mm_cvtsi64_si128(static_cast<long long>(state)));
    for (data = data.subspan(stride); data.size() >= stride; data = data.subspan(stride))
        for (std::size_t i = 0; i < lanes; ++i) lane[i] = fold<stride * 8>(lane[i], block_at(data.data() + i * block_size));

    __m128i all = lane[0];
    for (std::size_t i = 1; i < lanes; ++i) all = fold<block_size * 8>(all, lane[i]);
    return close(all, data);
}

bool can_fold() noexcept { return __builtin_cpu_supports("pclmul") && __builtin_cpu_supports("sse4.1"); }

#define SLUICE_CARRY_LESS_WIDE __attribute__((target("vpclmulqdq,avx2,pclmul,sse4.1")))

template <std::uint64_t Bits>
SLUICE_CARRY_LESS_WIDE __m256i fold_pair(__m256i const pair, __m256i const onto) noexcept {
    constexpr auto front_by = static_cast<long long>(fold_by<Bits>::front), back_by = static_cast<long long>(fold_by<Bits>::back);
    __m256i const by = _mm256_set_epi64x(back_by, front_by, back_by, front_by);
    __m256i const front = _mm256_clmulepi64_epi128(pair, by, 0x00);
    __m256i const back = _mm256_clmulepi64_epi128(pair, by, 0x11);
    return _mm256_xor_si256(_mm256_xor_si256(front, back), onto);
}

SLUICE_CARRY_LESS_WIDE __m256i pair_at(std::byte const* const at) noexcept {
    return _mm256_loadu_si256(reinterpret_cast<__m256i const*>(at));
}

constexpr std::size_t pair_size = 2 * block_size, wide_stride = pair_size * lanes;

/// The same with two blocks in each multiplication. `data` holds 256 bytes at least.
SLUICE_CARRY_LESS_WIDE std::uint64_t advance_by_pairs(std::uint64_t const state, std::span<std::byte const> data) noexcept {
    __m256i lane[lanes];
    for (std::size_t i = 0; i < lanes; ++i) lane[i] = pair_at(data.data() + i * pair_size);
    lane[0] = _mm256_xor_si256(lane[0], _mm256_set_epi64x(0, 0, 0, static_cast<long long>(state)));
    for (data = data.subspan(wide_stride); data.size() >= wide_stride; data = data.subspan(wide_stride))
        for (std::size_t i = 0; i < lanes; ++i) lane[i] = fold_pair<wide_stride * 8>(lane[i], pair_at(data.data() + i * pair_size));

    __m128i all = _mm256_castsi256_si128(lane[0]);
    all = fold<block_size * 8>(all, _mm256_extracti128_si256(lane[0], 1));
    for (std::size_t i = 1; i < lanes; ++i) {
        all = fold<block_size * 8>(all, _mm256_castsi256_si128(lane[i]));
        all = fold<block_size * 8>(all, _mm256_extracti128_si256(lane[i], 1));
    }
    return close(all, data);
}

bool can_fold_pairs() noexcept { return __builtin_cpu_supports("vpclmulqdq") && __builtin_cpu_supports("avx2") && can_fold(); }

#endif

}  // namespace

std::uint64_t crc64nvme_by_table(std::uint64_t const crc, std::span<std::byte const> const data) noexcept { return ~advance(~crc, data); }

std::uint64_t crc64nvme_by_folding(std::uint64_t const crc, std::span<std::byte const> const data) noexcept {
#if defined(__x86_64__)
    if (data.size() >= stride && can_fold()) return ~advance_by_folding(~crc, data);
#endif
    return crc64nvme_by_table(crc, data);
}

std::uint64_t extend_crc64nvme(std::uint64_t const crc, std::span<std::byte const> const data) noexcept {
#if defined(__x86_64__)
    if (data.size() >= wide_stride && can_fold_pairs()) return ~advance_by_pairs(~crc, data);
#endif
    return crc64nvme_by_folding(crc, data);
}

}  // namespace sluice::inline v0::base
