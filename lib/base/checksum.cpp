#include "base/checksum.hpp"

#include <array>

namespace sluice::inline v0::base {

std::optional<crc_kind> crc_of(checksum_algorithm const algorithm) noexcept {
    switch (algorithm) {
    case checksum_algorithm::crc64nvme: return crc_kind::crc64nvme;
    case checksum_algorithm::crc32c: return crc_kind::crc32c;
    case checksum_algorithm::crc32: return crc_kind::crc32;
    case checksum_algorithm::sha256:
    case checksum_algorithm::sha1:
    case checksum_algorithm::md5: break;
    }
    return std::nullopt;
}

std::string_view name_of(checksum_algorithm const algorithm) noexcept {
    switch (algorithm) {
    case checksum_algorithm::crc64nvme: break;
    case checksum_algorithm::crc32c: return "CRC32C";
    case checksum_algorithm::crc32: return "CRC32";
    case checksum_algorithm::sha256: return "SHA256";
    case checksum_algorithm::sha1: return "SHA1";
    case checksum_algorithm::md5: return "MD5";
    }
    return "CRC64NVME";
}

std::string crc_text(crc_kind const kind, std::uint64_t crc) {
    std::array<std::byte, 8> raw{};
    std::size_t const size = kind == crc_kind::crc64nvme ? 8 : 4;
    for (std::size_t i = size; i-- > 0; crc >>= 8) raw[i] = static_cast<std::byte>(crc & 0xff);
    return base64_encode(std::span(raw).first(size));
}

namespace {

sha_stream::kind digest_of(checksum_algorithm const algorithm) noexcept {
    if (algorithm == checksum_algorithm::md5) return sha_stream::kind::md5;
    return algorithm == checksum_algorithm::sha1 ? sha_stream::kind::sha1 : sha_stream::kind::sha256;
}

}  // namespace

checksum_stream::checksum_stream(checksum_algorithm const algorithm) : algorithm_(algorithm), kind_(crc_of(algorithm)) {
    if (!kind_) sha_.emplace(digest_of(algorithm));
}

void checksum_stream::update(std::span<std::byte const> const data) noexcept {
    if (kind_)
        crc_ = crc_extend(*kind_, crc_, data);
    else
        sha_->update(data);
}

std::string checksum_stream::finish() { return kind_ ? crc_text(*kind_, crc_) : sha_->finish(); }

}  // namespace sluice::inline v0::base
