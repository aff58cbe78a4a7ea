#include "auth/jwt.hpp"

#include <utility>

namespace sluice::inline v0::auth {

result<std::string> signed_jwt(std::string const& header, std::string const& claims, base::signing_key const& key,
                               base::rsa_padding const padding) {
    std::string text = base::base64url_encode(header) + '.' + base::base64url_encode(claims);
    auto const signature = key.sign(text, padding);
    if (!signature) return signature.error();
    text.append(".").append(base::base64url_encode(*signature));
    return text;
}

}  // namespace sluice::inline v0::auth
