#include "testing/digest.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <cstdint>
#include <stdexcept>

namespace sluice::inline v0::testing {
namespace {

unsigned char const* bytes_of(std::string_view const text) { return reinterpret_cast<unsigned char const*>(text.data()); }

std::string digest(std::string_view const data, EVP_MD const* const kind) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> out{};
    unsigned size = 0;
    if (EVP_Digest(data.data(), data.size(), out.data(), &size, kind, nullptr) != 1) throw std::runtime_error("OpenSSL refuses a digest");
    return std::string(reinterpret_cast<char const*>(out.data()), size);
}

/// The plain way, a byte at a time. `polynomial` is reflected.
std::string crc(std::string_view const data, std::uint64_t const polynomial, std::size_t const width) {
    std::array<std::uint64_t, 256> table{};
    for (std::uint64_t byte = 0; byte < table.size(); ++byte) {
        table[byte] = byte;
        for (int bit = 0; bit < 8; ++bit) table[byte] = table[byte] % 2 == 1 ? table[byte] / 2 ^ polynomial : table[byte] / 2;
    }
    std::uint64_t const all = width == 8 ? ~std::uint64_t{0} : 0xffffffff;
    std::uint64_t state = all;
    for (char const c : data) state = state >> 8 ^ table[(state ^ static_cast<unsigned char>(c)) & 0xff];
    state ^= all;
    std::string out;
    for (std::size_t i = width; i-- > 0;) out += static_cast<char>(state >> (8 * i) & 0xff);
    return out;
}

}  // namespace

std::string sha256(std::string_view const data) { return digest(data, EVP_sha256()); }
std::string md5(std::string_view const data) { return digest(data, EVP_md5()); }

std::string sha1(std::string_view const data) { return digest(data, EVP_sha1()); }
std::string crc32(std::string_view const data) { return crc(data, 0xEDB88320, 4); }
std::string crc32c(std::string_view const data) { return crc(data, 0x82F63B78, 4); }
std::string crc64nvme(std::string_view const data) { return crc(data, 0x9A6C9329AC4BC9B5, 8); }

std::string hmac_sha256(std::string_view const key, std::string_view const data) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> out{};
    unsigned size = 0;
    if (HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), bytes_of(data), data.size(), out.data(), &size) == nullptr)
        throw std::runtime_error("OpenSSL refuses an HMAC");
    return std::string(reinterpret_cast<char const*>(out.data()), size);
}

std::string hex(std::string_view const bytes) {
    std::string text;
    for (char const c : bytes) {
        auto const value = static_cast<unsigned char>(c);
        text += "0123456789abcdef"[value >> 4];
        text += "0123456789abcdef"[value & 15];
    }
    return text;
}

std::string base64(std::string_view const bytes) {
    // One byte more: EVP_EncodeBlock ends with a NUL.
    std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');
    int const size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), bytes_of(bytes), static_cast<int>(bytes.size()));
    text.resize(static_cast<std::size_t>(size));
    return text;
}

std::optional<std::string> from_base64(std::string_view const text) {
    if (text.size() % 4 != 0) return std::nullopt;
    std::string bytes(text.size() / 4 * 3, '\0');
    int const size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()), bytes_of(text), static_cast<int>(text.size()));
    if (size < 0) return std::nullopt;
    std::size_t const padding = text.empty() ? 0 : text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
    bytes.resize(static_cast<std::size_t>(size) - padding);
    // EVP_DecodeBlock skips white space and takes any padding bits.
    if (base64(bytes) != text) return std::nullopt;
    return bytes;
}

}  // namespace sluice::inline v0::testing
