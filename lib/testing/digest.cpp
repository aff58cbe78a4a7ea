#include "testing/digest.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
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

}  // namespace

std::string sha256(std::string_view const data) { return digest(data, EVP_sha256()); }
std::string md5(std::string_view const data) { return digest(data, EVP_md5()); }

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
