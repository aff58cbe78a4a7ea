#pragma once

#include "base/hash.hpp"

#include <sluice/error.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace sluice::inline v0::base {

/// How an RSA signature over SHA-256 is padded (RFC 7518, 3.3 and 3.5).
enum class rsa_padding : std::uint8_t { pkcs1, pss };

/// An RSA key of at least 2048 bits. Threads: any. Copies share it; it is wiped with the last.
class signing_key {
public:
    /// PEM, PKCS#8 or PKCS#1, also under a password. Errors: invalid_argument; nothing of the text is repeated.
    static result<signing_key> from_pem(std::string_view pem, std::string const& password = {});

    /// The signature's bytes. Cost: about a millisecond.
    result<std::string> sign(std::string_view text, rsa_padding padding = rsa_padding::pkcs1) const;

private:
    friend struct key_reader;
    struct native;
    explicit signing_key(std::shared_ptr<native const> n) noexcept;
    std::shared_ptr<native const> native_;
};

/// A key with its certificate.
struct signing_identity {
    signing_key key;
    sha256_digest thumbprint;  ///< of the certificate's DER
};

/// From PEM that has both, in any order, or PKCS#12. Of several certificates in PEM the one that fits the key counts.
/// Errors: invalid_argument; nothing of the text is repeated.
result<signing_identity> read_identity(std::string_view text, std::string const& password = {});

}  // namespace sluice::inline v0::base
