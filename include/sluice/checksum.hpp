#pragma once

#include <cstdint>
#include <string>

namespace sluice::inline v0 {

/// What object stores compute over the bytes of an object. The CRCs of parts make that of the whole; those of SHA do not.
enum class checksum_algorithm : std::uint8_t { crc64nvme, crc32c, crc32, sha256, sha1, md5 };

/// When checksums travel beyond what the protocol insists on.
enum class checksum_mode : std::uint8_t {
    automatic,       ///< `when_supported` on AWS, `when_required` elsewhere: older services refuse headers they do not know
    when_supported,  ///< each write sends one, each read asks for it
    when_required,   ///< none is sent or asked for; one that a service gives unasked is still checked
    off,             ///< what comes is ignored, too
};

/// The checksum of a whole object.
struct object_checksum {
    object_checksum() {}
    object_checksum(checksum_algorithm by, std::string text) : algorithm(by), value(std::move(text)) {}
    checksum_algorithm algorithm = checksum_algorithm::crc64nvme;
    std::string value;  ///< base64 of its bytes, highest first, as the service writes it

    friend bool operator==(object_checksum const&, object_checksum const&) = default;
};

}  // namespace sluice::inline v0
